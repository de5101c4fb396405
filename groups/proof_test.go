package groups_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

// What a proof says is true of the tensors, checked with nothing but the file:
// units that went and units that stayed are all there were, a weight that a
// removed unit is read by under R is zero unless it goes with another removed
// unit, and the compact tensors are the whole ones without the indices named.
func TestProofIsTrue(t *testing.T) {
	uses := map[groups.Rule]int{}
	for i, c := range cases(60) {
		whole, small := zeroed(t, c, uint64(i))
		d := derive(t, c.Graph)
		cert, err := groups.Certify(d, nil, read(whole.Tensors))
		require.NoError(t, err)
		var text bytes.Buffer
		_, err = cert.Proof().WriteTo(&text)
		require.NoError(t, err)
		var p groups.Proof
		require.NoError(t, json.Unmarshal(text.Bytes(), &p))
		require.Equal(t, cert.Proof(), &p, "it can be read back")
		require.Empty(t, p.Check(whole, small), "%s: it proves the cut", c.Name)

		type axis struct {
			name  string
			along int
		}
		gone := map[axis]map[int]bool{}
		for _, k := range p.Classes {
			var removed []int
			for _, u := range k.Removed {
				removed = append(removed, u.ID)
			}
			all := append(slices.Clone(k.Kept), removed...)
			slices.Sort(all)
			require.Equal(t, k.IDs, all, "%s: %s", c.Name, k.Name)
			for _, e := range append(slices.Clone(k.Entries), k.Followers...) {
				require.Len(t, e.Indices, len(k.IDs))
				for n, id := range k.IDs {
					if slices.Contains(removed, id) {
						a := axis{e.Var, e.Along}
						if gone[a] == nil {
							gone[a] = map[int]bool{}
						}
						gone[a][e.Indices[n]] = true
					}
				}
			}
		}
		for _, k := range p.Classes {
			for _, u := range k.Removed {
				for _, use := range u.Uses {
					uses[use.Rule]++
					if use.Rule != groups.Unread || use.Var == "" {
						continue
					}
					w := whole.Tensors[use.Var]
					require.True(t, gone[axis{use.Var, use.Along}][use.Index], "%s: the weights at %d of axis %d of %s are the unit's", c.Name, use.Index, use.Along, use.Var)
					for at, v := range w.Data {
						coordinates := []int{at / w.Shape[1], at % w.Shape[1]}
						if coordinates[use.Along] == use.Index && v != 0 {
							other := 1 - use.Along
							require.True(t, gone[axis{use.Var, other}][coordinates[other]], "%s: unit %d of %s", c.Name, u.ID, k.Name)
						}
					}
				}
			}
		}
		for name, w := range whole.Tensors {
			for k := range w.Shape {
				if cut := gone[axis{name, k}]; cut != nil {
					var stay []int
					for i := range w.Shape[k] {
						if !cut[i] {
							stay = append(stay, i)
						}
					}
					w = w.Restrict(k, stay)
				}
			}
			require.Equal(t, w, small.Tensors[name], "%s: %s", c.Name, name)
		}
	}
	assert.Greater(t, uses[groups.Unread], 100)
	assert.Greater(t, uses[groups.Silent], 10)
}

// Lists of numbers are written on one line; what a string holds, lists of numbers
// included, is written as it is.
func TestProofKeepsStrings(t *testing.T) {
	want := &groups.Proof{Classes: []groups.ProofClass{{
		Name: `h [1, 2] "[3, 4]" \`, IDs: []int{5, 6}, Stay: []groups.ProofStay{{ID: 5, Reason: "slice [0, 2] reads it"}},
	}}}
	var text bytes.Buffer
	n, err := want.WriteTo(&text)
	require.NoError(t, err)
	assert.EqualValues(t, text.Len(), n)
	assert.Contains(t, text.String(), `"ids": [5,6]`)
	var got groups.Proof
	require.NoError(t, json.Unmarshal(text.Bytes(), &got))
	assert.Equal(t, want, &got)
}

// A model that was cut is cut again, with a proof of its own: its ids are those of
// the first ancestor, its indices those of the model in between.
func TestProofOfASecondCut(t *testing.T) {
	again := 0
	for i, c := range cases(20) {
		_, small := zeroed(t, c, uint64(i))
		d := derive(t, small.Graph)
		for _, k := range free(d) {
			if k.Units > 1 {
				clearUnit(small.Graph, small.Tensors, slices.Concat(k.Entries, k.Followers), k.Units-1)
			}
		}
		cert, err := groups.Certify(d, nil, read(small.Tensors))
		require.NoError(t, err)
		cut, err := groups.Compact(small.Graph, small.Tensors, nil, cert.Keep())
		require.NoError(t, err)
		again += cert.Removable()
		smaller := groups.Model{Graph: cut.Graph, Tensors: cut.Tensors}
		require.Empty(t, cert.Proof().Check(small, smaller), c.Name)
		if cert.Removable() > 0 {
			require.NotEmpty(t, cert.Proof().Check(small, small), "%s: nothing was cut", c.Name)
		}
	}
	assert.Greater(t, again, 20)
}

// A record holds what a model is fed, where its states start and what it says.
func TestRecord(t *testing.T) {
	c := graphtest.LSTM(graphtest.Small)
	m := groups.Model{Graph: c.Graph, Tensors: tensors(c.Graph, 1)}
	r, err := groups.Record(m, batches(c, 1, 3)[0], map[string]int{"time": 3, "batch": 2})
	require.NoError(t, err)
	var names []string
	for name, a := range r {
		names = append(names, name)
		if x, ok := a.(tensor.Dense[float32]); ok {
			assert.Len(t, x.Data, x.Size(), name)
		}
	}
	for _, name := range c.Graph.Names {
		assert.Contains(t, names, "out/"+name)
	}
	x, ok := r["in/x"].(tensor.Ints)
	require.True(t, ok)
	assert.Equal(t, []int{3, 2}, x.Shape)

	delete(m.Tensors, c.Graph.Params[0].Name)
	_, err = groups.Record(m, batches(c, 1, 3)[0], nil)
	assert.ErrorContains(t, err, "is missing")
}
