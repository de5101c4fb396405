package report_test

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/tasks/report"
)

// The colours of the three kinds of weights.
var (
	alive = color.RGBA{24, 74, 130, 255}
	zero  = color.RGBA{255, 255, 255, 255}
	lost  = color.RGBA{246, 190, 150, 255}
)

// Each weight has its own pixel in a small model: not zero, zero, or in a strip
// of a unit that is gone. The strips of a unit of cell_0 are four columns and a
// row of its own weights and a row of the next layer's.
func TestMatrices(t *testing.T) {
	r := run(t, "sparse", 0.01)
	w0 := r.Weights["cell_0/basic_lstm_cell/weights"]
	w0.Data[2*4*hidden+1] = 0 // a zero that belongs to no unit that is gone
	all := drawings(t, report.Page([]*report.Run{r}))

	for _, c := range []struct {
		name       string
		rows, cols []int
	}{
		{"cell_0/basic_lstm_cell/weights", in0(dead["cell_0"], in), gates(dead["cell_0"])},
		{"cell_1/basic_lstm_cell/weights", append(in0(dead["cell_0"], 0), in0(dead["cell_1"], hidden)...), gates(dead["cell_1"])},
		{"softmax_w", dead["cell_1"], nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := titled(t, all, c.name)
			w := r.Weights[c.name]
			img := d.pixels(t)
			require.Equal(t, w.Shape, []int{img.Bounds().Dy(), img.Bounds().Dx()})
			for i := range w.Shape[0] {
				for j := range w.Shape[1] {
					want := alive
					switch {
					case slices.Contains(c.rows, i) || slices.Contains(c.cols, j):
						want = lost
					case w.Data[i*w.Shape[1]+j] == 0:
						want = zero
					}
					require.Equal(t, want, img.At(j, i), "row %d, column %d", i, j)
				}
			}
			assert.Contains(t, d.told, fmt.Sprintf("%d of %d rows and %d of %d columns of %s belong to units that are gone", len(c.rows), w.Shape[0], len(c.cols), w.Shape[1], c.name))
		})
	}
	assert.Contains(t, titled(t, all, "cell_0/basic_lstm_cell/weights").told, fmt.Sprintf("%.1f %% of its weights are zero", zeros(w0.Data)))
}

// in0 are rows behind others.
func in0(units []int, behind int) (out []int) {
	for _, k := range units {
		out = append(out, behind+k)
	}
	return out
}

// gates are the columns of units in the four gates.
func gates(units []int) (out []int) {
	for gate := range 4 {
		out = append(out, in0(units, gate*hidden)...)
	}
	return out
}

// zeros is the share of zeros in percent.
func zeros(w []float32) float64 {
	n := 0
	for _, v := range w {
		if v == 0 {
			n++
		}
	}
	return 100 * float64(n) / float64(len(w))
}

// The second layout has a column for each unit, and that of one that is gone
// has no weight.
func TestComponents(t *testing.T) {
	r := run(t, "sparse", 0.01)
	all := drawings(t, report.Page([]*report.Run{r}))
	for class, units := range dead {
		d := titled(t, all, class+", one component a column")
		img := d.pixels(t)
		require.Equal(t, hidden, img.Bounds().Dx())
		for k := range hidden {
			for i := range img.Bounds().Dy() {
				if slices.Contains(units, k) {
					require.Equal(t, lost, img.At(k, i), "unit %d", k)
				} else {
					require.NotEqual(t, lost, img.At(k, i), "unit %d", k)
				}
			}
		}
		assert.Contains(t, d.told, fmt.Sprintf("%d of %d columns are empty", len(units), hidden))
	}
}

// A compacted model is drawn at its places before the cut: like the one that it
// was cut out of.
func TestOriginalPlaces(t *testing.T) {
	r := run(t, "sparse", 0.01)
	small := compacted(t, r)
	require.Less(t, len(small.Weights["cell_0/basic_lstm_cell/weights"].Data), len(r.Weights["cell_0/basic_lstm_cell/weights"].Data))
	page := report.Page([]*report.Run{small})
	whole, cut := drawings(t, report.Page([]*report.Run{r})), drawings(t, page)
	for _, title := range []string{"cell_0/basic_lstm_cell/weights", "cell_1/basic_lstm_cell/weights", "softmax_w", "cell_0, one component a column", "cell_1, one component a column"} {
		assert.Equal(t, titled(t, whole, title).pixels(t), titled(t, cut, title).pixels(t), title)
	}
	says(t, string(page), `<tr><th scope="row">cell_0</th><td>12</td><td>8</td><td>0</td><td>4</td>`)
	says(t, string(report.Page([]*report.Run{r})), `<tr><th scope="row">cell_0</th><td>12</td><td>8</td><td>4</td><td>0</td>`)
}

// Any cell is drawn: all matrices of a class, with as many strips as its dead
// units have rows and columns in them, before a cut and after it.
func TestCells(t *testing.T) {
	for _, p := range cells.All() {
		t.Run(p.Name, func(t *testing.T) {
			r := runOf(t, p, "sparse", 0.01)
			type key struct {
				name string
				axis int
			}
			want := map[key]map[int]bool{}
			for _, g := range r.Groups {
				for _, e := range g.Entries {
					k := key{e.Var, e.Axis}
					if want[k] == nil {
						want[k] = map[int]bool{}
					}
					for _, unit := range dead[g.Class] {
						want[k][e.Index(unit)] = true
					}
				}
			}
			require.NotEmpty(t, want)
			page := string(report.Page([]*report.Run{r}))
			small := string(report.Page([]*report.Run{compacted(t, r)}))
			silent(t, page, "Not shown")
			for k := range want {
				shape := r.Weights[k.name].Shape
				if len(shape) != 2 {
					continue
				}
				told := fmt.Sprintf("%d of %d rows and %d of %d columns of %s belong to units that are gone; ",
					len(want[key{k.name, 0}]), shape[0], len(want[key{k.name, 1}]), shape[1], k.name)
				says(t, page, told)
				says(t, small, told)
			}
		})
	}
}

// All components are in the histogram, those that are zero at its left end, and
// bars are as high as they are many.
func TestHistogram(t *testing.T) {
	sparse, dense := run(t, "sparse", 0.01), run(t, "dense", 0)
	all := drawings(t, report.Page([]*report.Run{sparse, dense}))
	for class, units := range dead {
		d := titled(t, all, "Lengths of components, "+class)
		assert.Contains(t, d.told, "in dense 0 of 12 are zero, the median of the others is ")
		assert.Contains(t, d.told, fmt.Sprintf("in this run %d of 12 are zero, the median of the others is ", len(units)))
		before, after := d.bars(t, "bar s0"), d.bars(t, "bar s1")
		assert.InDelta(t, hidden, sum(before), 1e-9)
		assert.InDelta(t, hidden, sum(after), 1e-9)
		assert.InDelta(t, float64(len(units)), after[0], 1e-9, "the leftmost are those that are zero")
	}
}

// bars are the counts that the bars of a kind stand for, from the left.
func (d drawing) bars(t testing.TB, class string) (out []float64) {
	t.Helper()
	number := func(text string) float64 {
		v, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		return v
	}
	// The scale of the bars, from two ticks with their grid lines.
	var ys, vs []float64
	for i, s := range d.shapes {
		if s.attrs["class"] == "grid" {
			_, after, _ := strings.Cut(s.attrs["d"], " ")
			y, _, _ := strings.Cut(after, "H")
			ys, vs = append(ys, number(y)), append(vs, number(d.shapes[i+1].text))
		}
	}
	require.GreaterOrEqual(t, len(ys), 2)
	per := (vs[len(vs)-1] - vs[0]) / (ys[0] - ys[len(ys)-1])
	last := -1.0
	for _, s := range d.of(class) {
		if s.attrs["height"] == "10" && s.attrs["width"] == "12" {
			continue // of the legend
		}
		x := number(s.attrs["x"])
		require.Greater(t, x, last)
		last = x
		v := per * number(s.attrs["height"])
		require.InDelta(t, math.Round(v), v, 0.02, "a bar stands for a whole number")
		out = append(out, math.Round(v))
	}
	return out
}

func sum(list []float64) (s float64) {
	for _, v := range list {
		s += v
	}
	return s
}
