package groups

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
)

// CheckRecord runs a model on the batch of a record (see Record), read from a
// file, and returns what the file says otherwise, in words; nothing if the
// model says what is recorded. Values may differ by 1e-4 of the larger of 1 and
// what is recorded, since another processor rounds in other places.
func CheckRecord(m Model, f *tensor.File) (faults []string) {
	b, err := recorded(m.Graph, f)
	if err != nil {
		return []string{err.Error()}
	}
	want, err := Record(m, b, b.Binding)
	if err != nil {
		return []string{err.Error()}
	}
	if got := slices.Sorted(maps.Keys(want)); !slices.Equal(f.Names(), got) {
		return []string{fmt.Sprintf("it holds %v, a batch of this model has %v", f.Names(), got)}
	}
	for _, name := range f.Names() {
		is, ok := want[name].(tensor.Dense[float32])
		if !ok {
			continue // what is fed, numbers of words
		}
		said, err := tensor.Floats[float32](f, name)
		switch {
		case err != nil:
			faults = append(faults, err.Error())
			continue
		case !slices.Equal(said.Shape, is.Shape):
			faults = append(faults, fmt.Sprintf("%s has shape %v, in this model %v", name, said.Shape, is.Shape))
			continue
		}
		for i, v := range said.Data {
			if d := math.Abs(float64(v) - float64(is.Data[i])); !(d <= 1e-4*max(1, math.Abs(float64(v)))) {
				faults = append(faults, fmt.Sprintf("%s at %v is stored as %v, the model says %v", name, coordinates(is.Shape, i), v, is.Data[i]))
				break
			}
		}
	}
	return faults
}

// recorded is the batch of a record.
func recorded(g *graph.Graph, f *tensor.File) (Batch, error) {
	b := Batch{Binding: graph.Binding{}, Ints: map[string][]int32{}, Floats: map[string][]float32{}}
	for _, v := range g.Inputs {
		op := v.Node.Op.(*graph.InputOp)
		if op.Role != graph.Feed {
			continue
		}
		name := "in/" + op.Label
		e, ok := f.Entry(name)
		if !ok || len(e.Shape) != v.Rank() {
			return b, fmt.Errorf("%s, of shape %v, is missing or has another shape", name, v.Shape())
		}
		for k, d := range v.Shape() {
			n, known := b.Binding[d.Sym]
			switch {
			case e.Shape[k] == 0:
				return b, fmt.Errorf("%s is empty", name)
			case d.IsFixed() && d.Size != e.Shape[k] || known && n != e.Shape[k]:
				return b, fmt.Errorf("%s has shape %v, the model reads %v", name, e.Shape, v.Shape())
			case !d.IsFixed():
				b.Binding[d.Sym] = e.Shape[k]
			}
		}
		if op.Kind == graph.Int {
			x, err := f.Ints(name)
			if err != nil {
				return b, err
			}
			b.Ints[op.Label] = x.Data
			continue
		}
		x, err := tensor.Floats[float32](f, name)
		if err != nil {
			return b, err
		}
		b.Floats[op.Label] = x.Data
	}
	return b, nil
}
