package tasks

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seed391906a2/iss/schemas"
)

// check notes everything that is wrong with the merged configuration.
func (r *resolver) check(schema *schemas.Schema) {
	for _, f := range schema.CheckValue(r.value) {
		r.fault(r.place(f))
	}
	for _, l := range r.probes {
		r.probe(schema, l)
	}
	r.tied()
	r.penalised()
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

// Contradictions: fields that are right alone and wrong together. The tree is
// read as it is, since its values may be of any type still.

// tied: the softmax of a tied model is the embedding, transposed.
func (r *resolver) tied() {
	tied, _ := r.at("/model/tied")
	hidden, _ := r.at("/model/hidden")
	sizes, _ := hidden.([]any)
	if tied != true || len(sizes) == 0 {
		return
	}
	embedding, _ := r.at("/model/embedding")
	width, ok := embedding.(json.Number)
	last, also := sizes[len(sizes)-1].(json.Number)
	if ok && also && last != width {
		r.blame([]string{"/model/tied", "/model/hidden", "/model/embedding"},
			"a tied softmax needs the last hidden size (%v) to be the embedding size (%v)", last, width)
	}
}

// penalised: one place says what is penalised, one number how much.
func (r *resolver) penalised() {
	_, file := r.at("/iss/groups")
	_, classes := r.at("/iss/classes")
	if file && classes {
		r.blame([]string{"/iss/groups", "/iss/classes"}, "a group file says what is penalised, and so do classes; give one of them")
	}
	all, _ := r.at("/iss/regularizers")
	terms, _ := all.([]any)
	seen := map[string]bool{}
	for i, t := range terms {
		term, _ := t.(map[string]any)
		what := fmt.Sprint(term["kind"], " on ", term["on"])
		if seen[what] {
			r.blame([]string{schemas.Pointer("iss", "regularizers", i)}, "a second %s; write one, with the sum of both lambdas", what)
		}
		seen[what] = true
	}
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
