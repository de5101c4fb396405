package groups

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// judge looks for the largest set of candidates that can go together: it
// starts with all and drops, again and again, whoever has a use that notices.
// Weights among units that go do not matter, so dropping one may cost another
// its certificate, and the order does not change the result.
//
// So R is a greatest fixpoint. P is one too, that of graph.FindZeros, which
// holds in the model as it is and does not depend on who goes: a use that has
// the one or the other is all that is asked for, and one loop alternates both.
type judge struct {
	d      *Derivation // of the first ancestor
	model  *graph.Graph
	uses   []use
	at     map[graph.Atom][]occurrence // of candidates
	order  []graph.Atom                // of candidates
	chosen map[graph.Atom]bool         // those in order
	gone   map[graph.Atom]bool         // candidates, and what was cut before
	why    map[graph.Atom]string       // why a candidate must stay
	folder *folder
	zeros  *graph.Zeros // made when first asked for
	param  func(name string) []float32
	starts func(state graph.Value) []bool // which of its indices are zero now; nil: as the model starts

	going map[graph.Axis][]int32 // of weights: how many units that go each index belongs to
	cells map[graph.Atom][]*int32
}

// occurrence is an index of a contracted axis that belongs to a candidate.
type occurrence struct {
	use   int
	index int
}

// newJudge judges the model of d on the trace of its first ancestor, whose
// weights param gives.
func newJudge(model *Derivation, param func(name string) []float32) (*judge, error) {
	d := model.Origin()
	list, err := uses(d.Graph)
	if err != nil {
		return nil, err
	}
	return &judge{
		d: d, model: model.Graph, uses: list, at: map[graph.Atom][]occurrence{}, chosen: map[graph.Atom]bool{}, gone: map[graph.Atom]bool{}, why: map[graph.Atom]string{},
		folder: &folder{param, map[graph.Value]graph.Array[float32]{}}, param: param,
		going: map[graph.Axis][]int32{}, cells: map[graph.Atom][]*int32{},
	}, nil
}

// cutBefore enters what earlier cuts took.
func (j *judge) cutBefore(model *Derivation) {
	for i, c := range model.Classes {
		was := j.d.Classes[i]
		for k, a := range was.Atoms {
			if _, left := c.Unit(was.IDs[k]); !left {
				j.gone[a] = true
			}
		}
	}
}

// candidate enters a unit; all are entered before the first is dropped.
func (j *judge) candidate(a graph.Atom) {
	j.gone[a], j.chosen[a] = true, true
	j.order = append(j.order, a)
}

func (j *judge) drop(a graph.Atom, reason string) {
	delete(j.gone, a)
	j.why[a] = reason
	for _, n := range j.cells[a] {
		*n--
	}
}

// occur lists where candidates are contracted.
func (j *judge) occur() {
	for i, u := range j.uses {
		for k := range u.X.Shape()[u.axis].Size {
			for _, a := range j.d.Atoms.Of(u.X, u.axis, k) {
				if j.chosen[a] {
					j.at[a] = append(j.at[a], occurrence{i, k})
				}
			}
		}
	}
}

// settle drops candidates until all that are left may go together.
func (j *judge) settle() {
	for changed := true; changed; {
		changed = false
		for _, a := range j.order {
			if !j.gone[a] {
				continue
			}
			for _, o := range j.at[a] {
				if _, reason := j.passes(o); reason != "" {
					j.drop(a, reason)
					changed = true
					break
				}
			}
		}
	}
}

// fill drops a candidate of each class, and on each axis of a parameter, that
// would lose all it has, and reports whether there was one. A class that keeps
// a unit can still lose all that lie on one axis, if the model slices it.
func (j *judge) fill(classes []*Class, live *liveness) (changed bool) {
	for _, c := range classes {
		if c.Units > 0 && !slices.ContainsFunc(c.Atoms, func(a graph.Atom) bool { return !j.gone[a] }) {
			j.drop(c.Atoms[c.last(live)], "the class must keep one unit")
			changed = true
		}
	}
	for _, p := range j.d.Graph.Params {
		leaf := j.d.Graph.Leaf(p)
		for axis, n := range p.Shape {
			if n == 0 || slices.Contains(j.axis(leaf, axis), 0) {
				continue
			}
			if a, ok := j.first(leaf, axis, n); ok {
				j.drop(a, fmt.Sprintf("axis %d of %s must keep one index", axis, p.Name))
				changed = true
			}
		}
	}
	return changed
}

// last is the unit that stays when all of a class could go: the first of which
// anything is not zero, a bias of it say, or else the first. That is a matter of
// the weights alone, so a resumed run and the cut at its end keep the same one;
// and since sealed units are all zero, so do a model that lost them long ago and
// one that has them still.
func (c *Class) last(live *liveness) int {
	own := Group{Entries: slices.Concat(c.Entries, c.Followers)}
	for k := range c.Units {
		if live.component(own, k) {
			return k
		}
	}
	return 0
}

// first is the first candidate that goes among the n indices of an axis.
func (j *judge) first(v graph.Value, axis, n int) (graph.Atom, bool) {
	for i := range n {
		for _, a := range j.d.Atoms.Of(v, axis, i) {
			if j.chosen[a] && j.gone[a] {
				return a, true
			}
		}
	}
	return 0, false
}

// passes returns the rule by which a use does not notice that an index goes,
// or why it would.
func (j *judge) passes(o occurrence) (Rule, string) {
	u := &j.uses[o.use]
	if u.How == graph.ReadByWeight && j.unread(u, o.index) {
		return Unread, ""
	}
	if u.How == graph.NeverExact {
		return "", fmt.Sprintf("%v reads it, and does so even if it is zero", u.Node)
	}
	if j.quiet(u, o.index) {
		return Silent, ""
	}
	if u.How == graph.ReadByWeight {
		return "", fmt.Sprintf("%v reads it with a weight that is not zero, and it is not always zero itself", u.Node)
	}
	return "", fmt.Sprintf("%v reads it without weights, and it is not always zero: its biases speak", u.Node)
}

// breaks says why a rule does not hold for a use, or nothing if it does.
func (j *judge) breaks(o occurrence, rule Rule) string {
	u := &j.uses[o.use]
	switch {
	case u.How == graph.NeverExact:
		return "nothing lets a unit go that it reads"
	case rule == Unread && u.How != graph.ReadByWeight:
		return "R, but it reads without weights"
	case rule == Unread && !j.unread(u, o.index):
		return "R, but a weight towards a kept unit is not zero"
	case rule == Silent && !j.quiet(u, o.index):
		return "P, but its value is not always zero"
	case rule != Unread && rule != Silent:
		return fmt.Sprintf("there is no rule %q; it is R or P", rule)
	}
	return ""
}

// quiet reports whether what a use reads at an index, or the weights that it
// reads it by, are always zero.
func (j *judge) quiet(u *use, i int) bool {
	return j.silent(u.X, u.axis, i) || u.How == graph.ReadByWeight && j.silent(u.W, u.sum, i)
}

// unread reports whether the weights at index i of their summed axis are zero
// towards kept indices: one that is not has an index, on another axis, that goes.
func (j *judge) unread(u *use, i int) bool {
	if !fromParams(u.W) {
		return false
	}
	w := j.folder.value(u.W)
	size, inner := w.Shape[u.sum], 1
	for _, n := range w.Shape[u.sum+1:] {
		inner *= n
	}
	for start := i * inner; start < len(w.Data); start += size * inner {
		for k := start; k < start+inner; k++ {
			if w.Data[k] != 0 && !j.elsewhere(u, w.Shape, k) {
				return false
			}
		}
	}
	return true
}

// elsewhere reports whether element k of a use's weights goes for an index of
// another axis than the summed one.
func (j *judge) elsewhere(u *use, shape []int, k int) bool {
	for axis := len(shape) - 1; axis >= 0; axis-- {
		if axis != u.sum && j.axis(u.W, axis)[k%shape[axis]] > 0 {
			return true
		}
		k /= shape[axis]
	}
	return false
}

// axis counts, for each index of an axis of fixed size (from the front), the
// units that it belongs to and that go. The counts follow what is dropped.
func (j *judge) axis(v graph.Value, axis int) []int32 {
	key := graph.Axis{Value: v, Axis: axis}
	counts, ok := j.going[key]
	if !ok {
		counts = make([]int32, v.Shape()[axis].Size)
		for i := range counts {
			for _, a := range j.d.Atoms.Of(v, axis, i) {
				if j.gone[a] {
					counts[i]++
					j.cells[a] = append(j.cells[a], &counts[i])
				}
			}
		}
		j.going[key] = counts
	}
	return counts
}

// silent reports whether the values at index i of an axis (from the front) are
// zero for all inputs at all times.
func (j *judge) silent(v graph.Value, axis, i int) bool {
	if j.zeros == nil {
		weight := func(p *graph.Param) []float32 { return j.param(p.Name) }
		if j.starts == nil {
			j.zeros = graph.FindZeros(j.d.Graph, weight)
		} else {
			j.zeros = graph.FindZerosFrom(j.d.Graph, weight, j.starts)
		}
	}
	if axis == v.Rank()-1 {
		return j.zeros.At(v, i)
	}
	zero := j.zeros.Of(v) // known for the last axis only: all of it must be zero
	return zero != nil && !slices.Contains(zero, false)
}

// certificate writes down what was found.
func (j *judge) certificate(classes []*Class, live *liveness) *Certificate {
	c := &Certificate{Bitwise: true}
	for _, class := range classes {
		cc := ClassCertificate{Class: class}
		group := class.Group()
		for k, a := range class.Atoms {
			u := UnitCertificate{ID: class.IDs[k], Dead: !live.component(group, k), Removable: j.gone[a], Reason: j.why[a]}
			if u.Removable {
				u.Witnesses = j.witnesses(a, c)
			}
			if u.Removable || u.Dead {
				cc.Units = append(cc.Units, u)
			}
		}
		c.Classes = append(c.Classes, cc)
	}
	return c
}

// witnesses are the reasons of one unit, one for each contraction and rule.
func (j *judge) witnesses(a graph.Atom, c *Certificate) (out []Witness) {
	known := map[Witness]bool{}
	for _, o := range j.at[a] {
		rule, _ := j.passes(o)
		if w := j.witness(o, rule); !known[w] {
			known[w] = true
			out = append(out, w)
		}
		if j.uses[o.use].How == graph.Averaged {
			c.Bitwise = false
		}
	}
	return out
}

// witness names a use of a unit and the rule by which it does not notice.
func (j *judge) witness(o occurrence, rule Rule) Witness {
	u := &j.uses[o.use]
	w := Witness{Rule: rule, Op: u.Node.String()}
	if p := paramOf(u.W); p != nil {
		w.Var, w.Axis, w.Index = p.Name, u.sum, o.index
		if kept := findParam(j.model, p.Name).Kept; kept != nil && kept[u.sum] != nil {
			w.Index, _ = slices.BinarySearch(kept[u.sum], o.index)
		}
	}
	return w
}

// paramOf is the parameter that a value is, read inside a loop or outside it, or nil.
func paramOf(v graph.Value) *graph.Param {
	if v.IsZero() {
		return nil
	}
	switch op := v.Node.Op.(type) {
	case *graph.ParamOp:
		return op.P
	case *graph.InputOp:
		if op.Role == graph.Capture {
			return paramOf(op.Outer)
		}
	}
	return nil
}
