package cmd_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/checkpoint"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks/runs"
)

// forgery is a compaction in the hands of somebody who wants it to look right:
// all of it can be changed, and what follows from it is made to fit.
type forgery struct {
	cert         groups.Proof
	whole, small map[string]tensor.Dense[float32]
	kept         map[string][]int
	record       map[string]tensor.Array
	files        map[string][]byte // of the compact run, beside certificate and replay
	own          map[string][]byte // of the whole run
	info, cut    runs.Info
	unsigned     bool // the checksums stay what they are
	torn         string
}

// forge takes a run and its compact model.
func forge(t *testing.T, run string) *forgery {
	t.Helper()
	compact := filepath.Join(run, "compact")
	f := &forgery{files: map[string][]byte{}, record: map[string]tensor.Array{}}
	var err error
	f.info, err = runs.ReadInfo(run)
	require.NoError(t, err)
	f.cut, err = runs.ReadInfo(compact)
	require.NoError(t, err)
	f.kept = maps.Clone(f.cut.Kept)
	f.whole, err = runs.LoadTensors(run)
	require.NoError(t, err)
	f.small, err = runs.LoadTensors(compact)
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(compact, "certificate.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &f.cert))
	f.files["vocab.txt"], err = os.ReadFile(filepath.Join(compact, "vocab.txt"))
	require.NoError(t, err)
	f.own = maps.Clone(f.files)
	replay, err := tensor.Open(filepath.Join(compact, "replay.safetensors"))
	require.NoError(t, err)
	defer replay.Close()
	for _, name := range replay.Names() {
		if e, _ := replay.Entry(name); e.Type == tensor.I32 {
			f.record[name], err = replay.Ints(name)
		} else {
			f.record[name], err = tensor.Floats[float32](replay, name)
		}
		require.NoError(t, err)
	}
	return f
}

// write makes two runs of it, with checksums that fit unless it is unsigned.
func (f *forgery) write(t *testing.T, run string) {
	t.Helper()
	sum := func(arrays map[string]tensor.Array) (string, []byte) {
		var b bytes.Buffer
		require.NoError(t, tensor.Write(&b, arrays, nil))
		s := sha256.Sum256(b.Bytes())
		return hex.EncodeToString(s[:]), b.Bytes()
	}
	replay, text := sum(f.record)
	if !f.unsigned {
		f.cert.Whole.SHA256, _ = sum(tensor.Arrays(f.whole))
		f.cert.Compact.SHA256, _ = sum(tensor.Arrays(f.small))
		f.cert.Replay.SHA256 = replay
	}
	files := maps.Clone(f.files)
	files["replay.safetensors"] = text
	var cert bytes.Buffer
	_, err := f.cert.WriteTo(&cert)
	require.NoError(t, err)
	files["certificate.json"] = cert.Bytes()
	if f.torn != "" {
		files["certificate.json"] = []byte(f.torn)
	}
	require.NoError(t, runs.Write(run, f.info, f.own, checkpoint.Snapshot{Tensors: f.whole}))
	f.cut.Kept, f.cut.Parent = f.kept, run
	require.NoError(t, runs.Write(filepath.Join(run, "compact"), f.cut, files, checkpoint.Snapshot{Tensors: f.small}))
}

// recut makes the compact model what the certificate says: its kept units and
// its weights.
func (f *forgery) recut() {
	type axis struct {
		name  string
		along int
	}
	gone := map[axis]map[int]bool{}
	f.kept = map[string][]int{}
	for _, c := range f.cert.Classes {
		if len(c.Kept) < c.Of {
			f.kept[c.Name] = slices.Clone(c.Kept)
		}
		for _, u := range c.Removed {
			for _, e := range slices.Concat(c.Entries, c.Followers) {
				if k := slices.Index(c.IDs, u.ID); k >= 0 {
					a := axis{e.Var, e.Along}
					if gone[a] == nil {
						gone[a] = map[int]bool{}
					}
					gone[a][e.Indices[k]] = true
				}
			}
		}
	}
	f.small = map[string]tensor.Dense[float32]{}
	for name, w := range f.whole {
		w = w.Clone()
		for along := range w.Shape {
			var stay []int
			for i := range w.Shape[along] {
				if !gone[axis{name, along}][i] {
					stay = append(stay, i)
				}
			}
			w = w.Restrict(along, stay)
		}
		f.small[name] = w
	}
}

func (f *forgery) class(name string) *groups.ProofClass {
	i := slices.IndexFunc(f.cert.Classes, func(c groups.ProofClass) bool { return c.Name == name })
	return &f.cert.Classes[i]
}

// layer is the class of hidden units that says of a unit that it went.
func (f *forgery) layer() *groups.ProofClass {
	i := slices.IndexFunc(f.cert.Classes, func(c groups.ProofClass) bool { return len(c.Removed) > 0 && len(c.Followers) > 0 })
	return &f.cert.Classes[i]
}

func (f *forgery) unit(class string, id int) *groups.ProofUnit {
	c := f.class(class)
	return &c.Removed[slices.IndexFunc(c.Removed, func(u groups.ProofUnit) bool { return u.ID == id })]
}

// remove says that a unit went too, by a rule, with a witness for each weight
// that a removed unit beside it has one for.
func (f *forgery) remove(c *groups.ProofClass, id int, rule groups.Rule) {
	beside, u := c.Removed[0], groups.ProofUnit{ID: id}
	was, at := slices.Index(c.IDs, beside.ID), slices.Index(c.IDs, id)
	for _, use := range beside.Uses {
		for _, e := range c.Entries {
			if e.Var == use.Var && e.Along == use.Along && e.Indices[was] == use.Index {
				u.Uses = append(u.Uses, groups.ProofUse{Rule: rule, Op: use.Op, Var: use.Var, Along: use.Along, Index: e.Indices[at]})
			}
		}
	}
	c.Kept = slices.DeleteFunc(slices.Clone(c.Kept), func(i int) bool { return i == id })
	c.Removed = append(c.Removed, u)
	slices.SortFunc(c.Removed, func(a, b groups.ProofUnit) int { return a.ID - b.ID })
	f.recut()
}

// permute exchanges two units that stay, in all places of the compact model, so
// that it computes the same: i and j are their positions there.
func (f *forgery) permute(c *groups.ProofClass, i, j int) {
	for _, e := range slices.Concat(c.Entries, c.Followers) {
		a, b := e.Indices[slices.Index(c.IDs, c.Kept[i])], e.Indices[slices.Index(c.IDs, c.Kept[j])]
		gone := func(at int) (n int) { // removed indices below at, of any class
			for _, k := range f.cert.Classes {
				for _, u := range k.Removed {
					for _, x := range slices.Concat(k.Entries, k.Followers) {
						if x.Var == e.Var && x.Along == e.Along && x.Indices[slices.Index(k.IDs, u.ID)] < at {
							n++
						}
					}
				}
			}
			return n
		}
		a, b = a-gone(a), b-gone(b)
		w := f.small[e.Var]
		order := make([]int, w.Shape[e.Along])
		for k := range order {
			order[k] = k
		}
		order[a], order[b] = b, a
		f.small[e.Var] = gather(w, e.Along, order)
	}
}

// gather takes indices of an axis in any order.
func gather(w tensor.Dense[float32], axis int, order []int) tensor.Dense[float32] {
	out, inner := w.Clone(), 1
	for _, n := range w.Shape[axis+1:] {
		inner *= n
	}
	for i := range out.Data {
		k := i / inner % w.Shape[axis]
		out.Data[i] = w.Data[i+(order[k]-k)*inner]
	}
	return out
}
