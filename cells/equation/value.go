package equation

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
)

// value is what an expression comes to: a number, a truth or a word, which are
// known when the cell is made, or a tensor of the trace. The zero value stands
// for what has a fault that is told already.
type value struct {
	is   string // "", "number", "truth", "word", "tensor"
	num  float64
	text string
	t    graph.Value
	// A range of the columns of t, not yet cut out: products and sums of
	// ranges that are cut alike are made once for all of them.
	cut *cut
	k   int
	// trans: t is to be read transposed, by a product.
	trans bool
}

// cut is a division of columns into named ranges.
type cut struct {
	ranges   [][2]int
	together bool // a product with one range may be made for all
}

func numberValue(v float64) value     { return value{is: "number", num: v} }
func tensorValue(t graph.Value) value { return value{is: "tensor", t: t} }
func wordValue(s string) value        { return value{is: "word", text: s} }

func truthValue(b bool) value {
	v := value{is: "truth"}
	if b {
		v.num = 1
	}
	return v
}

func (v value) bad() bool   { return v.is == "" }
func (v value) truth() bool { return v.num != 0 }

// same reports whether two tensors are the same range of columns that are
// divided alike.
func same(a, b value) bool {
	if a.cut == nil || b.cut == nil || a.k != b.k || len(a.cut.ranges) != len(b.cut.ranges) {
		return false
	}
	for i, r := range a.cut.ranges {
		if r != b.cut.ranges[i] {
			return false
		}
	}
	return a.t.Shape().Last() == b.t.Shape().Last()
}

// shape of a tensor.
func (v value) shape() graph.Shape {
	s := v.t.Shape()
	if v.cut != nil {
		r := v.cut.ranges[v.k]
		s = s.With(-1, graph.Fixed(r[1]-r[0]))
	}
	if v.trans {
		s = graph.Shape{s[1], s[0]}
	}
	return s
}

// String says what a value is, for faults.
func (v value) String() string {
	switch v.is {
	case "number":
		return "the number " + display(v.num)
	case "truth":
		return fmt.Sprint(v.truth())
	case "word":
		return "'" + v.text + "'"
	}
	return fmt.Sprintf("a tensor of shape %v", v.shape())
}

// isMatrix reports whether a shape is that of stored numbers with two axes.
func isMatrix(s graph.Shape) bool { return len(s) == 2 && s[0].IsFixed() && s[1].IsFixed() }
