package tensor_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/tensor"
)

type fullDisk struct{ room int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestWriteFaults(t *testing.T) {
	w := tensor.Of([]float32{1, 2}, 2)
	tests := []struct {
		name   string
		room   int
		arrays map[string]tensor.Array
		meta   map[string]string
		want   string
	}{
		{"reserved name", 1e6, map[string]tensor.Array{"__metadata__": w}, nil, `tensor: a tensor cannot be called "__metadata__"`},
		{"name is not UTF-8", 1e6, map[string]tensor.Array{"\xff": w}, nil, `tensor: a tensor cannot be called "\xff"`},
		{"metadata is not UTF-8", 1e6, nil, map[string]string{"a": "\xff"}, `tensor: metadata "a": "\xff" is not UTF-8`},
		{"too few numbers", 1e6, map[string]tensor.Array{"w": tensor.Dense[float32]{Shape: []int{3}, Data: w.Data}}, nil, `tensor: "w": 2 numbers for shape [3] of 3`},
		{"negative size", 1e6, map[string]tensor.Array{"w": tensor.Ints{Shape: []int{-1}}}, nil, `tensor: "w": shape [-1] has a negative size`},
		{"no room for the header", 10, map[string]tensor.Array{"w": w}, nil, "tensor: disk full"},
		{"no room for the numbers", 70, map[string]tensor.Array{"w": w}, nil, `tensor: "w": disk full`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.EqualError(t, tensor.Write(&fullDisk{tt.room}, tt.arrays, tt.meta), tt.want)
			dir := t.TempDir()
			if tt.room == 1e6 {
				require.Error(t, tensor.WriteFile(filepath.Join(dir, "a"), tt.arrays, tt.meta))
				entries, err := os.ReadDir(dir)
				require.NoError(t, err)
				assert.Empty(t, entries)
			}
		})
	}
}
