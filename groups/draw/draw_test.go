package draw_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/groups/draw"
)

// Pictures of every class of every model: all on the page, no label over
// another, the same bytes each time, and in colour what the class's entries
// say, no more and no less.
func TestPictures(t *testing.T) {
	for _, m := range models(t) {
		t.Run(m.name, func(t *testing.T) {
			for _, c := range m.d.Classes {
				if c.Pinned() || len(c.Entries)+len(c.Followers) == 0 {
					continue
				}
				svg, err := draw.SVG(m.d, draw.Options{Name: m.name, Class: c.Name})
				require.NoError(t, err)
				again, err := draw.SVG(m.d, draw.Options{Name: m.name, Class: c.Name})
				require.NoError(t, err)
				assert.Equal(t, string(svg), string(again))
				all := checkPicture(t, svg)
				if dir := os.Getenv("DRAW"); dir != "" { // to be looked at
					require.NoError(t, os.WriteFile(filepath.Join(dir, strings.NewReplacer(" ", "-", "/", "-").Replace(m.name+" "+c.Name)+".svg"), svg, 0o666))
				}
				if strings.Contains(string(svg), " alike") {
					continue // one matrix stands for several
				}
				assert.Equal(t, runsOf(c, c.Of/3), bars(all), "strips of class %s", c.Name)
			}
		})
	}
}

// runsOf counts the runs of neighbouring indices that a unit has in all axes
// of all parameters.
func runsOf(c *groups.Class, k int) (n int) {
	at := map[string][]int{}
	for _, e := range slices.Concat(c.Entries, c.Followers) {
		key := fmt.Sprint(e.Var, " ", e.Axis)
		at[key] = append(at[key], e.Index(k))
	}
	for _, list := range at {
		slices.Sort(list)
		for i, x := range list {
			if i == 0 || x > list[i-1]+1 {
				n++
			}
		}
	}
	return n
}

// bars counts the coloured strips in the matrices and vectors of figure 3.
func bars(all []shape) (n int) {
	for _, s := range all {
		if s.name == "rect" && (s.class == "sheet" || s.class == "vector") &&
			slices.Contains([]string{"#d55e00", "#0072b2", "#009e73", "#aa4499"}, s.attrs["fill"]) {
			n++
		}
	}
	return n
}

// The LSTM as a paper would draw it, in structure: its operators, its states
// on both sides, its weights with their gates in storage order, and one unit's
// columns, rows, receivers and biases in their places.
func TestLSTM(t *testing.T) {
	d := stack(t, cells.LSTM, `{}`, nil, 12, 12, 2, 60)
	unit := 2
	svg, err := draw.SVG(d, draw.Options{Class: "cell_0", Unit: &unit})
	require.NoError(t, err)
	all := checkPicture(t, svg)

	flow := texts(all, "flow")
	operators := []string{}
	for _, s := range flow {
		if slices.Contains([]string{"σ", "tanh", "∘", "+", "+1"}, s) {
			operators = append(operators, s)
		}
	}
	slices.Sort(operators)
	assert.Equal(t, []string{"+", "+1", "tanh", "tanh", "σ", "σ", "σ", "∘", "∘", "∘"}, operators)
	for _, want := range []string{"One step of cell_0", "c_t−1", "h_t−1", "x_t", "c_t", "h_t", "and output", "weights", "+ biases", "24 × 48", "unit 2 of cell_0, which has 12"} {
		assert.Contains(t, flow, want)
	}
	assert.Equal(t, []string{
		"cell_0/basic_lstm_cell/weights", "σ", "tanh", "σ", "σ", "input", "cell_0", "24 × 48, bias below",
		"cell_1/basic_lstm_cell/weights", "σ", "tanh", "σ", "σ", "cell_0", "cell_1", "24 × 48",
	}, texts(all, "sheet"))

	var ground []box
	strips := map[string][]box{}
	for _, s := range all {
		if s.class == "sheet" && s.name == "rect" {
			if b := rect(t, s); s.attrs["fill"] == "#e6ecf3" {
				ground = append(ground, b)
			} else if s.attrs["fill"] != "none" {
				strips[s.attrs["fill"]] = append(strips[s.attrs["fill"]], b)
			}
		}
	}
	require.Len(t, ground, 3) // two matrices and a bias
	own, bias, next := ground[0], ground[1], ground[2]
	u := (own.x1 - own.x0) / 48
	assert.InDelta(t, u, (own.y1-own.y0)/24, 0.05, "to scale")
	assert.InDelta(t, u, (next.x1-next.x0)/48, 0.05, "in one scale")
	at := func(want float64, got []box, from float64, coord func(box) (float64, float64)) {
		t.Helper()
		for i, b := range got {
			lo, hi := coord(b)
			assert.InDelta(t, from+(want+float64(12*i))*u, lo, 0.2)
			assert.InDelta(t, u, hi-lo, 0.2)
		}
	}
	xs := func(b box) (float64, float64) { return b.x0, b.x1 }
	ys := func(b box) (float64, float64) { return b.y0, b.y1 }
	require.Len(t, strips["#d55e00"], 4, "a column in each gate")
	at(2, strips["#d55e00"], own.x0, xs)
	require.Len(t, strips["#aa4499"], 4, "and its bias")
	at(2, strips["#aa4499"], bias.x0, xs)
	require.Len(t, strips["#0072b2"], 1, "the row that feeds it back, below those of the input")
	at(14, strips["#0072b2"], own.y0, ys)
	require.Len(t, strips["#009e73"], 1, "the row by which the next layer reads it")
	at(2, strips["#009e73"], next.y0, ys)
}

// A deep step is drawn once: its picture does not grow with its depth.
func TestFold(t *testing.T) {
	picture := func(depth int) string {
		svg, err := draw.SVG(stack(t, cells.RHN, fmt.Sprintf(`{"depth": %d}`, depth), nil, 12, 12, 1, 60), draw.Options{Figure: draw.Flow})
		require.NoError(t, err)
		checkPicture(t, svg)
		return string(svg)
	}
	ten, six := picture(10), picture(6)
	assert.Contains(t, ten, ">9 times, each reading the one before<")
	assert.Contains(t, ten, ">h_1…9/Linear/Matrix<")
	assert.Equal(t, ten, strings.NewReplacer("5 times", "9 times", "1…5", "1…9").Replace(six))
	assert.NotContains(t, picture(3), "times", "two rounds are drawn as they are")
}

// Rounds that differ, or that something else reads, are not folded.
func TestNoFold(t *testing.T) {
	for name, step := range map[string]func(d int, h graph.Value, all *[]graph.Value) graph.Value{
		"other operation": func(d int, h graph.Value, _ *[]graph.Value) graph.Value {
			if d == 2 {
				return graph.Relu(graph.Sigmoid(h))
			}
			return graph.Tanh(graph.Sigmoid(h))
		},
		"read from outside": func(d int, h graph.Value, all *[]graph.Value) graph.Value {
			h = graph.Tanh(graph.Sigmoid(h))
			*all = append(*all, h)
			return h
		},
	} {
		t.Run(name, func(t *testing.T) {
			g, err := graph.Trace(name, func(s *graph.Scope) {
				time, batch := graph.Symbol("time"), graph.Symbol("batch")
				x := s.Input("x", time, batch, graph.Fixed(4))
				ys, _ := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x}, []graph.Carry{{Name: "h", Init: s.Fill(0, batch, graph.Fixed(4))}},
					func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
						var all []graph.Value
						h := graph.MatMul(graph.Add(x[0], prev[0]), s.Param("w", nil, 4, 4))
						for d := range 5 {
							h = step(d, h, &all)
						}
						for _, v := range all {
							h = graph.Mul(h, v)
						}
						return []graph.Value{h}, []graph.Value{h}
					})
				s.Output("y", nnLinear(s, ys[0]))
			})
			require.NoError(t, err)
			d, err := groups.Derive(g)
			require.NoError(t, err)
			svg, err := draw.SVG(d, draw.Options{Figure: draw.Flow, Class: d.Classes[0].Name})
			require.NoError(t, err)
			assert.NotContains(t, string(svg), "times, each")
		})
	}
}

func nnLinear(s *graph.Scope, x graph.Value) graph.Value {
	return graph.MatMul(x, s.Param("out", nil, 4, 3))
}

// Of a compacted model, all that was cut out is in colour, unless a unit is named.
func TestCut(t *testing.T) {
	d := stack(t, cells.LSTM, `{}`, nil, 12, 12, 2, 60)
	g, err := groups.Restore(d.Graph, map[string][]int{"cell_1": {0, 1, 5, 6, 7, 8}})
	require.NoError(t, err)
	cut, err := groups.Derive(g)
	require.NoError(t, err)
	svg, err := draw.SVG(cut, draw.Options{})
	require.NoError(t, err)
	all := checkPicture(t, svg)
	assert.Contains(t, texts(all, "flow"), "the 6 of 12 units of cell_1 that were cut out")
	// Units 2 to 4 and 9 to 11: two strips in each of four gates and biases, two
	// own rows, two of the softmax.
	assert.Equal(t, 2*(4+4+1+1), bars(all))

	unit := 3
	svg, err = draw.SVG(cut, draw.Options{Class: "cell_1", Unit: &unit})
	require.NoError(t, err)
	assert.Contains(t, texts(checkPicture(t, svg), "flow"), "unit 3 of cell_1, which has 12")
}

func TestFaults(t *testing.T) {
	d := stack(t, cells.LSTM, `{}`, nil, 12, 12, 2, 60)
	at := func(k int) *int { return &k }
	for _, c := range []struct {
		name string
		o    draw.Options
		want string
	}{
		{"unknown class", draw.Options{Class: "cel_0"}, `no class "cel_0"; known: cell_0/weights, cell_0, cell_1, softmax; nearest is cell_0`},
		{"unit behind the last", draw.Options{Class: "cell_0", Unit: at(12)}, `class "cell_0" has the units 0 to 11, so there is no unit 12`},
		{"negative unit", draw.Options{Class: "cell_0", Unit: at(-1)}, "there is no unit -1"},
		{"class in no step", draw.Options{Class: "softmax", Figure: draw.Flow}, `no recurrent step has units of class "softmax"; draw its weights`},
	} {
		_, err := draw.SVG(d, c.o)
		assert.ErrorContains(t, err, c.want, c.name)
	}
	_, err := draw.ParseFigure("flwo")
	assert.ErrorContains(t, err, "known: flow, weights; nearest is flow")
	svg, err := draw.SVG(d, draw.Options{Class: "softmax"})
	require.NoError(t, err, "its weights can be drawn")
	assert.NotContains(t, string(svg), "One step")
}
