package bench

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGemm(t *testing.T) {
	o := Options{Rounds: 2, Threads: 2, Seed: 1}
	r, err := Gemm(context.Background(), GemmSize{Hidden: 30, Batch: 3}, []float64{0.36, 0.75, 0.99}, o)
	require.NoError(t, err)
	assert.Equal(t, 2, r.Threads)
	assert.Positive(t, r.Dense.Median)
	// (1-k/30)² of the weights are left: k units are 2k columns and 4k rows.
	for i, k := range []int{6, 15, 27} {
		assert.Equal(t, k, r.Points[i].Removed)
		assert.Positive(t, r.Points[i].Sparse.Median)
		assert.Positive(t, r.Points[i].Structured.Median)
	}
	for _, bad := range []func() (*GemmResult, error){
		func() (*GemmResult, error) { return Gemm(context.Background(), GemmSize{Hidden: 30}, nil, o) },
		func() (*GemmResult, error) {
			return Gemm(context.Background(), GemmSize{Hidden: 30, Batch: 1}, []float64{1}, o)
		},
	} {
		_, err := bad()
		assert.ErrorContains(t, err, "bench: ")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Gemm(ctx, GemmSize{Hidden: 30, Batch: 1}, nil, o)
	assert.ErrorIs(t, err, context.Canceled)
}

// Where the sparse format starts to pay is read off between the points.
func TestGemmPays(t *testing.T) {
	r := &GemmResult{Dense: Spread{Median: 12}, Points: []GemmPoint{
		{Sparsity: 0.5, Sparse: Spread{Median: 24}}, {Sparsity: 0.8, Sparse: Spread{Median: 16}}, {Sparsity: 0.9, Sparse: Spread{Median: 9.6}},
	}}
	at, ok := r.Pays()
	assert.True(t, ok)
	assert.InDelta(t, 0.85, at, 1e-12)
	r.Dense.Median = 1
	_, ok = r.Pays()
	assert.False(t, ok)
}
