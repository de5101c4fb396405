package groups

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
)

// Certificate says which units of a model can be cut out without changing
// what the model computes, and why.
type Certificate struct {
	Classes []ClassCertificate
	// Bitwise says that the reference interpreter's float32 results stay equal
	// bit for bit. It is false if a unit's zeros are under the root of a
	// centred norm: there the sum is grouped anew.
	Bitwise bool
}

// ClassCertificate is the part of a Certificate on one class.
type ClassCertificate struct {
	Class *Class
	Units []UnitCertificate // removable or dead, in the order of their ids
}

// UnitCertificate is about a unit that can go, or that looks as if it could.
type UnitCertificate struct {
	ID        int
	Dead      bool // its whole component is zero: the paper's count
	Removable bool
	// Witnesses say for each contraction of the unit's values why it does not
	// notice that they go.
	Witnesses []Witness
	Reason    string // why the unit must stay, if it must
}

// Witness is why one contraction does not notice that a unit goes.
type Witness struct {
	Rule Rule
	Op   string // the contraction and its place
	// Var, Axis and Index are where the weights lie that read the unit, in the
	// model as it was before the cut. Var is empty if nothing with weights of
	// its own does, or if the weights are computed.
	Var   string
	Axis  int // from the front
	Index int
}

// Rule is a reason of removal. Removal is exact if every use of a unit's
// values has one of the two.
type Rule string

// The two rules.
const (
	// Unread: every weight that reads the unit is zero towards what stays, so
	// the unit's values do not matter.
	Unread Rule = "R"
	// Silent: the unit's value is zero for all inputs at all times, so its
	// readers add nothing. Carried states are taken to start as the model says.
	Silent Rule = "P"
)

// By names the rules that a unit goes by: "R", "P" or "R+P".
func (u UnitCertificate) By() string {
	var rules []string
	for _, r := range []Rule{Unread, Silent} {
		if slices.ContainsFunc(u.Witnesses, func(w Witness) bool { return w.Rule == r }) {
			rules = append(rules, string(r))
		}
	}
	return strings.Join(rules, "+")
}

// Keep lists, for each class that loses units, those that stay, by their
// numbers before any cut: what Compact takes.
func (c *Certificate) Keep() map[string][]int {
	keep := map[string][]int{}
	for _, k := range c.Classes {
		gone := map[int]bool{}
		for _, u := range k.Units {
			gone[u.ID] = u.Removable
		}
		stay := slices.DeleteFunc(slices.Clone(k.Class.IDs), func(id int) bool { return gone[id] })
		if len(stay) < k.Class.Units {
			keep[k.Class.Name] = stay
		}
	}
	return keep
}

// Removable counts the units that can go.
func (c *Certificate) Removable() int {
	return c.Count(func(u UnitCertificate) bool { return u.Removable })
}

// Dead counts the units whose whole component is zero, whether they can go or not.
func (c *Certificate) Dead() int {
	return c.Count(func(u UnitCertificate) bool { return u.Dead })
}

// Count counts the units of which something holds, among those that are
// removable or dead.
func (c *Certificate) Count(what func(UnitCertificate) bool) (n int) {
	for _, k := range c.Classes {
		for _, u := range k.Units {
			if what(u) {
				n++
			}
		}
	}
	return n
}

// Certify finds the largest set of units of the given classes (nil: all that
// are not pinned) that can be removed together exactly. Whether a unit's
// component is zero does not matter: a unit that feeds only its own gates can
// go, so can two that feed only each other, or one that is always silent; and
// one whose component is zero must stay if something without weights reads
// what its biases say. A component is that of the derived class, whatever a
// group file says. At least one unit of each class stays, if all could go the
// first that is not all zero, and one index of every axis.
//
// Errors: a weight that is not finite (removing zeros needs 0·w = 0), a pinned
// class, an operation without a rule.
func Certify(d *Derivation, classes []*Class, param func(name string) []float32) (*Certificate, error) {
	return certify(d, classes, param, nil)
}

// CertifyRunning is Certify of a model whose carried states are what state says,
// by their labels: a unit that has fallen silent is not while it holds
// something, since that decays and is read until it is gone.
func CertifyRunning(d *Derivation, classes []*Class, param, state func(name string) []float32) (*Certificate, error) {
	return certify(d, classes, param, state)
}

func certify(d *Derivation, classes []*Class, param, state func(name string) []float32) (*Certificate, error) {
	if classes == nil {
		for _, c := range d.Classes {
			if !c.Pinned() {
				classes = append(classes, c)
			}
		}
	}
	for _, c := range classes {
		if c.Pinned() {
			return nil, fmt.Errorf("groups: class %q cannot lose units: its size is fixed by %s", c.Name, strings.Join(c.Pins, ", "))
		}
	}
	if err := finite(d.Graph, param); err != nil {
		return nil, err
	}
	j, err := newJudge(d, d.Expanded(param))
	if err != nil {
		return nil, err
	}
	j.cutBefore(d)
	if state != nil {
		j.starts = d.zeroStates(state)
	}
	for _, c := range classes {
		for _, a := range c.Atoms {
			j.candidate(a)
		}
	}
	j.occur()
	live := &liveness{g: d.Graph, param: param, known: map[spot][]bool{}}
	for j.settle(); j.fill(classes, live); j.settle() {
	}
	return j.certificate(classes, live), nil
}

// zeroStates says which indices of a carried state of the first ancestor are zero
// now, in all rows. What was cut is.
func (d *Derivation) zeroStates(state func(name string) []float32) func(v graph.Value) []bool {
	keep := d.keep()
	return func(v graph.Value) []bool {
		if v.Rank() == 0 || !v.Shape().Last().IsFixed() {
			return nil
		}
		zero := make([]bool, v.Shape().Last().Size)
		kept := keep(v, -1)
		for i := range zero {
			zero[i] = true
		}
		width := len(zero)
		if kept != nil {
			width = len(kept)
		}
		for at, x := range state(v.Node.Op.(*graph.InputOp).Label) {
			i := at % width
			if kept != nil {
				i = kept[i]
			}
			zero[i] = zero[i] && x == 0
		}
		return zero
	}
}

// finite returns an error for the first weight that is not.
func finite(g *graph.Graph, param func(name string) []float32) error {
	for _, p := range g.Params {
		for i, v := range param(p.Name) {
			if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
				return fmt.Errorf("groups: %s has %v at %v: removal needs finite weights; go back to a checkpoint before they broke", p.Name, v, coordinates(p.Shape, i))
			}
		}
	}
	return nil
}

// coordinates of element i of a tensor.
func coordinates(shape []int, i int) []int {
	at := make([]int, len(shape))
	for k := len(shape) - 1; k >= 0; k-- {
		at[k] = i % shape[k]
		i /= shape[k]
	}
	return at
}
