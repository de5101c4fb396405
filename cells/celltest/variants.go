package celltest

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// variant is the cell with some options and some masks.
type variant struct {
	name    string
	options json.RawMessage
	keep    map[string]float64
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
