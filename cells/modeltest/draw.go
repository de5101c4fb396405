package modeltest

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/seed391906a2/iss/core"
)

// Draw is the recipe of a seed: sizes of 1 to 4, one to three layers.
func Draw(plugins []core.CellPlugin, seed uint64) Recipe {
	d := &draw{rand.New(rand.NewPCG(seed, 11)), plugins}
	r := Recipe{
		Vocab: 2 + d.IntN(4), Embedding: 1 + d.IntN(4), Lengths: d.chance(0.5), Words: d.chance(0.2),
		Tied: d.chance(0.3), Time: 2 + d.IntN(3), Batch: 1 + d.IntN(3),
	}
	if d.chance(0.3) {
		r.Features = 1 + d.IntN(2)
	}
	if d.chance(0.4) {
		r.Labels = 1 + d.IntN(3)
	}
	if d.chance(0.2) {
		r.Summary = 1 + d.IntN(2)
	}
	for range 1 + d.IntN(3) {
		r.Layers = append(r.Layers, d.layer())
	}
	return r
}

type draw struct {
	*rand.Rand
	plugins []core.CellPlugin
}

func (d *draw) chance(p float64) bool { return d.Float64() < p }

func (d *draw) layer() Layer {
	l := Layer{Cell: d.cell(), Reverse: d.chance(0.15), Residual: d.chance(0.3), Mix: d.chance(0.2)}
	if d.chance(0.25) {
		back := d.cell()
		l.Back = &back
	}
	if d.chance(0.3) {
		l.Dropout = [...]string{"step", "window"}[d.IntN(2)]
	}
	if d.chance(0.2) {
		l.Norm = [...]string{"layer", "rms"}[d.IntN(2)]
	}
	return l
}

// cell draws a kind, with options of its schema and dropout at its places.
func (d *draw) cell() Cell {
	p := d.plugins[d.IntN(len(d.plugins))]
	c := Cell{Name: p.Name, Hidden: 2 + d.IntN(3)}
	if o := d.options(p); len(o) > 0 {
		c.Options, _ = json.Marshal(o) // strings and numbers
	}
	for _, place := range p.Keep {
		if d.chance(0.3) {
			if c.Keep == nil {
				c.Keep = map[string]float64{}
			}
			c.Keep[place] = 0.75
		}
	}
	return c
}

// property is an option as its schema describes it.
type property struct {
	Type    any      `json:"type"`
	Enum    []any    `json:"enum"`
	Minimum *float64 `json:"minimum"`
}

func (d *draw) options(p core.CellPlugin) map[string]any {
	var s struct {
		Properties map[string]property `json:"properties"`
	}
	_ = json.Unmarshal(p.Options, &s) // celltest demands that it can be read
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		o := s.Properties[name]
		least := -1.0
		if o.Minimum != nil {
			least = max(least, *o.Minimum)
		}
		integer := o.Type == "integer" // a depth or a width: small, since the default may be large
		switch {
		case !integer && d.chance(0.5):
		case len(o.Enum) > 0:
			out[name] = o.Enum[d.IntN(len(o.Enum))]
		case o.Type == "boolean":
			out[name] = d.chance(0.5)
		case integer:
			out[name] = int(least) + d.IntN(3)
		case o.Type == "number":
			out[name] = least + float64(d.IntN(5))/4
		}
	}
	return out
}
