package celltest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

type dense = map[string]tensor.Dense[float32]

// read makes tensors readable by name.
func read(ts dense) func(string) []float32 {
	return func(name string) []float32 { return ts[name].Data }
}

// interpreter is the machine of numeric comparisons.
func interpreter(g *graph.Graph, _ graph.Binding) (graph.Machine[float32], error) {
	return interp.New[float32](g), nil
}

// clearUnit zeroes the entries of unit k.
func clearUnit(ts dense, entries []groups.Entry, k int) {
	for _, e := range entries {
		clearIndex(ts[e.Var], e.Axis, e.Index(k))
	}
}

// free are the classes that may lose units, with two or more.
func free(d *groups.Derivation) (list []*groups.Class) {
	for _, c := range d.Classes {
		if !c.Pinned() && c.Units > 1 {
			list = append(list, c)
		}
	}
	return list
}

// without lists the ids of a class but for some units.
func without(c *groups.Class, gone ...int) (ids []int) {
	for k, id := range c.IDs {
		if !slices.Contains(gone, k) {
			ids = append(ids, id)
		}
	}
	return ids
}

// askRemoval: any units can be cut out of the trace, and those whose component
// is zero without changing one bit of any result.
func (x *exam) askRemoval() {
	for _, v := range x.variants() {
		g, err := x.stack(v)
		if err != nil {
			x.faultf(v, "%v", err)
			continue
		}
		d, err := groups.Derive(g)
		if err != nil {
			x.faultf(v, "%v", err)
			continue
		}
		r := rand.New(rand.NewPCG(7, 0))
		if x.fits(v, d, r) {
			for _, c := range free(d) {
				x.removes(v, d, []*groups.Class{c}, r)
			}
			x.removes(v, d, free(d), r)
		}
	}
}

// fits (property 2): any set of units leaves a trace that fits together.
func (x *exam) fits(v variant, d *groups.Derivation, r *rand.Rand) bool {
	for range 6 {
		keep := map[string][]int{}
		for _, c := range free(d) {
			keep[c.Name] = without(c, someUnits(c, r)...)
		}
		small, err := groups.Compact(d.Graph, weights(d.Graph, 4), nil, keep)
		if err == nil {
			_, err = play(small.Graph, small.Tensors, graph.Mode{})
		}
		if err != nil {
			x.faultf(v, "when only units %v are kept, the step does not fit together any more: %v. Look for a width that does not follow the units, in a constant or in the Restrict rule of an operation", keep, err)
			return false
		}
	}
	return true
}

// someUnits are one or more units of a class, but not all.
func someUnits(c *groups.Class, r *rand.Rand) []int {
	order := r.Perm(c.Units)
	return order[:1+r.IntN(c.Units-1)]
}

// removes (property 3): units whose component is zero go, with their biases
// alive or, if something reads them without weights of its own, dead.
func (x *exam) removes(v variant, d *groups.Derivation, classes []*groups.Class, r *rand.Rand) {
	ts := weights(d.Graph, 5)
	chosen := map[*groups.Class][]int{}
	for _, c := range classes {
		chosen[c] = someUnits(c, r)
		for _, k := range chosen[c] {
			clearUnit(ts, c.Entries, k)
		}
	}
	cert, err := groups.Certify(d, classes, read(ts))
	if err == nil && refusal(cert, chosen) != "" {
		for c, units := range chosen {
			for _, k := range units {
				clearUnit(ts, c.Followers, k)
			}
		}
		cert, err = groups.Certify(d, classes, read(ts))
	}
	if err != nil {
		x.faultf(v, "%v", err)
		return
	}
	if more := unchosen(cert, chosen); more != "" {
		x.faultf(v, "%s is certified to be removable, although its weights are not zero. Look for a Zero or Contracts rule that promises too much", more)
		return
	}
	if why := refusal(cert, chosen); why != "" {
		x.faultf(v, "units can never be removed, even with all their weights and biases zero: %s", why)
		return
	}
	small, err := groups.Compact(d.Graph, ts, nil, cert.Keep())
	if err != nil {
		x.faultf(v, "%v", err)
		return
	}
	x.same(v, d, ts, small, cert.Bitwise, fmt.Sprintf("after %s, whose weights are all zero, were cut out of the model", unitNames(chosen, classes)),
		"Look for a value of one unit that reaches another without a weight: an Index, Contracts, Zero or Restrict rule that is not true, or a constant that is not cut with its units")
}

// refusal says which of the chosen units a certificate keeps, and why.
func refusal(cert *groups.Certificate, chosen map[*groups.Class][]int) string {
	for _, cc := range cert.Classes {
		for _, k := range chosen[cc.Class] {
			i := slices.IndexFunc(cc.Units, func(u groups.UnitCertificate) bool { return u.ID == cc.Class.IDs[k] })
			if i < 0 {
				return fmt.Sprintf("unit %d of %s was not zero", k, cc.Class.Name)
			}
			if u := cc.Units[i]; !u.Removable {
				return fmt.Sprintf("unit %d of %s: %s", k, cc.Class.Name, u.Reason)
			}
		}
	}
	return ""
}

// unchosen names a unit that a certificate lets go and that is not zero.
func unchosen(cert *groups.Certificate, chosen map[*groups.Class][]int) string {
	for _, cc := range cert.Classes {
		for _, u := range cc.Units {
			if k, _ := cc.Class.Unit(u.ID); u.Removable && !slices.Contains(chosen[cc.Class], k) {
				return fmt.Sprintf("unit %d of %s", u.ID, cc.Class.Name)
			}
		}
	}
	return ""
}

func unitNames(chosen map[*groups.Class][]int, classes []*groups.Class) string {
	var parts []string
	for _, c := range classes {
		parts = append(parts, fmt.Sprintf("units %v of %s", chosen[c], c.Name))
	}
	return strings.Join(parts, ", ")
}

// same demands that a model and its compacted form give the same results.
func (x *exam) same(v variant, d *groups.Derivation, ts dense, small *groups.Compacted, bitwise bool, when, where string) {
	opt := groups.VerifyOptions{}
	if !bitwise {
		opt = groups.VerifyOptions{Numeric: true, Machine: interpreter}
	}
	report, err := groups.Verify(groups.Model{Graph: d.Graph, Tensors: ts}, groups.Model{Graph: small.Graph, Tensors: small.Tensors}, batches(d.Graph), opt)
	switch {
	case err != nil:
		x.faultf(v, "%s: %v", when, err)
	case !report.Equal:
		x.faultf(v, "%s, it gives other results: %v. %s", when, report.First, where)
	}
}

// play runs a model once, from where its states start, and returns its results.
func play(g *graph.Graph, ts dense, mode graph.Mode) (map[string][]float32, error) {
	m := interp.New[float32](g)
	if err := load(m, g, ts, 4); err != nil {
		return nil, err
	}
	start(m, g)
	if err := m.Run(mode); err != nil {
		return nil, err
	}
	out := map[string][]float32{}
	for _, name := range g.Names {
		out[name] = m.Output(name)
	}
	return out, nil
}
