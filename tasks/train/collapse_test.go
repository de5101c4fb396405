package train_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// Where both classes die wholly, unit 0 before the others, shrinking, sealing
// and cutting at the end, and a resumed run keep the same last units.
func TestCollapsedClassKeepsOneUnit(t *testing.T) {
	collapsing := func(sealOnly bool) train.Options {
		o := dying(t, sealOnly)
		o.Config.ISS.Tau, o.Config.ISS.Shrink = 0, &tasks.Shrink{After: 1, SealOnly: sealOnly}
		o.Config.ISS.Regularizers[0].Lambda, o.Config.ISS.Regularizers[0].Method = 1, "proximal"
		weights, classes := initial(t, o)
		for _, c := range classes {
			for _, v := range unitsOf(weights, slices.Concat(c.Entries, c.Followers), 0) {
				*v = 0
			}
		}
		o.Init = weights
		return o
	}
	o := collapsing(false)
	o.Journal = &memory{}
	shrunk, err := train.Train(context.Background(), o)
	require.NoError(t, err)
	sealed, err := train.Train(context.Background(), collapsing(true))
	require.NoError(t, err)
	require.Greater(t, len(events(t, o.Journal.(*memory))), 2, "they die one after the other")

	kept := func(r *train.Result) map[string][]int {
		d, err := groups.Derive(r.Graph)
		require.NoError(t, err)
		classes, err := d.Select(nil)
		require.NoError(t, err)
		cert, err := groups.Certify(d, classes, func(name string) []float32 { return r.Tensors[name].Data })
		require.NoError(t, err)
		c, err := groups.Compact(r.Graph, r.Tensors, nil, cert.Keep())
		require.NoError(t, err)
		return c.Kept
	}
	want := kept(shrunk)
	require.Len(t, want["cell_0"], 1)
	require.Len(t, want["cell_1"], 1)
	require.NotContains(t, want["cell_0"], 0, "it was sealed first")
	assert.Equal(t, want, kept(sealed), "sealed, and cut at the end")

	o = collapsing(false)
	ctx, cancel := context.WithCancel(context.Background())
	seen := 0
	o.Journal, o.Report = &memory{}, recorder{func(train.Progress) {
		if seen++; seen == 7 {
			cancel()
		}
	}}
	_, err = train.Train(ctx, o)
	require.ErrorIs(t, err, train.ErrStopped)
	o.Report, o.Resume = nil, true
	resumed, err := train.Train(context.Background(), o)
	require.NoError(t, err)
	assert.Equal(t, want, kept(resumed), "resumed")
}
