package groups_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/groups"
)

func TestCountZeros(t *testing.T) {
	g := stacked(t, 20, 4, 5, 6)
	d := derive(t, g)
	chosen, err := d.Select(nil)
	require.NoError(t, err)
	ts := tensors(g, 1)
	gs := d.Groups(chosen)
	clearUnit(g, ts, gs[0].Entries, 1)
	clearUnit(g, ts, gs[0].Entries, 4)
	clearUnit(g, ts, gs[1].Entries[1:], 3) // its own rows live on
	before := wide(ts)
	s := groups.CountZeros(g, gs, read(ts))
	assert.Equal(t, before, wide(ts), "reading does not write")
	assert.Equal(t, []groups.UnitCount{{Name: "cell_0", Left: 3, Of: 5}, {Name: "cell_1", Left: 6, Of: 6}}, s.Groups)

	for _, z := range s.Tensors {
		zeros := 0
		for _, v := range ts[z.Name].Data {
			if v == 0 {
				zeros++
			}
		}
		assert.Equal(t, groups.ZeroCount{Name: z.Name, Zeros: zeros, Of: len(ts[z.Name].Data)}, z)
	}
}

// Liveness by rows and columns is liveness scalar by scalar.
func TestDeadUnitsPerScalar(t *testing.T) {
	for _, c := range cases(20) {
		gs := some(t, c.Graph, 4)
		ts := tensors(c.Graph, 3)
		for i, group := range gs {
			clearUnit(c.Graph, ts, group.Entries, i%group.Units)
		}
		got := groups.CountZeros(c.Graph, gs, read(ts))
		for i, group := range gs {
			left := 0
			for k := range group.Units {
				dead := true
				for _, e := range group.Entries {
					each(c.Graph, e, k, func(i int) { dead = dead && ts[e.Var].Data[i] == 0 })
				}
				if !dead {
					left++
				}
			}
			assert.Equal(t, groups.UnitCount{Name: group.Name, Left: left, Of: group.Units}, got.Groups[i], c.Name)
		}
	}
}

func TestThreshold(t *testing.T) {
	g := stacked(t, 20, 4, 5, 6)
	d := derive(t, g)
	chosen, err := d.Select([]string{"cell_1"})
	require.NoError(t, err)
	const tau = 0.2
	for _, c := range []struct {
		on   string
		vars []string
	}{
		{"all", []string{"Model/embedding", cell0 + "weights", cell0 + "biases", cell1 + "weights", cell1 + "biases", "Model/softmax_w", "Model/softmax_b"}},
		{"groups", []string{cell1 + "weights", "Model/softmax_w"}},
	} {
		t.Run(c.on, func(t *testing.T) {
			th, err := groups.NewThreshold(g, d.Groups(chosen), c.on, tau)
			require.NoError(t, err)
			assert.Equal(t, c.vars, th.Vars)
			for _, workers := range []int{1, 3} {
				ts := tensors(g, 1)
				ts["Model/softmax_w"].Data[0] = tau
				ts["Model/softmax_w"].Data[1] = -float32(math.Nextafter32(tau, 0))
				want := tensors(g, 1)
				want["Model/softmax_w"].Data[0], want["Model/softmax_w"].Data[1] = tau, 0
				zeros := 0
				for _, name := range c.vars {
					for i, v := range want[name].Data {
						if math.Abs(float64(v)) < float64(float32(tau)) {
							want[name].Data[i] = 0
							zeros++
						}
					}
				}
				got := 0
				if workers == 1 {
					got = th.Apply(read(ts))
				} else {
					for w := range workers {
						got += th.Share(w, workers, read(ts))
					}
				}
				assert.Equal(t, zeros, got)
				assert.Equal(t, want, ts)
			}
		})
	}
	_, err = groups.NewThreshold(g, nil, "group", tau)
	assert.ErrorContains(t, err, `no choice or scope of variables "group"; known: Model, all, groups; nearest is groups`)
	_, err = groups.NewThreshold(g, nil, "all", math.NaN())
	assert.ErrorContains(t, err, "tau is NaN")
}
