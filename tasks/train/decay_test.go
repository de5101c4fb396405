package train_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// A unit that has just fallen silent still says what its carried state holds,
// and its readers live. It is sealed when the state is zero, at the start of
// the next epoch, and not before: sealing changes no output.
func TestSilentUnitIsSealedWhenItsStateIsZero(t *testing.T) {
	still := dying(t, false) // nothing moves past τ
	still.Config.ISS.Tau, still.Config.Train.Optimizer.Rate, still.Config.Train.Epochs = 1e-3, 1e-7, 2
	still.Config.ISS.Shrink = nil
	still.Init, _ = initial(t, still)
	for _, w := range still.Init { // what is zero stays so, and nothing else becomes it
		for i, v := range w.Data {
			if v > -2e-3 && v < 2e-3 {
				w.Data[i] = 2e-3
			}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	seen, start := 0, &memory{}
	still.Journal, still.Report = start, recorder{func(train.Progress) {
		if seen++; seen == 5 {
			cancel()
		}
	}}
	_, err := train.Train(ctx, still)
	require.ErrorIs(t, err, train.ErrStopped)
	w, b := start.last.Tensors[lstm0], start.last.Tensors[lstm0[:len(lstm0)-len("weights")]+"biases"]
	for i := range w.Shape[0] {
		w.Row(i)[8+2] = 0 // the candidate's column of unit 2 of 8
	}
	b.Data[8+2], b.Data[2*8+2] = 0, 8 // and its bias; it forgets slowly
	state := start.last.Slots["carried"]["cell_0/c"].Data
	for row := 0; row < len(state); row += 8 {
		state[row+2] = 2 // it holds something
	}

	follow := func(s *tasks.Shrink) (costs []float64, m *memory) {
		o := still
		o.Config.ISS.Shrink, o.Resume, o.Init = s, true, nil
		m = &memory{lines: slices.Clone(start.lines)}
		require.NoError(t, m.Save(*start.last))
		o.Journal, o.Report = m, recorder{func(p train.Progress) { costs = append(costs, p.Cost) }}
		_, err := train.Train(context.Background(), o)
		require.NoError(t, err)
		return costs, m
	}
	want, _ := follow(nil)
	for _, sealOnly := range []bool{true, false} {
		got, m := follow(&tasks.Shrink{After: 1, SealOnly: sealOnly})
		require.Len(t, got, len(want))
		for i := range want {
			require.InEpsilon(t, want[i], got[i], 1e-5, "cost of step %d", 5+i)
		}
		gone := events(t, m)
		require.Len(t, gone, 1)
		assert.Equal(t, map[string]int{"cell_0": 1}, gone[0].Gone)
		assert.Equal(t, 1, gone[0].Epoch, "its state is zero from the start of the second epoch")
	}
}
