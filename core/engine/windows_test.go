package engine_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
)

// The windows of a convolution are copied in one piece each; what does not follow
// each other, or not everywhere, is copied piece by piece.
func TestWindows(t *testing.T) {
	const width, dim = 7, 3
	for _, row := range []struct {
		name string
		at   []int // of the pieces' positions
		two  bool  // the second piece is of another value
		want string
	}{
		{"windows", []int{0, 1, 2, 3}, false, "program 24×12, 2 streams, 0 slots, 1 fused: copy"},
		{"backwards", []int{3, 2, 1, 0}, false, "program 24×3, 8 streams, 0 slots, 4 fused: copy copy copy copy"},
		{"gaps", []int{0, 2, 3}, false, "program 24×3, 6 streams, 0 slots, 3 fused: copy copy copy"},
		{"twice", []int{1, 2, 2}, false, "program 24×3, 5 streams, 0 slots, 3 fused: copy copy copy"},
		{"of two values", []int{0, 1, 2}, true, "program 24×3, 6 streams, 0 slots, 3 fused: copy copy copy"},
	} {
		t.Run(row.name, func(t *testing.T) {
			g, err := graph.Trace("windows", func(s *graph.Scope) {
				batch := graph.Symbol("batch")
				shape := []graph.Dim{batch, graph.Fixed(width), graph.Fixed(dim)}
				x, y := s.Input("x", shape...), s.Input("y", shape...)
				var pieces []graph.Value
				for i, at := range row.at {
					from := x
					if row.two && i == 1 {
						from = y
					}
					pieces = append(pieces, graph.Slice(from, -2, at, at+width-3, 1))
				}
				s.Output("y", graph.Tanh(graph.MatMul(graph.Concat(-1, pieces...), s.Param("filter", nil, len(row.at)*dim, 5))))
			})
			require.NoError(t, err)
			c := &graphtest.Case{Name: "windows", Graph: g, Binding: graph.Binding{"batch": 6}}
			for threads := 1; threads <= 2; threads++ {
				compare(t, c, threads, true, 4)
				compare(t, c, threads, false, 5)
			}
			e, err := engine.New(g, engine.Options{Max: c.Binding, Threads: 1, Inference: true})
			require.NoError(t, err)
			defer e.Close()
			require.NoError(t, e.Bind(c.Binding))
			var w bytes.Buffer
			e.Explain(&w)
			assert.Contains(t, w.String(), row.want+"\n")
		})
	}
}
