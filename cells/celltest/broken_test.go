package celltest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
)

// value and scope are short for what a step is written in.
type (
	value = graph.Value
	scope = graph.Scope
)

// stepping is a stranger with a step of its own.
func stepping(step func(c *stranger, s *scope, x value, prev []value) (value, []value)) stranger {
	return stranger{step: step}
}

// two are two states of one size.
func two(n int) []core.State { return []core.State{{Name: "h", Size: n}, {Name: "m", Size: n}} }

// leaky has two states, each of a class: h' = h/2 + tanh([x, h]·W + b), and m'
// with h in the place of x.
func leaky(c *stranger, s *scope, x value, prev []value) (h, m value) {
	half := func(v value) value { return graph.Affine(v, 0.5, 0) }
	h = graph.Add(half(prev[0]), graph.Tanh(c.linear(s, "h_", x, prev[0])))
	m = graph.Add(half(prev[1]), graph.Tanh(c.linear(s, "m_", prev[0], prev[1])))
	return h, m
}

// permuted is a cell whose next state has its units elsewhere; with a leak of h
// they meet those of the state before.
func permuted(leak float64, order func(k, n int) int) stranger {
	return stepping(func(c *stranger, s *scope, x value, prev []value) (value, []value) {
		h := graph.Tanh(c.linear(s, "", x, prev[0]))
		if leak != 0 {
			h = graph.Add(h, graph.Affine(prev[0], leak, 0))
		}
		return h, []value{pick(h, order)}
	})
}

func reversed(k, n int) int { return n - 1 - k }
func rotated(k, n int) int  { return (k + 1) % n }

// constant multiplies by a constant of n numbers.
func constant(n int) stranger {
	return stranger{act: func(s *scope, z value) value {
		return graph.Mul(graph.Tanh(z), s.Const(slices.Repeat([]float64{0.5}, n), n))
	}}
}

// A broken cell fails, and the first fault that is told names what is wrong
// and where to look.
func TestBrokenCells(t *testing.T) {
	for _, c := range []struct {
		name     string
		broken   stranger
		question string
		want     []string // in the first fault
	}{
		{"gradient of an operation of its own", stranger{act: through(steepSoftsign{})}, "operations", []string{
			"the gradient is wrong", "by differences but", `Look at the method Gradient of the step's own operations ["softsign"]`}},
		{"gradient that adds nothing", stranger{act: through(deafSoftsign{})}, "operations", []string{
			`operation "softsign": the gradient is wrong`, "but 0 as derived (and 15 of its 15 elements in all)"}},
		{"gradient of one operand alone", stranger{act: func(s *scope, z value) value {
			b := graph.Sigmoid(z)
			return graph.Emit(z.Graph(), &lazyProduct{graph.BinaryOp{Kind: graph.MulOf}}, graph.Tanh(z), b).At(0)
		}}, "operations", []string{`operation "product": the gradient is wrong, asked for alone: d/d operand 1[0]`, "Tape.Needs for each operand"}},
		{"forward in float32", stranger{act: through(roughSoftsign{})}, "operations", []string{
			`operation "softsign", Forward32 and Forward64`, "in float32 but", "one function of the operands"}},
		{"forward that remembers", stranger{act: through(&tiredSoftsign{})}, "operations", []string{"Forward32 and Forward64", "remember nothing"}},
		{"zero rule", stranger{act: through(zeroSoftsign{})}, "operations", []string{"Zero: it says that index 1 of result 0 is zero, but it is"}},
		{"no index rule", stranger{act: through(looseSoftsign{})}, "operations", []string{
			"Index and Contracts: index 0 of axis -2 of operand 0 changes the result at [0 0], which is another unit"}},
		{"units that change places in an operation", stranger{act: through(shiftedSoftsign{})}, "operations", []string{
			"Index and Contracts: index 0 of axis -1", "which is another unit"}},
		{"constants in an operation that stay", scaled(uncut), "operations", []string{
			"Restrict:", "4 units, but 5 constants", "what it holds for each index is cut with them"}},
		{"constants in an operation of other units", scaled(firstOnes), "operations", []string{
			"Restrict: with units cut out", "where the whole one gives"}},
		{"cut to an operation of fewer results", stranger{act: through(halfOp{})}, "operations", []string{
			"Restrict: graph: softsign: after the cut it has 1 results, not 2"}},
		{"states swapped", stranger{states: two, step: func(c *stranger, s *scope, x value, prev []value) (value, []value) {
			h, m := leaky(c, s, x, prev)
			return h, []value{m, h}
		}}, "states", []string{"states h and m change places", "in the order of States"}},
		{"state reversed", permuted(0.5, reversed), "states", []string{
			"units 1 and 3 of state h are one unit", "Look for a reversed, shifted or permuted state"}},
		{"state rotated", permuted(0.5, rotated), "states", []string{"units 0 and 1 of state h are one unit"}},
		{"state of another size", stepping(func(c *stranger, s *scope, x value, prev []value) (value, []value) {
			h := graph.Tanh(c.linear(s, "", x, prev[0]))
			return h, []value{graph.Concat(-1, h, h)}
		}), "sizes", []string{"state h has one shape before the step and another after it", "batch×5 and batch×10"}},
		{"state that never changes", stranger{states: two, step: func(c *stranger, s *scope, x value, prev []value) (value, []value) {
			h := graph.Tanh(graph.Mul(c.linear(s, "", x, prev[0]), graph.OneMinus(prev[1])))
			return h, []value{h, prev[1]}
		}}, "states", []string{"state m never changes"}},
		{"state missing", stranger{states: two, step: func(c *stranger, s *scope, x value, prev []value) (value, []value) {
			h, _ := leaky(c, s, x, prev)
			return h, []value{h}
		}}, "sizes", []string{"the step returns 1 states, States lists 2"}},
		{"no state", stranger{states: func(int) []core.State { return nil }}, "sizes", []string{"the cell has no state"}},
		{"constant of fixed width", constant(5), "sizes", []string{
			"with 6 inputs and 5 units the step fits together, with 4 inputs and 3 units it does not",
			"batch×3 and 5 do not broadcast", "of a fixed width", "broken_test.go:"}},
		{"slice of fixed width", stepping(func(c *stranger, s *scope, x value, prev []value) (value, []value) {
			h := graph.Tanh(c.linear(s, "", x, prev[0]))
			return graph.Slice(h, -1, 0, 5, 1), []value{h}
		}), "sizes", []string{"slice(-1, 0:5)", "of a fixed width"}},
		{"panic", stepping(func(_ *stranger, _ *scope, _ value, prev []value) (value, []value) { return prev[1], prev }), "sizes", []string{
			"panic: runtime error: index out of range [1] with length 1", "broken_test.go:"}},
		{"softmax over units", stranger{act: func(_ *scope, z value) value { return graph.Softmax(z) }}, "groups", []string{
			"no unit of cell_0 can ever go", "a softmax normalises over it"}},
		{"operand of any width", stranger{act: func(s *scope, z value) value {
			return graph.Emit(z.Graph(), laxOp{}, z, s.Param("lax", nil, z.Shape().Last().Size)).At(0)
		}}, "readers", []string{"can be cut out everywhere but in axis 0 of cell_0/lax, and nothing notices", "Look at its Infer"}},
		{"weights that do nothing", stepping(func(c *stranger, s *scope, x value, prev []value) (value, []value) {
			lost := graph.MatMul(prev[0], s.Param("lost", nil, c.hidden, c.hidden))
			h := graph.Tanh(graph.Add(c.linear(s, "", x, prev[0]), graph.Affine(lost, 0, 0)))
			return h, []value{h}
		}), "readers", []string{"the weights of cell_0/lost that read unit 1 of cell_0 (axis 0, index 1) change no result"}},
		{"random constant", stranger{act: func(s *scope, z value) value {
			made++
			return graph.Mul(graph.Tanh(z), s.Const([]float64{made}, 1))
		}}, "options", []string{"the cell is another one each time that it is made"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			faults := Examine(plugin(c.broken), t.TempDir)
			require.NotEmpty(t, faults)
			assert.Equal(t, c.question, faults[0].Question)
			for _, w := range c.want {
				assert.Contains(t, faults[0].String(), w)
			}
		})
	}
}

var made float64 // times that a step was traced

// inNoOrder scales by parameters that it asks for in the order of a map.
func inNoOrder(s *scope, z value) value {
	for name := range map[string]bool{"a": true, "b": true, "c": true, "d": true, "e": true, "f": true} {
		z = graph.Mul(z, s.Param(name, graph.Constant{Value: 1}, 1))
	}
	return graph.Tanh(z)
}

// An operation that is not true is found in the cell as well: each question
// that asks for something of it fails by itself.
func TestQuestions(t *testing.T) {
	for _, c := range []struct {
		question string
		broken   stranger
		want     string
	}{
		{"gradients", stranger{act: through(steepSoftsign{})}, "the gradient is wrong, asked for all inputs at once: d/d cell/weights[0] is"},
		{"engine", stranger{act: through(roughSoftsign{})}, "the compiled executor computes something else than the reference interpreter"},
		{"removal", stranger{act: through(shiftedSoftsign{})}, "it gives other results"},
		{"removal", scaled(uncut), "when only units map[cell_0:[4] cell_1:[1] embed:[0 1 2]] are kept, the step does not fit together any more"},
		{"removal", scaled(firstOnes), "it gives other results"},
		{"removal", stranger{act: through(zeroSoftsign{})}, "is certified to be removable, although its weights are not zero"},
		{"readers", stranger{act: through(zeroSoftsign{})}, "unit 1 of cell_0 is certified to be removable, although its weights"},
		{"training", stranger{act: through(&tiredSoftsign{})}, "two runs of one seed end in different weights"},
		{"training", stranger{act: through(noisyOp{})}, `evaluation is not the same for two seeds: "cell_0/h" differs`},
		{"training", stranger{act: inNoOrder}, "the step asks for its parameters in another order"},
		{"process", stranger{act: through(&tiredSoftsign{})}, "the cell depends on something that is not saved"},
	} {
		t.Run(c.question, func(t *testing.T) {
			x := newExam(plugin(c.broken), nil)
			x.temp, x.reopen = t.TempDir, func(dir string) error { return open(x.plugin, dir) }
			i := slices.IndexFunc(questions, func(q question) bool { return q.name == c.question })
			faults := x.ask(questions[i])
			require.NotEmpty(t, faults)
			assert.Contains(t, faults[0].String(), c.want)
		})
	}
}

// Cells with an operation of their own, several states, units in another order
// or a constant for each unit pass.
func TestSoundCells(t *testing.T) {
	for name, s := range map[string]stranger{
		"plain":    {},
		"softsign": {act: through(softsign{})},
		"leaky": {states: two, step: func(c *stranger, s *scope, x value, prev []value) (value, []value) {
			h, m := leaky(c, s, x, prev)
			return graph.Concat(-1, h, m), []value{h, m}
		}},
		"start at one": {states: func(n int) []core.State { return []core.State{{Name: "h", Size: n, Init: 1}} }},
		"reversed":     permuted(0, reversed),
		"scaled":       scaled(theirs),
		"two results": {act: func(s *scope, z value) value {
			n := graph.Emit(z.Graph(), pairOp{}, z)
			return graph.Sub(n.At(1), n.At(0))
		}},
		"second of two results": {act: func(s *scope, z value) value {
			return graph.Emit(z.Graph(), pairOp{}, z).At(1)
		}},
		"one number": constant(1),
		"constants": {act: func(s *scope, z value) value {
			decay := make([]float64, z.Shape().Last().Size)
			for k := range decay {
				decay[k] = 1 / float64(k+2)
			}
			return graph.Mul(graph.Tanh(z), s.Const(decay, len(decay)))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, f := range Examine(plugin(s), t.TempDir) {
				t.Error(f)
			}
		})
	}
}

// A derivation that is not the trace's is noticed.
func TestWrongDerivation(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(d *groups.Derivation, c *groups.Class) // the class of cell_0
		want   string
	}{
		{"none", func(*groups.Derivation, *groups.Class) {}, ""},
		{"entry missing", func(_ *groups.Derivation, c *groups.Class) { c.Entries = c.Entries[1:] }, "is in 0 classes, and of 1 units"},
		{"follower missing", func(_ *groups.Derivation, c *groups.Class) { c.Followers = nil }, "index 0 of axis 0 of cell_0/biases is in 0 classes"},
		{"entry shifted", func(_ *groups.Derivation, c *groups.Class) { c.Entries[0].Start++; c.Units-- }, "class cell_0 says that unit 0 owns index"},
		{"class missing", func(d *groups.Derivation, c *groups.Class) {
			d.Classes = slices.DeleteFunc(d.Classes, func(e *groups.Class) bool { return e == c })
		}, "no state of cell_0 is a class of units"},
		{"class pinned", func(_ *groups.Derivation, c *groups.Class) { c.Pins = []string{"a hand"} }, "no unit of cell_0 can ever go: [cell_0/h is held by a hand]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newExam(plugin(stranger{}), nil)
			g, err := x.stack(variant{})
			require.NoError(t, err)
			d, err := groups.Derive(g)
			require.NoError(t, err)
			i := slices.IndexFunc(d.Classes, func(c *groups.Class) bool { return c.Name == "cell_0" })
			c.change(d, d.Classes[i])
			if x.states(variant{}, d) {
				x.covered(variant{}, d)
			}
			if c.want == "" {
				assert.Empty(t, x.faults)
				return
			}
			require.NotEmpty(t, x.faults)
			assert.Contains(t, x.faults[0].String(), c.want)
		})
	}
}
