// Package export writes a trained model as a folder that stands alone: whoever
// gets it needs another runtime, and nothing of iss.
//
//	x, err := export.New(model, problem)
//	files, err := x.Folder("onnx", nil)
//	err = atomicfile.WriteFolder("served", files)
//
// The folder holds the model; io.json, which says what goes in and comes out;
// the task's files, such as vocab.txt; a batch with the outputs that this
// program computes; and check.py, which runs the model there and compares.
package export

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/onnx"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/internal/atomicfile"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/tasks"
)

// Tolerance is what check.py demands: the largest difference of an output, in
// units of the larger of 1 and the output's largest value.
const Tolerance = 1e-5

// Model is a trained model, and what the manifest says about it.
type Model struct {
	Name    string // as people call it
	Task    string
	Cell    string
	Graph   *graph.Graph
	Tensors map[string]tensor.Dense[float32]
	// Claims are what the cell is said to be as an operator.
	Claims []*core.Operator
}

// Export is a model with a batch of its data.
type Export struct {
	Model
	problem tasks.Problem
	batch   *batch
	classes []*groups.Class
}

// New computes the outputs of a model on a batch of the validation data.
// threads are those of the engine; 0 is all cores.
func New(m Model, p tasks.Problem, threads int) (*Export, error) {
	d, err := groups.Derive(m.Graph)
	if err != nil {
		return nil, err
	}
	x := &Export{Model: m, problem: p}
	for _, c := range d.Classes {
		if c.Recurrent || c.Units < c.Of {
			x.classes = append(x.classes, c)
		}
	}
	x.batch, err = newBatch(m, p, threads)
	return x, err
}

// format is a kind of folder.
type format struct {
	file    string // of the model
	batch   string
	fits    func(o *core.Operator) bool // what the runtime's operators can do
	claims  bool                        // whether operators are used at all
	fill    func(f atomicfile.Folder, m *onnx.Model) error
	arrays  func(w io.Writer, a map[string]tensor.Array) error
	scripts map[string]string // into the folder as they are
}

// Formats are the names of the kinds of folders.
func Formats() []string { return slices.Sorted(maps.Keys(formats)) }

// Folder writes the model in a format. With dense, the model that it was cut out
// of lies beside it, in a folder of its own called dense. An operation of the
// model that has no emission is an error that names it.
func (x *Export) Folder(name string, dense *Export) (atomicfile.Folder, error) {
	f, ok := formats[name]
	if !ok {
		return nil, registry.Unknown("format", name, Formats())
	}
	o := onnx.Options{Outputs: x.problem.Terms().Answers, Fits: f.fits}
	if f.claims {
		o.Claims = x.Claims
	}
	m, err := onnx.Export(x.Graph, x.Tensors, o)
	if err != nil {
		return nil, fmt.Errorf("%s, cell %s: %w", x.Name, x.Cell, err)
	}
	m.Doc = fmt.Sprintf("%s: task %s, cell %s; written by iss", x.Name, x.Task, x.Cell)
	files := atomicfile.Folder{}
	for file, text := range x.problem.Data().Files {
		files[file] = atomicfile.Text(text)
	}
	for file, text := range f.scripts {
		files[file] = atomicfile.Text([]byte(text))
	}
	if err := f.fill(files, m); err != nil {
		return nil, fmt.Errorf("%s, cell %s: %w", x.Name, x.Cell, err)
	}
	files[f.batch] = func(w io.Writer) error { return f.arrays(w, x.batch.arrays) }
	manifest, err := x.manifest(name, f, m, dense != nil)
	if err != nil {
		return nil, err
	}
	files["io.json"] = atomicfile.Text(manifest)
	if dense != nil {
		inner, err := dense.Folder(name, nil)
		if err != nil {
			return nil, err
		}
		for file, fill := range inner {
			files["dense/"+file] = fill
		}
	}
	return files, nil
}
