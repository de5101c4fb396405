package celltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/schemas"
)

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// askDescription: people and configurations can refer to the plug-in, and its
// options are described by a schema.
func (x *exam) askDescription() {
	p := x.plugin
	if !nameForm.MatchString(p.Name) {
		x.faultf(variant{}, "the name %q is not lower-case letters, digits, - and _; configurations call the cell by it", p.Name)
	}
	for what, text := range map[string]string{"Doc": p.Doc, "Source": p.Source} {
		if strings.TrimSpace(text) == "" {
			x.faultf(variant{}, "the plug-in has no %s; iss show %s prints it", what, p.Name)
		}
	}
	if p.New == nil {
		x.faultf(variant{}, "the plug-in has no New")
	}
	if len(p.Options) > 0 {
		if err := schemas.CheckSchema("Options", p.Options); err != nil {
			x.faultf(variant{}, "the schema of the options is not valid: %v", err)
		} else if _, err := schemas.Compile(p.Options); err != nil {
			x.faultf(variant{}, "the schema of the options is not valid: %s", strings.TrimSpace(err.Error()))
		}
	}
	for _, doc := range x.documents {
		if err := x.valid(doc); err != nil {
			x.faultf(variant{}, "the options %s, which the test passes, are not what the schema allows: %v", doc, err)
		}
	}
	if len(x.hidden) < 2 || slices.Min(x.hidden) < 3 || slices.Max(x.hidden) == slices.Min(x.hidden) {
		x.faultf(variant{}, "celltest.Hidden%v: the exam needs two different numbers of units, all larger than 2", x.hidden)
	}
}

// valid checks a document of options.
func (x *exam) valid(doc string) error {
	schema := x.plugin.Options
	if len(schema) == 0 {
		schema = []byte(`{"type": "object", "additionalProperties": false}`)
	}
	s, err := schemas.Compile(schema)
	if err != nil {
		return err
	}
	return s.Validate("options", []byte(doc))
}

// property is an option as the schema describes it.
type property struct {
	Type    any   `json:"type"`
	Enum    []any `json:"enum"`
	Default any   `json:"default"`
}

func (x *exam) properties() map[string]property {
	var s struct {
		Properties map[string]property `json:"properties"`
	}
	_ = json.Unmarshal(x.plugin.Options, &s) // askDescription has told
	return s.Properties
}

// variants are the cell with nil options, with each value of each enum and
// each boolean that is not the default, and with the documents of the test.
func (x *exam) variants() []variant {
	list := []variant{{name: "default options"}}
	add := func(doc []byte) {
		list = append(list, variant{name: "options " + string(doc), options: doc})
	}
	all := x.properties()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		p := all[name]
		if p.Type == "boolean" && p.Enum == nil {
			p.Enum = []any{false, true}
		}
		for _, value := range p.Enum {
			if !reflect.DeepEqual(value, p.Default) {
				doc, _ := json.Marshal(map[string]any{name: value}) // it was read from JSON
				if x.valid(string(doc)) == nil {                    // else another option must go with it
					add(doc)
				}
			}
		}
	}
	for _, doc := range x.documents {
		add([]byte(doc))
	}
	return list
}

// masked are the cell with dropout at each place that it names, and at all.
func (x *exam) masked() (list []variant) {
	all := map[string]float64{}
	for _, place := range x.plugin.Keep {
		list = append(list, variant{name: fmt.Sprintf("keep %s 0.6", place), keep: map[string]float64{place: 0.6}})
		all[place] = 0.7
	}
	if len(all) > 1 {
		list = append(list, variant{name: "keep 0.7 everywhere", keep: all})
	}
	return list
}

// everywhere is the cell with dropout at all places that it names, if any.
func (x *exam) everywhere() []variant {
	list := x.masked()
	return list[max(0, len(list)-1):]
}

// askSizes: the cell can be traced for any size, so nothing in it has a width
// of its own that should follow.
func (x *exam) askSizes() {
	for _, v := range slices.Concat(x.variants(), x.masked()) {
		traced := ""
		for _, hidden := range x.hidden {
			for _, in := range []int{x.input(hidden), x.input(hidden) + 2} {
				if x.square && in != hidden {
					continue
				}
				size := fmt.Sprintf("%d inputs and %d units", in, hidden)
				if err := x.traces(v, in, hidden); err != nil {
					x.faultf(v, "%s", sizeFault(size, traced, err))
					return
				}
				traced = size
			}
		}
		if _, err := x.stack(v); err != nil {
			x.faultf(v, "two layers, one behind the other, cannot be traced: %v", err)
			return
		}
	}
}

func sizeFault(size, traced string, err error) string {
	var shape *graph.ShapeError
	switch {
	case traced == "":
		return fmt.Sprintf("with %s: %v; see celltest.Hidden and celltest.Square if the cell does not take any size", size, err)
	case errors.As(err, &shape):
		return fmt.Sprintf("with %s the step fits together, with %s it does not: %v. Something there is of a fixed width and does not follow the size of the layer: a constant, a slice or a parameter with a number in the place of the hidden size", traced, size, err)
	}
	return fmt.Sprintf("it can be made with %s but not with %s: %v; see celltest.Hidden and celltest.Square if the cell does not take any size", traced, size, err)
}

// traces runs the step once on symbols.
func (x *exam) traces(v variant, in, hidden int) error {
	cell, err := x.cell(v, in, hidden)
	if err != nil {
		return err
	}
	if len(cell.States()) == 0 {
		return errors.New("the cell has no state, so it is not recurrent")
	}
	_, err = step(cell, in)
	return err
}

// askOptions: what the schema calls the default is what New does with nil.
func (x *exam) askOptions() {
	defaults := map[string]any{}
	for name, p := range x.properties() {
		if p.Default != nil {
			defaults[name] = p.Default
		}
	}
	doc, _ := json.Marshal(defaults) // it was read from JSON
	if err := x.valid(string(doc)); err != nil {
		x.faultf(variant{}, "the defaults of the schema, %s, are not what the schema allows: %v", doc, err)
		return
	}
	want, err := x.run(variant{})
	if err != nil {
		x.faultf(variant{}, "%v", err)
		return
	}
	if again, err := x.run(variant{}); err != nil || !reflect.DeepEqual(again, want) {
		x.faultf(variant{}, "the cell is another one each time that it is made: New or Step depends on something else than the configuration, such as the time, a random number or the order of a map")
		return
	}
	for _, d := range []string{"{}", string(doc)} {
		got, err := x.run(variant{options: []byte(d)})
		switch {
		case err != nil:
			x.faultf(variant{}, "New does not take the options %s, the defaults of its own schema: %v", d, err)
		case !reflect.DeepEqual(got, want):
			x.faultf(variant{}, "with the options %s the cell is another one than with nil: New starts from other defaults than the schema names", d)
		}
	}
}

// ran is what a cell does, to tell two of them apart.
type ran struct {
	States []string
	Params []string
	Y      []float32
}

func (x *exam) run(v variant) (*ran, error) {
	g, err := x.layer(v, form{})
	if err != nil {
		return nil, err
	}
	r := &ran{}
	for _, in := range g.Inputs {
		if op := in.Node.Op.(*graph.InputOp); op.Role == graph.Carried {
			r.States = append(r.States, fmt.Sprint(op.Label, op.Shape, op.Start))
		}
	}
	for _, p := range g.Params {
		r.Params = append(r.Params, fmt.Sprint(p.Name, p.Shape, p.Init))
	}
	m := interp.New[float32](g)
	if err := load(m, g, weights(g, 1), 1); err != nil {
		return nil, err
	}
	if err := m.Run(graph.Mode{}); err != nil {
		return nil, err
	}
	r.Y = m.Output("y")
	return r, nil
}
