package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/tensor"
)

// arrange turns a tensor as it is stored into one whose last axis has the
// wanted gates in their order. On an error it returns the tensor as it was.
func (p Part) arrange(t tensor.Dense[float32], wanted string) (tensor.Dense[float32], error) {
	if n := len(t.Shape); p.Transpose && n != 2 {
		return t, fmt.Errorf("it has %d axes, and one that is transposed has 2", n)
	}
	stored := t
	if p.Transpose {
		t = transpose(t)
	}
	if p.Gates == "" || p.Gates == wanted {
		return t, divisible(t, len(p.Gates))
	}
	if err := divisible(t, len(p.Gates)); err != nil {
		return stored, err
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
	return t.Restrict(last, indices), nil
}

// divisible demands that the last axis is so many blocks of one size.
func divisible(t tensor.Dense[float32], gates int) error {
	if gates == 0 {
		return nil
	}
	if len(t.Shape) == 0 {
		return fmt.Errorf("it is one number, and should have %d gates", gates)
	}
	if n := t.Shape[len(t.Shape)-1]; n%gates != 0 {
		return fmt.Errorf("%d columns are not %d gates of one size", n, gates)
	}
	return nil
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

// join puts parts below each other, or adds them.
func join(parts []tensor.Dense[float32], how string) (tensor.Dense[float32], error) {
	out := parts[0].Clone()
	for _, p := range parts[1:] {
		if how == "sum" {
			if !slices.Equal(p.Shape, out.Shape) {
				return out, fmt.Errorf("%v and %v cannot be added", out.Shape, p.Shape)
			}
			for i, v := range p.Data {
				out.Data[i] += v
			}
			continue
		}
		if len(p.Shape) != len(out.Shape) || len(p.Shape) == 0 || !slices.Equal(p.Shape[1:], out.Shape[1:]) {
			return out, fmt.Errorf("%v cannot stand below %v", p.Shape, out.Shape)
		}
		out.Shape[0] += p.Shape[0]
		out.Data = append(out.Data, p.Data...)
	}
	return out, nil
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
