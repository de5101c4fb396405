package export

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/onnx"
)

// manifest is io.json.
type manifest struct {
	Format   string       `json:"format"`
	File     string       `json:"file"`
	Name     string       `json:"name"`
	Task     string       `json:"task"`
	Cell     string       `json:"cell"`
	Weights  int          `json:"weights"`
	MultAdds int          `json:"multiply_adds"` // per token or other step
	Inputs   []tensorInfo `json:"inputs"`
	States   []stateInfo  `json:"states"`
	Outputs  []tensorInfo `json:"outputs"`
	Layers   []layerInfo  `json:"layers"`
	Classes  []classInfo  `json:"classes"`
	Batch    batchInfo    `json:"batch"`
	Dense    string       `json:"dense,omitempty"` // folder of the model that this one was cut out of
}

// tensorInfo is an input or output; a length that is a name is open.
type tensorInfo struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Shape []any  `json:"shape"`
}

// stateInfo is a carried state: what comes out is what goes in at the next run.
type stateInfo struct {
	Input  string  `json:"input"`
	Output string  `json:"output"`
	Shape  []any   `json:"shape"`
	Start  float64 `json:"start"` // before the first run
}

// layerInfo says how a recurrent layer is written.
type layerInfo struct {
	Place    string `json:"place"`
	Operator string `json:"operator"`
	Reason   string `json:"reason,omitempty"` // why it is no operator that the runtime has built in
}

// classInfo says which units are left, by the numbers that they had before any cut.
type classInfo struct {
	Name   string   `json:"name"`
	Of     int      `json:"of"`
	Kept   []int    `json:"kept"`
	States []string `json:"states"`
}

// batchInfo is the stored batch.
type batchInfo struct {
	File      string         `json:"file"`
	Lengths   map[string]int `json:"lengths"` // of the open axes
	Tolerance float64        `json:"tolerance"`
}

func (x *Export) manifest(name string, f format, m *onnx.Model, dense bool) ([]byte, error) {
	out := manifest{
		Format: name, File: f.file, Name: x.Name, Task: x.Task, Cell: x.Cell,
		Weights: core.Weights(x.Graph), MultAdds: core.MultAdds(x.Graph),
		Inputs: []tensorInfo{}, States: []stateInfo{}, Outputs: []tensorInfo{}, Layers: []layerInfo{}, Classes: []classInfo{},
		Batch: batchInfo{f.batch, x.batch.binding, Tolerance},
	}
	if dense {
		out.Dense = "dense"
	}
	states := map[string]bool{}
	for _, s := range m.States {
		states[s.Name], states[s.Next] = true, true
	}
	shapes := map[string][]any{}
	for _, v := range m.Inputs {
		shapes[v.Name] = axes(v.Shape)
		if !states[v.Name] {
			kind := map[graph.Kind]string{graph.Float: "float32", graph.Int: "int32"}[v.Kind]
			out.Inputs = append(out.Inputs, tensorInfo{v.Name, kind, shapes[v.Name]})
		}
	}
	for _, s := range m.States {
		out.States = append(out.States, stateInfo{s.Name, s.Next, shapes[s.Name], s.Start})
	}
	for _, v := range m.Outputs {
		if !states[v.Name] {
			out.Outputs = append(out.Outputs, tensorInfo{v.Name, "float32", axes(v.Shape)})
		}
	}
	for _, l := range m.Layers {
		info := layerInfo{l.Place, "Scan", l.Reason}
		switch {
		case l.Operator != nil:
			info.Operator = l.Operator.Kind
		case !f.claims:
			info.Reason = "NumPy has no recurrent layers"
		}
		out.Layers = append(out.Layers, info)
	}
	for _, c := range x.classes {
		out.Classes = append(out.Classes, classInfo{c.Name, c.Of, c.IDs, append([]string{}, c.States...)})
	}
	text, err := json.MarshalIndent(out, "", "  ")
	return append(flat(text), '\n'), err
}

// plain is a list of numbers and texts on lines of their own.
var plain = regexp.MustCompile(`\[\s+[^\[\]{}]*?\s+\]`)

// flat writes lists of numbers and texts on one line.
func flat(text []byte) []byte {
	return plain.ReplaceAllFunc(text, func(list []byte) []byte {
		var words []string
		for _, line := range strings.Split(string(list[1:len(list)-1]), "\n") {
			if word := strings.TrimSpace(line); word != "" {
				words = append(words, word)
			}
		}
		return []byte("[" + strings.Join(words, " ") + "]")
	})
}

func axes(s graph.Shape) []any {
	out := []any{}
	for _, d := range s {
		if d.IsFixed() {
			out = append(out, d.Size)
		} else {
			out = append(out, d.Sym)
		}
	}
	return out
}
