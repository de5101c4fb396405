package groups

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/kernel"
)

// part is one weight of a penalty, taken as a matrix: its last axis are the
// columns, all other axes together the rows.
type part struct {
	number     int // in Penalty.parts
	name       string
	rows, cols int
	w, g       []float32
	fixed      bool // Prox leaves it as it is

	rowTerms, colTerms []owner // by row and by column
	rowLo, rowHi       int     // rows [rowLo, rowHi) are in components; equal if none are
	colLo, colHi       int
	rowSq, rowc        []float32 // from rowLo on
	cross              []share
}

// owner says that a row or column is in a component.
type owner struct {
	index, component int
	multi            float64
}

// share is a scalar whose coefficient is too large by multi·scale(component).
type share struct {
	at, component int
	multi         float64
}

func (p *Penalty) part(param *graph.Param) *part {
	for _, t := range p.parts {
		if t.name == param.Name {
			return t
		}
	}
	cols := param.Shape[len(param.Shape)-1]
	t := &part{number: len(p.parts), name: param.Name, rows: param.Size() / max(1, cols), cols: cols}
	p.parts = append(p.parts, t)
	return t
}

// ordered is a group with its entries in the order of the model, so that the
// sums of a norm are rounded alike however a file lists them.
func ordered(g *graph.Graph, group Group) Group {
	rank := func(e Entry) int {
		return slices.IndexFunc(g.Params, func(p *graph.Param) bool { return p.Name == e.Var })
	}
	group.Entries = slices.Clone(group.Entries)
	slices.SortStableFunc(group.Entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Axis, b.Axis), cmp.Compare(a.Index(0), b.Index(0)))
	})
	return group
}

// addComponent enters the entries of unit k of a group as the next component.
func (p *Penalty) addComponent(g *graph.Graph, group Group, k int, count Counting) {
	number := len(p.terms)
	var list []term
	for _, e := range group.Entries {
		param := findParam(g, e.Var)
		if e.Axis >= len(param.Shape) || e.Index(k) >= param.Shape[e.Axis] {
			panic(fmt.Sprintf("groups: index %d of axis %d of %s %v: the group %q is that of another model", e.Index(k), e.Axis, e.Var, param.Shape, group.Name))
		}
		t := p.part(param)
		if e.Axis == len(param.Shape)-1 {
			list = append(list, term{t, true, e.Index(k), e.Multi})
			continue
		}
		for _, r := range flatRows(param.Shape, e.Axis, e.Index(k)) {
			list = append(list, term{t, false, r, e.Multi})
		}
	}
	var twice []crossing
	if count == Distinct {
		list, twice = distinct(list)
	}
	for _, m := range list {
		o := owner{m.index, number, m.multi}
		if m.col {
			m.part.colTerms = append(m.part.colTerms, o)
		} else {
			m.part.rowTerms = append(m.part.rowTerms, o)
		}
	}
	for _, c := range twice {
		c.part.cross = append(c.part.cross, share{c.at, number, c.multi})
	}
	p.terms, p.twice = append(p.terms, list), append(p.twice, twice)
}

// flatRows lists the rows of a tensor, taken as a matrix of its last axis,
// that have index i on an axis other than the last.
func flatRows(shape []int, axis, i int) (rows []int) {
	inner := 1
	for _, n := range shape[axis+1 : len(shape)-1] {
		inner *= n
	}
	outer := 1
	for _, n := range shape[:axis] {
		outer *= n
	}
	for o := range outer {
		for j := range inner {
			rows = append(rows, (o*shape[axis]+i)*inner+j)
		}
	}
	return rows
}

// distinct drops repeated rows and columns of a component, keeping the largest
// multiplier, and lists the scalars where a row and a column still cross, with
// the smaller multiplier: what they count for too much.
func distinct(list []term) (once []term, twice []crossing) {
	for _, t := range list {
		known := false
		for i := range once {
			if o := &once[i]; o.part == t.part && o.col == t.col && o.index == t.index {
				o.multi, known = max(o.multi, t.multi), true
			}
		}
		if !known {
			once = append(once, t)
		}
	}
	for _, r := range once {
		for _, c := range once {
			if !r.col && c.col && r.part == c.part {
				twice = append(twice, crossing{r.part, r.index*r.part.cols + c.index, min(r.multi, c.multi)})
			}
		}
	}
	return once, twice
}

// finish allocates what the part needs once its terms are known.
func (t *part) finish() {
	bounds := func(list []owner) (lo, hi int) {
		for i, o := range list {
			if i == 0 || o.index < lo {
				lo = o.index
			}
			hi = max(hi, o.index+1)
		}
		return lo, hi
	}
	t.rowLo, t.rowHi = bounds(t.rowTerms)
	t.colLo, t.colHi = bounds(t.colTerms)
	t.rowSq, t.rowc = kernel.Floats(t.rowHi-t.rowLo), kernel.Floats(t.rowHi-t.rowLo)
}

// check panics if the bound slices are not of the part's size.
func (t *part) check() {
	if len(t.w) != t.rows*t.cols || t.g != nil && len(t.g) != len(t.w) {
		panic(fmt.Sprintf("groups: %s has %d weights and %d gradients, needs %d (%d×%d)", t.name, len(t.w), len(t.g), t.rows*t.cols, t.rows, t.cols))
	}
}
