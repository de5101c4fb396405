package groups

import "github.com/seed391906a2/iss/core/graph"

// Expanded gives a cut model's weights the shapes of its first ancestor, with
// zeros where units were cut out. Each weight is expanded when it is first
// asked for.
func (d *Derivation) Expanded(param func(name string) []float32) func(name string) []float32 {
	if d.whole == nil {
		return param
	}
	done := map[string][]float32{}
	return func(name string) []float32 {
		w, ok := done[name]
		if !ok {
			w = expand(findParam(d.Graph, name), findParam(d.whole.Graph, name).Shape, param(name))
			done[name] = w
		}
		return w
	}
}

// expand puts the values of p where they lay in a tensor of the old shape.
func expand(p *graph.Param, shape []int, values []float32) []float32 {
	size := 1
	for _, n := range shape {
		size *= n
	}
	if size == len(values) { // nothing was cut
		return values
	}
	out := make([]float32, size)
	at := make([]int, len(shape)) // coordinates of the next value
	for _, v := range values {
		k := 0
		for axis, n := range shape {
			i := at[axis]
			if kept := p.Kept[axis]; kept != nil {
				i = kept[i]
			}
			k = k*n + i
		}
		out[k] = v
		for axis := len(at) - 1; axis >= 0; axis-- {
			at[axis]++
			if at[axis] < p.Shape[axis] {
				break
			}
			at[axis] = 0
		}
	}
	return out
}
