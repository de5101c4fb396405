package report

import (
	"github.com/seed391906a2/iss/groups"
)

// drawn is what the page shows of a run's weights.
type drawn struct {
	strips     *strips
	matrices   []picture
	components []picture
	norms      []*chart
	units      []unitRow
	left       int // weights that are in no unit that is gone
	hidden     int // hidden units that are left, with those of classes that are not penalised
}

// unitRow is a class before and after.
type unitRow struct {
	class           string
	of, cut, dead   int
	removed, zeroed int // by the certificate: units that went, those of them all zero
	stay            int // and units that are all zero and must stay
	proved          bool
}

// draw draws a run's weights at their places in the whole model. It needs Model
// and Weights; without Groups there are no pictures of them.
func (r *Run) draw() (d *drawn, err error) {
	param := r.Model.Expanded(values(r.Weights))
	d = &drawn{}
	if d.strips, err = r.strips(param); err != nil {
		return nil, err
	}
	if d.matrices, err = r.matrices(d.strips, param); err != nil {
		return nil, err
	}
	if d.components, err = r.components(d.strips, param); err != nil {
		return nil, err
	}
	if d.norms, err = r.norms(param); err != nil {
		return nil, err
	}
	d.units = r.unitRows(d.strips)
	for _, c := range r.Model.Origin().Classes {
		if c.Recurrent {
			cut, dead := d.strips.units[c.Name].count()
			d.hidden += c.Of - cut - dead
		}
	}
	for _, p := range r.Model.Origin().Graph.Params {
		n := 1
		for axis, size := range p.Shape {
			n *= size - d.strips.count(p.Name, axis)
		}
		d.left += n
	}
	return d, nil
}

// unitRows are the classes that lost units or may.
func (r *Run) unitRows(s *strips) (out []unitRow) {
	chosen := map[string]bool{}
	for _, g := range r.Groups {
		chosen[g.Class] = true
	}
	proved := map[string]groups.ProofClass{}
	if r.Proof != nil {
		for _, c := range r.Proof.Classes {
			proved[c.Name] = c
		}
	}
	for _, c := range r.Model.Origin().Classes {
		u := unitRow{class: c.Name, of: c.Of}
		u.cut, u.dead = s.units[c.Name].count()
		p, ok := proved[c.Name]
		u.proved, u.removed, u.stay = ok, len(p.Removed), len(p.Stay)
		for _, unit := range p.Removed {
			if unit.Dead {
				u.zeroed++
			}
		}
		if chosen[c.Name] || u.cut+u.dead > 0 {
			out = append(out, u)
		}
	}
	return out
}

// hidden is how many hidden units are left, those of classes that are not
// penalised whole, so that runs compare: by the weights, else by what the last
// epoch told.
func (r *Run) hidden(d *drawn) (left int, ok bool) {
	if d != nil {
		return d.hidden, true
	}
	if n := len(r.History.Epochs); n > 0 {
		for _, u := range r.History.Epochs[n-1].Units {
			left, ok = left+u[0], true
		}
	}
	return left, ok
}
