// Package onnxtest holds exported models against the interpreter: it runs them
// in the runtimes that are there (internal/peer).
//
//	cases := []*onnxtest.Case{onnxtest.New(t, "lstm", g, m, binding, []string{"y"}, claims)}
//	onnxtest.Check(t, cases, 2e-6)
package onnxtest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/onnx"
	"github.com/seed391906a2/iss/core/onnx/python"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/internal/peer"
)

// Case is a model, and what it should put out for what goes in.
type Case struct {
	Name    string
	Graph   *graph.Graph
	Weights map[string]tensor.Dense[float32]
	Options onnx.Options
	Arrays  map[string]tensor.Array // in/NAME and out/NAME
}

// New runs g once on m, which is bound and filled, and keeps what the outputs
// and carried states are.
func New(t *testing.T, name string, g *graph.Graph, m graph.Machine[float32], b graph.Binding, outputs []string, claims []*core.Operator) *Case {
	t.Helper()
	c := &Case{Name: name, Graph: g, Weights: map[string]tensor.Dense[float32]{}, Options: onnx.Options{Outputs: outputs, Claims: claims}, Arrays: map[string]tensor.Array{}}
	for _, p := range g.Params {
		c.Weights[p.Name] = tensor.Of(append([]float32(nil), m.Param(p.Name)...), p.Shape...)
	}
	carried := map[string]bool{}
	for _, v := range g.Inputs {
		op, shape := v.Node.Op.(*graph.InputOp), v.Shape().Bind(b)
		carried[op.Label] = op.Role == graph.Carried
		if op.Kind == graph.Int {
			c.Arrays["in/"+op.Label] = tensor.Ints{Shape: shape, Data: append([]int32(nil), m.Ints(op.Label)...)}
		} else {
			c.Arrays["in/"+op.Label] = tensor.Of(append([]float32(nil), m.Floats(op.Label)...), shape...)
		}
	}
	must(t, name, m.Run(graph.Mode{}))
	for i, out := range g.Names {
		y := tensor.Of(append([]float32(nil), m.Output(out)...), g.Outputs[i].Shape().Bind(b)...)
		switch {
		case carried[out]:
			c.Arrays["out/"+out+onnx.Next] = y
		case slices.Contains(outputs, out):
			c.Arrays["out/"+out] = y
		}
	}
	return c
}

// must ends the test if something of a case failed.
func must(t *testing.T, name string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// result is what a runtime says of a case.
type result struct {
	Name    string
	Largest float64 // difference, in units of the larger of 1 and the output's largest value
	Error   string
}

// The scripts that run all cases of a folder and print results as JSON.
var (
	//go:embed ort.js
	inORT string
	//go:embed run.py
	inPython string
)

// Check runs cases in every runtime, as a subtest each, and demands outputs
// within a tolerance.
func Check(t *testing.T, cases []*Case, tolerance float64) {
	for _, r := range []struct {
		name, script, suffix string
		find                 func() (string, error)
		write                func(t *testing.T, c *Case, dir string)
	}{
		{"ONNX Runtime", inORT, "js", peer.ORT, writeONNX},
		{"PyTorch", inPython, "py", peer.Torch, func(t *testing.T, c *Case, dir string) {
			c.Options.Fits = python.Fits
			writeProgram(t, c, dir, python.Torch)
		}},
		{"NumPy", inPython, "py", peer.NumPy, func(t *testing.T, c *Case, dir string) {
			c.Options.Claims = nil
			writeProgram(t, c, dir, python.NumPy)
		}},
	} {
		t.Run(r.name, func(t *testing.T) {
			program, err := r.find()
			if err != nil {
				t.Skip(err)
			}
			dir := t.TempDir()
			for i, c := range cases {
				in := filepath.Join(dir, fmt.Sprintf("case%03d", i))
				must(t, c.Name, os.Mkdir(in, 0o777))
				copied := *c
				r.write(t, &copied, in)
			}
			results := run(t, program, filepath.Join(dir, "run."+r.suffix), r.script)
			if len(results) != len(cases) {
				t.Fatalf("%d results of %d cases", len(results), len(cases))
			}
			for i, got := range results {
				switch {
				case got.Error != "":
					t.Errorf("%s: %s", cases[i].Name, got.Error)
				case !(got.Largest <= tolerance):
					t.Errorf("%s: an output differs by %.2g, more than %.2g", cases[i].Name, got.Largest, tolerance)
				}
			}
		})
	}
}

// run runs a script in its folder and reads what it prints.
func run(t *testing.T, program, script, text string) (results []result) {
	t.Helper()
	must(t, script, os.WriteFile(script, []byte(text), 0o666))
	var out, log bytes.Buffer
	c := exec.Command(program, script)
	c.Dir, c.Stdout, c.Stderr = filepath.Dir(script), &out, &log
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, &log)
	}
	must(t, out.String(), json.Unmarshal(out.Bytes(), &results))
	return results
}

func writeONNX(t *testing.T, c *Case, dir string) {
	t.Helper()
	model, err := onnx.Export(c.Graph, c.Weights, c.Options)
	must(t, c.Name, err)
	f, err := os.Create(filepath.Join(dir, "model.onnx"))
	must(t, c.Name, err)
	must(t, c.Name, model.Write(f))
	must(t, c.Name, f.Close())
	must(t, c.Name, tensor.WriteFile(filepath.Join(dir, "batch.safetensors"), c.Arrays, nil))
}

// writeProgram writes a case as a program; io.json names what goes in and comes
// out, in order.
func writeProgram(t *testing.T, c *Case, dir string, d *python.Dialect) {
	t.Helper()
	model, err := onnx.Export(c.Graph, c.Weights, c.Options)
	must(t, c.Name, err)
	p, err := d.Program(model)
	must(t, c.Name, err)
	io := struct {
		Inputs, Outputs []string
		States          [][2]string
	}{Outputs: c.Options.Outputs}
	carried := map[string]bool{}
	for _, s := range model.States {
		io.States = append(io.States, [2]string{s.Name, s.Next})
		carried[s.Name] = true
	}
	for _, v := range model.Inputs {
		if !carried[v.Name] {
			io.Inputs = append(io.Inputs, v.Name)
		}
	}
	text, err := json.Marshal(io)
	must(t, c.Name, err)
	for name, content := range map[string][]byte{"io.json": text, "model.py": []byte(p.Text)} {
		must(t, c.Name, os.WriteFile(filepath.Join(dir, name), content, 0o666))
	}
	must(t, c.Name, tensor.WriteFile(filepath.Join(dir, "model.safetensors"), p.Weights, nil))
	for name, arrays := range map[string]map[string]tensor.Array{"model.npz": p.Weights, "batch.npz": c.Arrays} {
		f, err := os.Create(filepath.Join(dir, name))
		must(t, c.Name, err)
		must(t, c.Name, tensor.WriteNPZ(f, arrays))
		must(t, c.Name, f.Close())
	}
}
