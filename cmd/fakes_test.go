package cmd_test

import (
	"math"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

const lstm0, lstm1 = "Model/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/weights", "Model/RNN/multi_rnn_cell/cell_1/basic_lstm_cell/weights"

// fake is one forgery and what both checkers say of it.
type fake struct {
	name   string
	do     func(f *forgery)
	python string // contained in what check.py says
	iss    string // contained in what iss verify says
}

// ofAnyCell are forgeries of every cell.
var ofAnyCell = []fake{
	{"a live unit declared dead", func(f *forgery) { c := f.layer(); f.remove(c, c.Kept[1], "R") },
		"R, but a weight towards a kept unit is not zero", "R, but a weight towards a kept unit is not zero"},
	{"a unit that writes declared silent", func(f *forgery) { c := f.layer(); f.remove(c, c.Kept[2], "P") },
		"P, but its value is not always zero", "P, but its value is not always zero"},
	{"columns of one unit, rows of another", func(f *forgery) {
		c := f.layer()
		i, j := slices.Index(c.IDs, c.Removed[0].ID), slices.Index(c.IDs, c.Kept[0])
		for n, e := range slices.Concat(c.Entries, c.Followers) {
			if n > 0 || e.Along == 1 {
				e.Indices[i], e.Indices[j] = e.Indices[j], e.Indices[i]
			}
		}
		f.recut()
	}, "its entries are not all that belongs to it", "its entries are not the rows and columns of its units"},
	{"compact units permuted, the same function", func(f *forgery) { f.permute(f.layer(), 0, 1) },
		"the compact tensor is not the whole one without the removed units", "the compact tensor is not the whole one without the removed units"},
}

// ofPair are forgeries of a compaction in whose first layer unit 1 feeds only
// itself, 2 and 3 only each other, and 4 is silent (see closed).
var ofPair = append(slices.Clone(ofAnyCell), []fake{
	{"kept ids swapped", func(f *forgery) {
		k := f.class("cell_0").Kept
		k[0], k[1] = k[1], k[0]
		f.kept["cell_0"] = slices.Clone(k)
	}, "each once and in order", "ids of units must rise"},
	{"another unit kept than is said", func(f *forgery) {
		c := f.class("cell_0")
		f.kept["cell_0"] = append([]int{1}, c.Kept[1:]...)
	}, "keeps other units than the certificate says", "keeps other units than the certificate says"},
	{"a kept unit twice", func(f *forgery) {
		c := f.class("cell_0")
		c.Kept = append([]int{c.Kept[0]}, c.Kept...)
	}, "each once and in order", "each once and in order"},
	{"a removed unit twice", func(f *forgery) {
		c := f.class("cell_0")
		c.Removed = append(c.Removed, c.Removed[0])
	}, "each once and in order", "which is not there or gone already"},
	{"a unit out of range", func(f *forgery) {
		c := f.class("cell_0")
		c.Removed = append(c.Removed, groups.ProofUnit{ID: 99})
	}, "each once and in order", "unit 99 is removed, which is not there"},
	{"a unit below zero", func(f *forgery) {
		c := f.class("cell_0")
		c.Removed = append(c.Removed, groups.ProofUnit{ID: -1})
	}, "each once and in order", "unit -1 is removed, which is not there"},
	{"more units than there are", func(f *forgery) {
		c := f.class("embedding")
		c.Of, c.IDs = c.Of+1, append(c.IDs, c.Of)
		c.Removed = append(c.Removed, groups.ProofUnit{ID: c.Of - 1})
		f.kept["embedding"] = c.Kept
	}, "not what they should be", "embedding: its units are not those of the whole model"},
	{"R of a unit that is read", func(f *forgery) {
		for i := range f.unit("cell_0", 4).Uses {
			f.unit("cell_0", 4).Uses[i].Rule = "R"
		}
	}, "R, but a weight towards a kept unit is not zero", "R, but a weight towards a kept unit is not zero"},
	{"P of a unit that speaks", func(f *forgery) { f.unit("cell_0", 1).Uses[0].Rule = "P" },
		"P, but its value is not always zero", "P, but its value is not always zero"},
	{"a rule that is none", func(f *forgery) { f.unit("cell_0", 1).Uses[0].Rule = "Q" },
		"Q, but its value is not always zero", `there is no rule "Q"`},
	{"a witness left out", func(f *forgery) { u := f.unit("cell_0", 1); u.Uses = u.Uses[1:] },
		"nothing is said of", "nothing is said of"},
	{"all witnesses left out", func(f *forgery) { f.unit("cell_0", 2).Uses = []groups.ProofUse{} },
		"nothing is said of", "nothing is said of"},
	{"the witness of another unit", func(f *forgery) { f.unit("cell_0", 2).Uses = f.unit("cell_0", 3).Uses },
		"does not read it", "does not read it"},
	{"a witness too many", func(f *forgery) {
		u := f.unit("cell_0", 1)
		u.Uses = append(u.Uses, groups.ProofUse{Rule: "R", Op: "matmul", Var: "Model/softmax_w", Index: 1})
	}, "does not read it", "does not read it"},
	{"one of a circle is read by a live unit", func(f *forgery) {
		f.whole[lstm0].Row(19)[f.class("cell_0").Kept[1]] = 0.5
		f.recut()
	}, "R, but a weight towards a kept unit is not zero", "R, but a weight towards a kept unit is not zero"},
	{"one of a circle is read by the next layer", func(f *forgery) {
		f.whole[lstm1].Row(3)[f.class("cell_1").Kept[1]] = 0.5
		f.recut()
	}, "R, but a weight towards a kept unit is not zero", "R, but a weight towards a kept unit is not zero"},
	{"a class that lost units left out", func(f *forgery) {
		f.cert.Classes = slices.DeleteFunc(f.cert.Classes, func(c groups.ProofClass) bool { return c.Name == "cell_0" })
	}, "class cell_0 is not one of the model, or not told once", "nothing is said of class cell_0, which lost units"},
	{"a class told twice", func(f *forgery) { f.cert.Classes = append(f.cert.Classes, *f.class("cell_0")) },
		"class cell_0 is not one of the model, or not told once", "class cell_0 is told twice"},
	{"a class that is none", func(f *forgery) { f.class("cell_1").Name = "cell_2" },
		"class cell_2 is not one of the model", `the model has no class "cell_2"`},
	{"classes that changed names", func(f *forgery) {
		a, b := f.class("cell_0"), f.class("cell_1")
		a.Name, b.Name = b.Name, a.Name
		f.recut()
	}, "its entries are not all that belongs to it", "cell_1"},
	{"a word cut out", func(f *forgery) {
		n := f.whole["Model/softmax_b"].Shape[0]
		var all []int
		for i := range n {
			all = append(all, i)
		}
		f.cert.Classes = append(f.cert.Classes, groups.ProofClass{
			Name: "embedding/rows", Of: n, IDs: all, Kept: all[:n-1], Removed: []groups.ProofUnit{{ID: n - 1, Uses: []groups.ProofUse{}}},
			Entries: []groups.ProofEntry{{Var: "Model/embedding", Indices: all}}, Followers: []groups.ProofEntry{},
		})
		f.recut()
	}, "class embedding/rows is not one of the model", "cannot lose units: its size is fixed by"},
	{"the rows of a reader left out", func(f *forgery) {
		c := f.class("cell_0")
		c.Entries = slices.DeleteFunc(c.Entries, func(e groups.ProofEntry) bool { return e.Var == lstm1 })
		f.recut()
	}, "its entries are not all that belongs to it", "cell_1"},
	{"a weight of the compact model one bit off", func(f *forgery) {
		w := f.small["Model/softmax_w"].Data
		w[0] = math.Nextafter32(w[0], 9)
	}, "the compact tensor is not the whole one", "Model/softmax_w: the compact tensor is not the whole one"},
	{"a weight of the whole model one bit off", func(f *forgery) {
		w := f.whole["Model/embedding"].Data
		w[0] = math.Nextafter32(w[0], 9)
	}, "the compact tensor is not the whole one", "Model/embedding: the compact tensor is not the whole one"},
	{"not a number in a weight that goes", func(f *forgery) { f.whole[lstm0].Row(3)[1] = float32(math.NaN()); f.recut() },
		"has a weight that is not finite", "has NaN at [3 1]: removal needs finite weights"},
	{"infinity in a row that goes", func(f *forgery) { f.whole[lstm0].Row(17)[1] = float32(math.Inf(-1)); f.recut() },
		"has a weight that is not finite", "has -Inf at [17 1]: removal needs finite weights"},
	{"a tensor that is not there", func(f *forgery) { delete(f.small, "Model/softmax_b") },
		"the compact model has other tensors than the whole one", "the checkpoint is not of this model"},
	{"a tensor too many", func(f *forgery) { f.small["Model/more"] = tensor.New[float32](2) },
		"the compact model has other tensors than the whole one", "the checkpoint is not of this model"},
	{"a checksum of the compact model", func(f *forgery) { f.unsigned, f.cert.Compact.SHA256 = true, f.cert.Whole.SHA256 },
		"the certificate is of another compact model", "is not of its weights"},
	{"a checksum of the whole model", func(f *forgery) { f.unsigned, f.cert.Whole.SHA256 = true, f.cert.Compact.SHA256 },
		"the certificate is of another whole model", "was cut out of other weights than those of"},
	{"a checksum of the batch", func(f *forgery) { f.unsigned, f.cert.Replay.SHA256 = true, f.cert.Compact.SHA256 },
		"the replayed batch is not the one of the certificate", "the replayed batch is not the one of the certificate"},
	{"another configuration", func(f *forgery) { f.cut.Config.Model.Options = map[string]any{"forget_bias": 0.5} },
		"the two models have different configurations", "the two models have different configurations"},
	{"a vocabulary in another order", func(f *forgery) {
		words := strings.SplitAfter(string(f.files["vocab.txt"]), "\n")
		words[3], words[4] = words[4], words[3]
		f.files["vocab.txt"] = []byte(strings.Join(words, ""))
	}, "vocab.txt of the compact model is not that of the whole one", "vocab.txt of the compact model is not that of the whole one"},
	{"a group file of another model", func(f *forgery) {
		other := []byte(`{"groups": [[{"var_name": "Model/softmax_w", "axis": 1, "start": 0, "end": 5}]]}`)
		f.info.Config.ISS.Groups, f.cut.Config.ISS.Groups = "groups.json", "groups.json"
		f.own["groups.json"], f.files["groups.json"] = []byte(`{"version": 2, "groups": [{"class": "cell_0"}]}`), other
	}, "group 0 of the group file is no class of the certificate", "groups.json of the compact model is not that of the whole one"},
	{"a batch with other outputs", func(f *forgery) { f.record["out/nll"].(tensor.Dense[float32]).Data[5] += 0.01 },
		"does not say of the replayed batch what is stored", "the replayed batch: out/nll at [2 1] is stored as"},
	{"outputs that are no numbers", func(f *forgery) { f.record["out/nll"].(tensor.Dense[float32]).Data[5] = float32(math.NaN()) },
		"does not say of the replayed batch what is stored", "the replayed batch: out/nll at [2 1] is stored as NaN"},
	{"a batch of nothing", func(f *forgery) {
		for name, a := range f.record {
			switch x := a.(type) {
			case tensor.Ints:
				f.record[name] = tensor.Ints{Shape: []int{0, x.Shape[1]}, Data: []int32{}}
			case tensor.Dense[float32]:
				if len(x.Shape) > 0 && x.Shape[0] == 4 {
					f.record[name] = tensor.New[float32](append([]int{0}, x.Shape[1:]...)...)
				}
			}
		}
	}, "not what they should be", "the replayed batch: in/x is empty"},
	{"words that there are not", func(f *forgery) { f.record["in/x"].(tensor.Ints).Data[0] = 1 << 20 },
		"not what they should be", "the replayed batch: "},
	{"states that do not start at zero", func(f *forgery) {
		x := f.record["start/cell_0/c"].(tensor.Dense[float32])
		for i := range x.Data {
			x.Data[i] = 1
		}
	}, "P, but its value is not always zero", "the replayed batch: start/cell_0/c at [0 0] is stored as 1, the model says 0"},
	{"a torn certificate", func(f *forgery) { f.torn = `{"version": 1, "whole"` }, "not what they should be", "cannot be read"},
	{"a certificate of nothing", func(f *forgery) { f.torn = `{}` }, "not what they should be", "is not of its weights"},
}...)
