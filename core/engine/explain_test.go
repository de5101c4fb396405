package engine_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
)

// Explain says what left its loop, what was fused and what is packed, forward
// and in training, and has a time for each piece.
func TestExplain(t *testing.T) {
	for _, row := range []struct {
		name    string
		c       *graphtest.Case
		threads int
		want    []string
	}{
		{"forward", graphtest.LSTM(graphtest.Small), 1, []string{
			"1 steps taken out of loops; 9 element-wise operations fused into 1 programs; 3 operands packed ahead",
			"pack 4×20 of parameter RNN/cell_0/weights, when parameters change, * ms each time: * ms, * %, * GB/s",
			"pack 5×20 from row 4, column 0 of parameter RNN/cell_0/weights, when parameters change, * ms each time: ",
			"1 product 12×4·4×20 packed + bias in RNN/cell_0, out of its loop: * ms, * %, * GFLOPS",
			"2 loop over 4 steps, 2 stages in RNN/cell_0: ",
			"  0 product + 3×5·5×20 packed in RNN/cell_0: * ms, * %, * GFLOPS",
			" 9 fused: addimm sigmoid mul sigmoid tanh fma sigmoid tanh mul in RNN/cell_0: ",
		}},
		{"training", withGradient(graphtest.LSTM(graphtest.Small)), 2, []string{
			"2 steps taken out of loops; ",
			"pack 20×5 transposed from row 4, column 0 of parameter RNN/cell_0/weights, when parameters change, * ms each time: ",
			"product 12×4·4×20 + bias in RNN/cell_0, out of its loop: ",
			"loop backwards over 4 steps, 2 stages in RNN/cell_0: ",
			"product 12×20·20×4 in RNN/cell_0, out of its loop: ", // the gradient of what goes in
			"product over rows 5×12·12×20 in RNN/cell_0: ",        // of the weights, over all steps
			"dtanh dsigmoid",
		}},
		{"side by side", twins(t), 2, []string{
			"2 2 loops side by side: * ms, ",
			"\n  loop over 4 steps, 2 stages in false: * ms, ",
			"\n  loop backwards over 4 steps, 2 stages in true: * ms, ",
			"\n    0 product + 3×5·5×5 packed in true: * ms, * %, * GFLOPS",
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			e, err := engine.New(row.c.Graph, engine.Options{Max: row.c.Binding, Threads: row.threads, Inference: row.name != "training"})
			require.NoError(t, err)
			defer e.Close()
			require.NoError(t, graphtest.Load(row.c, e, 1))
			e.Measure(true)
			require.NoError(t, e.Run(graph.Mode{Training: row.name == "training"}))
			var w bytes.Buffer
			e.Explain(&w)
			number := regexp.MustCompile(`[0-9]+\.[0-9]+( ms| %| G)`)
			got := number.ReplaceAllString(w.String(), "*$1")
			for _, want := range row.want {
				assert.Contains(t, got, want)
			}
			lines := strings.Split(strings.TrimSpace(got), "\n")
			for _, line := range lines[2 : len(lines)-1] {
				assert.Contains(t, line, ": * ms, * %")
			}
			assert.Equal(t, "together * ms", lines[len(lines)-1])
		})
	}
}
