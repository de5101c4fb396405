package cells_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/rng"
)

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// The LSTM is its equations, gate by gate, in the published storage order i, j, f, o.
func TestLSTMEquations(t *testing.T) {
	for _, forget := range []float64{0, 1} {
		options := `{"forget_bias": 0}`
		if forget == 1 {
			options = `{}`
		}
		const in, hidden = 3, 4
		g, _ := layer(t, cells.LSTM, in, hidden, options)
		m, at := machine(t, g, 1, 1)
		require.NoError(t, m.Run(graph.Mode{}))
		w, b := at["basic_lstm_cell/weights"], at["basic_lstm_cell/biases"]
		input := append(append([]float64(nil), at["x"]...), at["h"]...)
		for k := range hidden {
			gate := func(n int) float64 {
				z := b[n*hidden+k]
				for r, v := range input {
					z += v * w[r*4*hidden+n*hidden+k]
				}
				return z
			}
			c := sigmoid(gate(2)+forget)*at["c"][k] + sigmoid(gate(0))*math.Tanh(gate(1))
			assert.InDelta(t, sigmoid(gate(3))*math.Tanh(c), m.Output("y")[k], 1e-14, "forget bias %g, unit %d", forget, k)
		}
	}
}

// Peepholes show the old memory to the gates i and f, the new one to o; the
// projection is the last product.
func TestLSTMPeepholesAndProjection(t *testing.T) {
	const in, hidden, out = 3, 4, 2
	g, _ := layer(t, cells.LSTM, in, hidden, `{"peepholes": true, "projection": 2}`)
	m, at := machine(t, g, 1, 1)
	require.NoError(t, m.Run(graph.Mode{}))
	z := dense(slices.Concat(at["x"], at["h"]), at["lstm_cell/weights"], at["lstm_cell/biases"])
	read := make([]float64, hidden)
	for k := range hidden {
		old := at["c"][k]
		i := sigmoid(z[k] + at["lstm_cell/w_i_diag"][k]*old)
		f := sigmoid(z[2*hidden+k] + at["lstm_cell/w_f_diag"][k]*old + 1)
		c := f*old + i*math.Tanh(z[hidden+k])
		read[k] = sigmoid(z[3*hidden+k]+at["lstm_cell/w_o_diag"][k]*c) * math.Tanh(c)
	}
	want := dense(read, at["lstm_cell/projection/weights"], make([]float64, out))
	assert.InDeltaSlice(t, want, m.Output("y"), 1e-14)
}

// The vanilla network is its equation, for both activations.
func TestRNNEquation(t *testing.T) {
	for options, act := range map[string]func(float64) float64{
		`{}`:                     math.Tanh,
		`{"activation": "relu"}`: func(x float64) float64 { return math.Max(x, 0) },
	} {
		const in, hidden = 3, 4
		g, _ := layer(t, cells.RNN, in, hidden, options)
		m, at := machine(t, g, 1, 1)
		require.NoError(t, m.Run(graph.Mode{}))
		input := append(append([]float64(nil), at["x"]...), at["h"]...)
		for k := range hidden {
			z := at["basic_rnn_cell/biases"][k]
			for r, v := range input {
				z += v * at["basic_rnn_cell/weights"][r*hidden+k]
			}
			assert.InDelta(t, act(z), m.Output("y")[k], 1e-14, "%s, unit %d", options, k)
		}
	}
}

// dense is z = y·W + b, column by column.
func dense(y, w, b []float64) []float64 {
	z := append([]float64(nil), b...)
	for k := range z {
		for r, v := range y {
			z[k] += v * w[r*len(z)+k]
		}
	}
	return z
}

// times is a∘b.
func times(a, b []float64) []float64 {
	c := make([]float64, len(a))
	for i := range a {
		c[i] = a[i] * b[i]
	}
	return c
}

func each(f func(float64) float64, x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = f(v)
	}
	return y
}

// The GRU is its equations in either form; gates are stored in the order r, u.
func TestGRUEquations(t *testing.T) {
	const in, hidden = 3, 4
	for _, form := range []string{"before", "after"} {
		g, _ := layer(t, cells.GRU, in, hidden, `{"reset": "`+form+`"}`)
		m, at := machine(t, g, 1, 1)
		require.NoError(t, m.Run(graph.Mode{}))
		x, h := at["x"], at["h"]
		gates := each(sigmoid, dense(slices.Concat(x, h), at["gru_cell/gates/weights"], at["gru_cell/gates/biases"]))
		r, u := gates[:hidden], gates[hidden:]
		var c []float64
		if form == "before" {
			c = dense(slices.Concat(x, times(r, h)), at["gru_cell/candidate/weights"], at["gru_cell/candidate/biases"])
		} else {
			c = dense(x, at["gru_cell/candidate/input_projection/weights"], at["gru_cell/candidate/input_projection/biases"])
			state := dense(h, at["gru_cell/candidate/hidden_projection/weights"], at["gru_cell/candidate/hidden_projection/biases"])
			for k, v := range times(r, state) {
				c[k] += v
			}
		}
		for k := range hidden {
			assert.InDelta(t, u[k]*h[k]+(1-u[k])*math.Tanh(c[k]), m.Output("y")[k], 1e-14, "reset %s, unit %d", form, k)
		}
	}
}

// The RHN is its equations at depth 3, masks included: the same in all depths
// and steps, for H and T, and not on the carry.
func TestRHNEquations(t *testing.T) {
	const in, hidden, depth, time = 3, 4, 3, 2
	g, _ := layerOf(t, cells.RHN, core.CellConfig{
		Input: in, Hidden: hidden, Options: []byte(`{"depth": 3}`), Keep: map[string]float64{"i": 0.6, "h": 0.7},
	})
	m, at := machine(t, g, time, 1)
	mode := graph.Mode{Training: true, Seed: 5, Step: 2}
	require.NoError(t, m.Run(mode))
	mask := func(site string, n int, keep float64) []float64 {
		out := make([]float64, n)
		rng.FillMask(rng.NewMaskKey(mode.Seed, site), out, mode.Step, 0, 0, nil, keep)
		return out
	}
	i, h := mask("i", in, 0.6), mask("h", hidden, 0.7)
	require.Contains(t, i, 0.0)
	require.Contains(t, h, 0.0)
	s := append([]float64(nil), at["s"]...)
	for step := range time {
		x := at["x"][step*in : (step+1)*in]
		for d := range depth {
			y := times(s, h)
			if d == 0 {
				y = slices.Concat(times(x, i), y)
			}
			linear := func(gate string) []float64 {
				name := fmt.Sprintf("%s_%d/Linear/", gate, d)
				return dense(y, at[name+"Matrix"], at[name+"Bias"])
			}
			H, T := each(math.Tanh, linear("h")), each(sigmoid, linear("t"))
			for k := range s {
				s[k] = (H[k]-s[k])*T[k] + s[k]
			}
		}
		for k := range hidden {
			assert.InDelta(t, s[k], m.Output("y")[step*hidden+k], 1e-14, "step %d, unit %d", step, k)
		}
	}
}
