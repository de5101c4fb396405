package groups_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/groups"
)

// Norms and the group-wise threshold are what they are scalar by scalar, on
// random models.
func TestUnitThreshold(t *testing.T) {
	for _, count := range []groups.Counting{groups.Multiset, groups.Distinct} {
		for _, c := range cases(12) {
			gs := some(t, c.Graph, 4)
			ts := tensors(c.Graph, 5)
			want := wide(ts)
			norms := groups.Norms(c.Graph, gs, count, read(ts))
			// τ lies between components: about half of them are below.
			tau, below := 0.0, 0
			var sizes []float64
			for i, group := range gs {
				size := groups.Count(c.Graph, group)
				n := float64(size.Multiset)
				if count == groups.Distinct {
					n = float64(size.Distinct)
				}
				sizes = append(sizes, n)
				for _, norm := range norms[i] {
					tau += norm / math.Sqrt(n) / float64(len(norms[i])*len(gs))
				}
			}
			for i, group := range gs {
				require.Len(t, norms[i], group.Units, c.Name)
				for k := range group.Units {
					sum, held := 0.0, map[[2]any]float64{}
					for _, e := range group.Entries {
						each(c.Graph, e, k, func(at int) {
							v := float64(ts[e.Var].Data[at])
							sum += e.Multi * v * v
							key := [2]any{e.Var, at}
							held[key] = max(held[key], e.Multi*v*v)
						})
					}
					if count == groups.Distinct {
						sum = 0
						for _, v := range held {
							sum += v
						}
					}
					require.InDelta(t, math.Sqrt(sum), norms[i][k], 1e-5*(1+math.Sqrt(sum)), "%s: component %d of %s", c.Name, k, group.Name)
					if norms[i][k] < tau*math.Sqrt(sizes[i]) {
						below++
						for _, e := range group.Entries {
							each(c.Graph, e, k, func(at int) { want[e.Var][at] = 0 })
						}
					}
				}
			}
			u, err := groups.NewUnitThreshold(c.Graph, gs, count, tau)
			require.NoError(t, err)
			assert.Equal(t, below, u.Apply(read(ts)), c.Name)
			assert.Equal(t, want, wide(ts), c.Name)
		}
	}
}

func TestUnitThresholdFaults(t *testing.T) {
	g := stacked(t, 20, 4, 5, 6)
	for _, tau := range []float64{-1, math.NaN()} {
		_, err := groups.NewUnitThreshold(g, nil, groups.Multiset, tau)
		assert.ErrorContains(t, err, "must be 0 or more")
	}
}
