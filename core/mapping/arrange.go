package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/tensor"
)

// arranged is the shape that arrange makes of a stored one, or why it cannot.
func (p Part) arranged(stored []int, wanted string) ([]int, error) {
	shape := slices.Clone(stored)
	if p.Transpose {
		if len(shape) != 2 {
			return nil, fmt.Errorf("it has %d axes, and one that is transposed has 2", len(shape))
		}
		slices.Reverse(shape)
	}
	gates := len(p.Gates)
	if gates == 0 {
		return shape, nil
	}
	if len(shape) == 0 {
		return nil, fmt.Errorf("it is one number, and should have %d gates", gates)
	}
	last := len(shape) - 1
	if shape[last]%gates != 0 {
		return nil, fmt.Errorf("%d columns are not %d gates of one size", shape[last], gates)
	}
	shape[last] = shape[last] / gates * len(wanted)
	return shape, nil
}

// arrange turns a tensor as it is stored into one whose last axis has the
// wanted gates in their order.
func (p Part) arrange(t tensor.Dense[float32], wanted string) tensor.Dense[float32] {
	if p.Transpose {
		t = transpose(t)
	}
	if p.Gates == wanted || p.Gates == "" {
		return t
	}
	last := len(t.Shape) - 1
	width := t.Shape[last] / len(p.Gates)
	var indices []int
	for _, g := range wanted {
		block := strings.IndexRune(p.Gates, g)
		for i := range width {
			indices = append(indices, block*width+i)
		}
	}
	return t.Restrict(last, indices)
}

// transpose returns tᵀ of a matrix.
func transpose(t tensor.Dense[float32]) tensor.Dense[float32] {
	rows, cols := t.Shape[0], t.Shape[1]
	out := tensor.New[float32](cols, rows)
	for r := range rows {
		for c := range cols {
			out.Data[c*rows+r] = t.Data[r*cols+c]
		}
	}
	return out
}

// joined is the shape of what join makes of parts of these shapes, or why it
// cannot.
func joined(parts [][]int, how string) ([]int, error) {
	out := slices.Clone(parts[0])
	for _, p := range parts[1:] {
		if how == "sum" {
			if !slices.Equal(p, out) {
				return nil, fmt.Errorf("%v and %v cannot be added", out, p)
			}
			continue
		}
		if len(p) != len(out) || len(p) == 0 || !slices.Equal(p[1:], out[1:]) {
			return nil, fmt.Errorf("%v cannot stand below %v", p, out)
		}
		out[0] += p[0]
	}
	return out, nil
}

// join puts parts below each other, or adds them.
func join(parts []tensor.Dense[float32], how string) tensor.Dense[float32] {
	out := parts[0].Clone()
	for _, p := range parts[1:] {
		if how == "sum" {
			for i, v := range p.Data {
				out.Data[i] += v
			}
			continue
		}
		out.Shape[0] += p.Shape[0]
		out.Data = append(out.Data, p.Data...)
	}
	return out
}

// shift takes off what the cell adds when it runs.
func (a *application) shift(t *tensor.Dense[float32], r *Rule) bool {
	for gate, option := range r.Without {
		v, ok := a.options[option]
		if !ok {
			a.say("missing: the cell has no option %q that is a number, which the rule for %s takes off", option, r.To)
			return false
		}
		width := t.Shape[len(t.Shape)-1] / len(r.Gates)
		block := strings.Index(r.Gates, gate)
		for row := range t.Rows() {
			for i := range width {
				t.Row(row)[block*width+i] -= float32(v)
			}
		}
	}
	return true
}
