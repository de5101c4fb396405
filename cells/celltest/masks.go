package celltest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

// askMasks: dropout is at the places that the plug-in names, drawn anew by seed
// and step alone, and by the units' original numbers, so
// that cutting units out changes no other unit's mask.
func (x *exam) askMasks() {
	if len(x.plugin.Keep) == 0 {
		return
	}
	plain, err := x.stack(x.variants()[0])
	if err != nil {
		x.faultf(variant{}, "%v", err)
		return
	}
	for _, v := range x.masked() {
		g, err := x.stack(v)
		if err == nil {
			err = x.dropout(v, g, plain)
		}
		if err == nil {
			err = x.cutMasks(v, g)
		}
		if err != nil {
			x.faultf(v, "%v", err)
		}
	}
}

// masks lists the masks of a model by site.
func masks(g *graph.Graph) map[string]graph.Value {
	out := map[string]graph.Value{}
	for _, n := range g.Nodes {
		if op, ok := n.Op.(*graph.MaskOp); ok {
			out[op.Site] = n.At(0)
		}
	}
	return out
}

func (x *exam) dropout(v variant, g, plain *graph.Graph) error {
	ts := weights(plain, 4)
	for _, p := range g.Params {
		if _, ok := ts[p.Name]; !ok {
			return fmt.Errorf("with dropout there is a parameter %s that there is not without it", p.Name)
		}
	}
	if len(masks(g)) == 0 {
		x.faultf(v, "the plug-in names the place in Keep, but a chance below 1 puts no mask there; Step must ask Scope.Mask with CellConfig.Keep of the place")
		return nil
	}
	want, err := play(g, ts, graph.Mode{})
	if err != nil {
		return err
	}
	other := func(m graph.Mode, change func(m *graph.Mode)) graph.Mode { change(&m); return m }
	for _, c := range []struct {
		mode  graph.Mode
		equal bool // to the run before it in the list
		says  string
	}{
		{drawn, false, "training is the same as evaluation: the mask does not reach a result"},
		{drawn, true, "two runs of one seed and step differ"},
		{other(drawn, func(m *graph.Mode) { m.Step++ }), false, "two training steps have the same masks"},
		{other(drawn, func(m *graph.Mode) { m.Seed++ }), false, "two seeds have the same masks"},
	} {
		got, err := play(g, ts, c.mode)
		if err != nil {
			return err
		}
		same := slices.Equal(got["top"], want["top"]) && slices.Equal(got["reader"], want["reader"])
		if same != c.equal {
			x.faultf(v, "%s", c.says)
		}
		want = got
	}
	return nil
}

// cutMasks cuts dead units out of a model in training.
func (x *exam) cutMasks(v variant, g *graph.Graph) error {
	d, err := groups.Derive(g)
	if err != nil {
		return err
	}
	ts := weights(g, 5)
	r := rand.New(rand.NewPCG(11, 0))
	for _, c := range free(d) {
		for _, k := range someUnits(c, r) {
			clearUnit(ts, slices.Concat(c.Entries, c.Followers), k)
		}
	}
	cert, err := groups.Certify(d, free(d), read(ts))
	if err != nil {
		return err
	}
	small, err := groups.Compact(g, ts, nil, cert.Keep())
	if err != nil {
		return err
	}
	whole, less := opened(g), opened(small.Graph)
	want, err := play(whole, ts, drawn)
	if err != nil {
		return err
	}
	got, err := play(less, small.Tensors, drawn)
	if err != nil {
		return err
	}
	keep := d.Atoms.Keep(leaving(cert))
	for site, m := range masks(g) {
		all := tensor.Of(want[maskName(site)], m.Shape().Bind(binding)...)
		left := restricted(all, func(axis int) []int { return keep(m, axis) })
		if !slices.Equal(left.Data, got[maskName(site)]) {
			x.faultf(v, "mask %s draws other numbers for the units that stay after others were cut out", site)
			return nil
		}
	}
	if cert.Bitwise {
		for _, name := range []string{"reader", "top"} {
			if !slices.Equal(got[name], want[name]) {
				x.faultf(v, "in training, with masks, %q is another one after dead units were cut out: a mask does not stay with its units", name)
				return nil
			}
		}
	}
	return nil
}

// leaving reports whether a unit goes by a certificate.
func leaving(cert *groups.Certificate) func(graph.Atom) bool {
	gone := map[graph.Atom]bool{}
	for _, cc := range cert.Classes {
		for _, u := range cc.Units {
			k, _ := cc.Class.Unit(u.ID)
			gone[cc.Class.Atoms[k]] = u.Removable
		}
	}
	return func(a graph.Atom) bool { return gone[a] }
}

func maskName(site string) string { return "mask " + site }

// opened is a copy of a model that puts its masks out.
func opened(g *graph.Graph) *graph.Graph {
	h, vals := graph.Clone(g)
	for site, m := range masks(g) {
		h.AddOutput(maskName(site), vals[m])
	}
	return h
}
