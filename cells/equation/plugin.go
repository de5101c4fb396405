package equation

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/schemas"
)

// Parse reads a document and makes the plug-in that it describes. The error is
// a schemas.Faults that tells everything that is wrong with the document, by
// line, pointer and, in an expression, column.
func Parse(file string, text []byte) (core.CellPlugin, error) {
	doc, err := schemas.Parse(file, text)
	if err != nil {
		return core.CellPlugin{}, err
	}
	p, faults := New(doc.Value)
	for i, f := range faults {
		faults[i] = doc.Place(f)
	}
	return p, faults.Err()
}

// New is Parse for a value that schemas.Parse made, perhaps a part of a larger
// document. Its faults have pointers from the value on, and no places.
func New(v any) (core.CellPlugin, schemas.Faults) {
	if faults := checkSchema(v); len(faults) > 0 {
		return core.CellPlugin{}, faults
	}
	text, err := json.Marshal(v)
	if err != nil {
		return core.CellPlugin{}, schemas.Faults{{Message: err.Error()}}
	}
	c, faults := compile(text)
	if len(faults) == 0 {
		faults = c.probe()
	}
	if len(faults) > 0 {
		return core.CellPlugin{}, faults
	}
	return c.plugin(), nil
}

// compile reads the JSON of a document that has the form of the schema, and
// tells what is wrong with it at any sizes.
func compile(text []byte) (*compiled, schemas.Faults) {
	d, faults := decode(text)
	if len(faults) > 0 {
		return nil, faults
	}
	names := newTable(d)
	if len(names.faults) > 0 {
		return nil, names.faults
	}
	c := &compiled{document: d, names: names, text: text}
	c.options = sync.OnceValues(func() (*schemas.Schema, error) { return schemas.Compile(d.optionSchema()) })
	return c, nil
}

// compiled is a document without faults.
type compiled struct {
	*document
	names   *table
	text    []byte
	options func() (*schemas.Schema, error)
}

// plugin describes the document to registries, schemas and manuals.
func (c *compiled) plugin() core.CellPlugin {
	p := core.CellPlugin{Name: c.Name, Doc: c.Doc, Source: c.Source, Document: c.text, New: c.cell}
	if len(c.document.Options) > 0 {
		p.Options = c.optionSchema()
	}
	for _, m := range c.Masks {
		p.Keep = append(p.Keep, m.place())
	}
	return p
}

// Sizes at which a document is tried. They have many divisors and differ from
// each other and from sums and small multiples of each other; a cell whose
// input must be as wide as its state is tried with equal ones.
const (
	probedInput  = 2520
	probedHidden = 5040
)

// probe tries a document with its defaults, and with each other value of a
// truth or a word among its options.
func (c *compiled) probe() schemas.Faults {
	faults := c.probeAt(c.defaults())
	if len(faults) > 0 {
		return faults
	}
	for _, name := range slices.Sorted(maps.Keys(c.document.Options)) {
		o := c.document.Options[name]
		var others []value
		for _, word := range o.Enum {
			others = append(others, wordValue(word))
		}
		if o.Type == "boolean" {
			others = []value{truthValue(true), truthValue(false)}
		}
		for _, v := range others {
			options := c.defaults()
			if options[name] == v {
				continue
			}
			options[name] = v
			for _, f := range c.probeAt(options) {
				f.Message += fmt.Sprintf(" (with option %s = %v)", name, v)
				faults = append(faults, f)
			}
		}
	}
	return faults
}

func (c *compiled) probeAt(options map[string]value) schemas.Faults {
	_, faults := c.try(probedInput, probedHidden, options, nil)
	if len(faults) > 0 {
		if _, equal := c.try(probedHidden, probedHidden, options, nil); len(equal) == 0 {
			return nil
		}
	}
	return faults
}

// defaults are the values that options have unless others are given.
func (c *compiled) defaults() map[string]value {
	out := map[string]value{}
	for name, o := range c.document.Options {
		out[name] = optionValue(o.Default)
	}
	return out
}

func optionValue(v any) value {
	switch v := v.(type) {
	case bool:
		return truthValue(v)
	case string:
		return wordValue(v)
	case float64:
		return numberValue(v)
	}
	return value{}
}

// try makes an instance and traces a step of it.
func (c *compiled) try(in, hidden int, options map[string]value, keep map[string]float64) (*instance, schemas.Faults) {
	i := newInstance(c.document, c.names, in, hidden, options, keep)
	if len(i.faults) > 0 {
		return nil, i.faults
	}
	_, err := graph.Trace(c.Name, func(s *graph.Scope) {
		batch := graph.Symbol("batch")
		x := s.Input("x", graph.Symbol("time"), batch, graph.Fixed(in))
		var carries []graph.Carry
		for _, st := range i.states {
			carries = append(carries, graph.Carry{Name: st.name, Init: s.Fill(st.initial, batch, graph.Fixed(st.size))})
		}
		outs, _ := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x}, carries,
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				y, next := i.step(s, x[0], prev)
				if len(i.faults) > 0 {
					return x, prev
				}
				return []graph.Value{y}, next
			})
		s.Output("out", outs[0])
	})
	if err != nil && len(i.faults) == 0 { // a rule of core/graph that is not checked here
		i.fault("/equations", 0, "%s", strings.TrimPrefix(err.Error(), "graph: "))
	}
	return i, i.faults
}

// cell makes a core.Cell of the document.
func (c *compiled) cell(cfg core.CellConfig) (core.Cell, error) {
	if cfg.Input < 1 || cfg.Hidden < 1 {
		return nil, fmt.Errorf("equation: %s: input size %d and hidden size %d must both be at least 1", c.Name, cfg.Input, cfg.Hidden)
	}
	options, err := c.chosen(cfg.Options)
	if err != nil {
		return nil, err
	}
	if err := c.checkKeep(cfg.Keep); err != nil {
		return nil, err
	}
	i, faults := c.try(cfg.Input, cfg.Hidden, options, cfg.Keep)
	if len(faults) > 0 {
		return nil, fmt.Errorf("equation: %s of %d inputs and %d units: %w", c.Name, cfg.Input, cfg.Hidden, faults.Err())
	}
	return &cell{i}, nil
}

// chosen are the options that a configuration gives, over the defaults.
func (c *compiled) chosen(text json.RawMessage) (map[string]value, error) {
	out := c.defaults()
	if len(text) == 0 {
		return out, nil
	}
	fail := func(err error) error { return fmt.Errorf("equation: %s: options: %w", c.Name, err) }
	doc, err := schemas.Parse("", text)
	if err != nil {
		return nil, fail(err)
	}
	s, err := c.options()
	if err != nil {
		return nil, fail(err)
	}
	if err := s.Check(doc).Err(); err != nil {
		return nil, fail(err)
	}
	var plain map[string]any
	if err := doc.Decode(&plain); err != nil {
		return nil, fail(err)
	}
	for name, v := range plain {
		out[name] = optionValue(v)
	}
	return out, nil
}

func (c *compiled) checkKeep(keep map[string]float64) error {
	var places []string
	for _, m := range c.Masks {
		places = append(places, m.place())
	}
	for _, name := range slices.Sorted(maps.Keys(keep)) {
		if !slices.Contains(places, name) {
			return fmt.Errorf("equation: %s: keep.%s: %w", c.Name, name, registry.Unknown("place with dropout", name, places))
		}
		if k := keep[name]; !(k > 0 && k <= 1) {
			return fmt.Errorf("equation: %s: keep.%s: %g is not a chance to keep in (0, 1]", c.Name, name, k)
		}
	}
	return nil
}

// cell is a document at sizes and options at which a step was traced without
// a fault.
type cell struct{ *instance }

var _ core.Cell = (*cell)(nil)

// States implements core.Cell.
func (c *cell) States() (out []core.State) {
	for _, s := range c.states {
		out = append(out, core.State{Name: s.name, Size: s.size, Init: s.initial})
	}
	return out
}

// Step implements core.Cell. It panics with a *graph.ShapeError if x or a
// state is not of the size that the cell was made for.
func (c *cell) Step(s *graph.Scope, x graph.Value, prev []graph.Value) (graph.Value, []graph.Value) {
	i := *c.instance // faults and counts are of this step
	i.work = 0
	out, next := i.step(s, x, prev)
	if len(i.faults) > 0 {
		panic(&graph.ShapeError{Op: "cell " + c.d.Name, Place: s.Path(), In: []graph.Shape{x.Shape()}, Reason: i.faults.Err()})
	}
	return out, next
}
