package celltest

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
)

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
