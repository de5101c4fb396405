package tasks

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/schemas"
)

// check notes everything that is wrong with the merged configuration.
func (r *resolver) check(schema *schemas.Schema) {
	for _, f := range schema.CheckValue(r.named()) {
		r.fault(r.place(f))
	}
	for _, l := range r.probes {
		r.probe(schema, l)
	}
	r.needed()
	r.widths()
	r.directions()
	r.penalised()
	r.shrinks()
	r.thresholds()
	r.twin()
}

// probe looks whether a setting that took away nothing named a field at all.
func (r *resolver) probe(schema *schemas.Schema, l layer) {
	tried := newTree()
	tried.join(tried.value, "", r.value)
	if _, wrong := tried.assign(tried.value, "", l.path, true); wrong != "" {
		return // told when the setting was applied
	}
	path := pointerOf(l.path)
	for _, f := range schema.CheckValue(tried.value) {
		if strings.HasPrefix(f.Message, noSuchField) && (f.Pointer == path || strings.HasPrefix(path, f.Pointer+"/")) {
			r.fault(l.place(f))
		}
	}
}

// needed: the fields without which the task cannot be.
func (r *resolver) needed() {
	for _, p := range r.needs() {
		at := strings.LastIndexByte(p, '/')
		_, inside := r.at(p[:at])
		if _, said := r.at(p); inside && !said {
			r.fault(r.place(schemas.Fault{Pointer: p[:at], Message: fmt.Sprintf(missing, schemas.Split(p[at:])[0])}))
		}
	}
}

// needs are the fields that the configured task cannot do without.
func (r *resolver) needs() []string {
	v, _ := r.at("/task")
	name, _ := v.(string)
	if r.Tasks == nil {
		return nil
	}
	t, err := r.Tasks.Get(name)
	if err != nil {
		return nil // told by the schema
	}
	return t.Needs
}

// Contradictions: fields that are right alone and wrong together. The tree is
// read as it is, since its values may be of any type still.

// widths: the softmax of a tied model is the embedding, transposed, and with
// residual connections what a layer puts out is added to what it reads.
func (r *resolver) widths() {
	tied, _ := r.at("/model/tied")
	residual, _ := r.at("/model/residual")
	if len(r.faults) > 0 || tied != true && residual != true {
		return // a cell is made of options and sizes that are right
	}
	embedding, _ := r.at("/model/embedding")
	n, _ := embedding.(json.Number)
	width, err := strconv.Atoi(string(n))
	if out := r.outputs(); err == nil && len(out) > 0 {
		if last := out[len(out)-1]; tied == true && last != width {
			r.blame([]string{"/model/tied", "/model/hidden", "/model/embedding"},
				"a tied softmax needs the last hidden size (%v) to be the embedding size (%v)", last, width)
		}
		if i := slices.IndexFunc(out, func(n int) bool { return n != width }); residual == true && i >= 0 {
			r.blame([]string{"/model/residual", "/model/hidden", "/model/embedding"},
				"residual layers add what they put out to what they read, so all have the embedding's size (%v); layer %d has %v", width, i, out[i])
		}
	}
}

// directions: each layer has a size for each of its directions.
func (r *resolver) directions() {
	hidden, _ := r.at("/model/hidden")
	backward, said := r.at("/model/backward")
	a, _ := hidden.([]any)
	if b, ok := backward.([]any); said && ok && len(a) != len(b) {
		r.blame([]string{"/model/backward", "/model/hidden"}, "%d layers have a backward direction, and %d a hidden size; give one for each", len(b), len(a))
	}
}

// outputs are the units that each layer puts out: its hidden size, unless its
// cell says otherwise. nil: the sizes are no numbers.
func (r *resolver) outputs() []int {
	hidden, _ := r.at("/model/hidden")
	sizes, _ := hidden.([]any)
	out := make([]int, len(sizes))
	for i, v := range sizes {
		n, _ := v.(json.Number)
		size, err := strconv.Atoi(string(n))
		if err != nil {
			return nil
		}
		out[i] = size
		if projected, err := r.output(size); err == nil {
			out[i] = projected
		}
	}
	return out
}

// output is what a layer of the configured cell puts out. What is wrong with
// the cell is told elsewhere.
func (r *resolver) output(hidden int) (int, error) {
	name, _ := r.at("/model/cell")
	text, _ := name.(string)
	if r.Cells == nil {
		return hidden, nil
	}
	var plugin core.CellPlugin
	var err error
	if r.own != nil {
		plugin = *r.own
	} else if plugin, err = r.Cells.Get(text); err != nil {
		return 0, err
	}
	config := core.CellConfig{Input: 1, Hidden: hidden}
	if options, said := r.at("/model/options"); said {
		if config.Options, err = json.Marshal(options); err != nil {
			return 0, err
		}
	}
	cell, err := plugin.New(config)
	if err != nil {
		return 0, err
	}
	return core.OutputSize(cell, 1)
}

// twin: it is a preset that exists.
func (r *resolver) twin() {
	v, _ := r.at("/twin")
	if name, ok := v.(string); ok && name != "" && r.Presets != nil {
		if _, err := r.Presets.Get(name); err != nil {
			r.blame([]string{"/twin"}, "%s", plain(err))
		}
	}
}

// plain is the text of an error of ours or the registry's, for use in a fault.
func plain(err error) string {
	return strings.TrimPrefix(strings.TrimPrefix(err.Error(), "registry: "), "tasks: ")
}
