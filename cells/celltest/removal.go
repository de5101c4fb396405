package celltest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/groups"
)

// interpreter is the machine of numeric comparisons.
func interpreter(g *graph.Graph, _ graph.Binding) (graph.Machine[float32], error) {
	return interp.New[float32](g), nil
}

// askRemoval: any units can be cut out of the trace, and those whose component
// is zero without changing one bit of any result: each alone, and several of
// all classes together.
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
		if !x.fits(v, d, r) {
			continue
		}
		var sets [][]leave
		for range 3 {
			var all []leave
			for _, c := range free(d) {
				all = append(all, leave{c, someUnits(c, r)})
			}
			sets = append(sets, all)
		}
		for _, c := range free(d) {
			for k := range c.Units {
				sets = append(sets, []leave{{c, []int{k}}})
			}
		}
		for _, set := range sets {
			if !x.removes(v, d, set) {
				break // the others tell the same
			}
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

// removes (property 3): units whose component is zero go, with their biases
// alive or, if something reads them without weights of its own, dead.
func (x *exam) removes(v variant, d *groups.Derivation, set []leave) bool {
	ts := weights(d.Graph, 5)
	var classes []*groups.Class
	fixed := false
	for _, l := range set {
		classes = append(classes, l.class)
		fixed = fixed || len(l.class.FixedReaders) > 0
		for _, k := range l.units {
			clearUnit(ts, l.class.Entries, k)
		}
	}
	cert, err := groups.Certify(d, classes, read(ts))
	if err == nil && fixed && refusal(cert, set) != "" {
		for _, l := range set {
			for _, k := range l.units {
				clearUnit(ts, l.class.Followers, k)
			}
		}
		cert, err = groups.Certify(d, classes, read(ts))
	}
	if err != nil {
		x.faultf(v, "%v", err)
		return false
	}
	if more := unchosen(cert, set); more != "" {
		x.faultf(v, "%s is certified to be removable, although its weights are not zero. Look for a Zero or Contracts rule that promises too much", more)
		return false
	}
	if why := refusal(cert, set); why != "" {
		x.faultf(v, "units whose weights are all zero cannot be removed: %s", why)
		return false
	}
	small, err := groups.Compact(d.Graph, ts, nil, cert.Keep())
	if err != nil {
		x.faultf(v, "%v", err)
		return false
	}
	return x.same(v, d, ts, small, cert.Bitwise, fmt.Sprintf("after %s, whose weights are all zero, were cut out of the model", unitNames(set)),
		"Look for a value of one unit that reaches another without a weight: an Index, Contracts, Zero or Restrict rule that is not true, or a constant that is not cut with its units")
}

// refusal says which of the units a certificate keeps, and why.
func refusal(cert *groups.Certificate, set []leave) string {
	for i, l := range set {
		listed := cert.Classes[i].Units
		for _, k := range l.units {
			at := slices.IndexFunc(listed, func(u groups.UnitCertificate) bool { return u.ID == l.class.IDs[k] })
			switch {
			case at < 0:
				return fmt.Sprintf("unit %d of %s is not counted as dead", k, l.class.Name)
			case !listed[at].Removable:
				return fmt.Sprintf("unit %d of %s: %s", k, l.class.Name, listed[at].Reason)
			}
		}
	}
	return ""
}

// unchosen names a unit that a certificate lets go and that is not zero.
func unchosen(cert *groups.Certificate, set []leave) string {
	for i, l := range set {
		for _, u := range cert.Classes[i].Units {
			if k, _ := l.class.Unit(u.ID); u.Removable && !slices.Contains(l.units, k) {
				return fmt.Sprintf("unit %d of %s", u.ID, l.class.Name)
			}
		}
	}
	return ""
}

// same demands that a model and its compacted form give the same results.
func (x *exam) same(v variant, d *groups.Derivation, ts dense, small *groups.Compacted, bitwise bool, when, where string) bool {
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
	return err == nil && report.Equal
}
