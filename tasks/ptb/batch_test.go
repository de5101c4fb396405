package ptb

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func count32(n int) []int32 {
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(i)
	}
	return ids
}

// The published reader, line for line: batch_len = n / batch, data reshaped to
// [batch, batch_len], epoch_size = (batch_len − 1) / steps, x = columns i·steps
// to (i+1)·steps, y one further.
func TestBatchesAsPublished(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		batch, steps := rapid.IntRange(1, 5).Draw(t, "batch"), rapid.IntRange(1, 6).Draw(t, "steps")
		n := batch*(steps+1) + rapid.IntRange(0, 80).Draw(t, "more")
		b, err := NewBatches("train", count32(n), batch, steps)
		require.NoError(t, err)

		batchLen := n / batch
		epoch := (batchLen - 1) / steps
		require.Equal(t, epoch, b.Len())
		require.Equal(t, epoch*steps*batch, b.Predictions())
		for i := range epoch {
			require.Equal(t, i, b.Pos())
			w, ok := b.Next()
			require.True(t, ok)
			require.Equal(t, steps, w.Valid)
			for row := range batch {
				for col := range steps {
					want := row*batchLen + i*steps + col
					require.EqualValues(t, want, w.X[col*batch+row])
					require.EqualValues(t, want+1, w.Y[col*batch+row])
				}
			}
		}
		_, ok := b.Next()
		require.False(t, ok)
		_, ok = b.Next()
		require.False(t, ok, "the end stays the end")
	})
}

func TestBatchesResume(t *testing.T) {
	b, err := NewBatches("train", count32(100), 3, 4)
	require.NoError(t, err)
	for want := range b.Len() {
		b.Seek(want)
		w, ok := b.Next()
		require.True(t, ok)
		assert.EqualValues(t, want*4, w.X[0])
	}
	b.Seek(b.Len())
	_, ok := b.Next()
	assert.False(t, ok)
	b.Seek(0)
	w, _ := b.Next()
	assert.Equal(t, []int32{0, 33, 66, 1, 34, 67}, w.X[:6])
	assert.PanicsWithValue(t, "ptb: position 9 is outside an epoch of 8 windows", func() { b.Seek(9) })
	assert.Panics(t, func() { b.Seek(-1) })
}

func TestStreamPredictsAllButTheFirst(t *testing.T) {
	for n := 2; n <= 12; n++ {
		b, err := NewStream("test", count32(n), 4)
		require.NoError(t, err)
		assert.Equal(t, n-1, b.Predictions())
		assert.Equal(t, (n+2)/4, b.Len())
		next := int32(1)
		for w, ok := b.Next(); ok; w, ok = b.Next() {
			for i := range w.Valid {
				assert.Equal(t, next-1, w.X[i])
				assert.Equal(t, next, w.Y[i])
				next++
			}
			for i := w.Valid; i < 4; i++ {
				assert.Zero(t, w.X[i])
				assert.Zero(t, w.Y[i])
			}
			assert.Len(t, w.X, 4)
		}
		assert.EqualValues(t, n, next)
	}
}

func TestBatchesMean(t *testing.T) {
	values := make([]float64, 47)
	for i := range values {
		values[i] = math.Sqrt(float64(i))
	}
	check := func(b *Batches, err error) {
		t.Helper()
		require.NoError(t, err)
		sum, n := 0.0, 0
		for w, ok := b.Next(); ok; w, ok = b.Next() {
			for _, y := range w.Y[:w.Valid*b.batch] {
				sum += values[y]
				n++
			}
		}
		assert.Equal(t, b.Predictions(), n)
		assert.InDelta(t, sum/float64(n), b.Mean(values), 1e-12)
	}
	check(NewBatches("valid", count32(47), 3, 4))
	check(NewBatches("valid", count32(47), 1, 46))
	check(NewStream("test", count32(47), 5))

	b, _ := NewStream("test", count32(47), 5)
	assert.PanicsWithValue(t, "ptb: 46 values for 47 tokens", func() { b.Mean(values[1:]) })
}

func TestBatchesTooShort(t *testing.T) {
	_, err := NewBatches("valid", count32(719), 20, 35)
	assert.EqualError(t, err, "ptb: valid has 719 tokens; batch 20 × (35 steps + 1) needs 720 at the least; take fewer steps, a smaller batch or more text")
	_, err = NewBatches("valid", count32(720), 20, 35)
	assert.NoError(t, err)
	_, err = NewStream("test", count32(1), 35)
	assert.EqualError(t, err, "ptb: test has 1 tokens; a prediction needs 2 at the least")
	assert.PanicsWithValue(t, "ptb: batch is 0 and steps is 35; both must be 1 or more", func() { NewBatches("train", nil, 0, 35) })
}

func TestBatchesDoNotAllocate(t *testing.T) {
	b, err := NewBatches("train", count32(10000), 20, 35)
	require.NoError(t, err)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if _, ok := b.Next(); !ok {
			b.Seek(0)
		}
	}))
}
