package tensor_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/tensor"
)

// A file written by another program, where it is at hand, has the shapes that
// the description beside it says.
func TestForeignFile(t *testing.T) {
	const base = "../../../shared/golden/lstm-dense"
	text, err := os.ReadFile(base + ".json")
	if err != nil {
		t.Skip("the golden trajectory is not at hand (../shared/golden beside the module)")
	}
	var want struct{ Shapes map[string][]int }
	require.NoError(t, json.Unmarshal(text, &want))
	got, _, err := tensor.ReadFile[float32](base + ".init.safetensors")
	require.NoError(t, err)
	require.Len(t, got, len(want.Shapes))
	for name, shape := range want.Shapes {
		assert.Equal(t, shape, got[name].Shape, name)
		for i, v := range got[name].Data {
			require.True(t, v > -1 && v < 1, "%s: weight %d is %v; they begin near 0", name, i, v)
		}
	}
}
