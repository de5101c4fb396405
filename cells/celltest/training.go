package celltest

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
)

// askTraining: some steps of training from one seed end in the same weights, to
// the last bit, each time that the cell is made and traced, and evaluation draws
// nothing.
func (x *exam) askTraining() {
	for _, v := range slices.Concat(x.variants()[:1], x.everywhere()) {
		for _, demand := range []func(variant) error{x.keepsOrder, x.repeats, x.drawsNothing} {
			if err := demand(v); err != nil {
				x.faultf(v, "%v", err)
				return
			}
		}
	}
}

// keepsOrder compares the parameters of some traces.
func (x *exam) keepsOrder(v variant) error {
	first := ""
	for range 8 {
		delete(x.stacks, v.name) // traced anew
		g, err := x.stack(v)
		if err != nil {
			return err
		}
		now := ""
		for _, p := range g.Params {
			now += fmt.Sprintln(p.Name, p.Shape)
		}
		if first == "" {
			first = now
		}
		if now != first {
			return errors.New("the step asks for its parameters in another order, or for others, each time that it is traced; a range over a map has no order")
		}
	}
	return nil
}

// repeats compares two runs of training.
func (x *exam) repeats(v variant) error {
	first, err := x.train(v)
	if err != nil {
		return err
	}
	again, err := x.train(v)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(first)) {
		if !slices.Equal(first[name], again[name]) {
			return fmt.Errorf("two runs of one seed end in different weights: %s differs after three steps. Look for a step that depends on something else than its inputs", name)
		}
	}
	return nil
}

// drawsNothing compares two evaluations that differ in seed and step.
func (x *exam) drawsNothing(v variant) error {
	g, err := x.stack(v)
	if err != nil {
		return err
	}
	ts := weights(g, 4)
	want, err := play(g, ts, graph.Mode{})
	if err != nil {
		return err
	}
	got, err := play(g, ts, graph.Mode{Seed: 5, Step: 2})
	if err != nil {
		return err
	}
	for _, name := range g.Names {
		if !slices.Equal(got[name], want[name]) {
			return fmt.Errorf("evaluation is not the same for two seeds: %q differs. Only masks may depend on the seed and the step, and they are 1 there", name)
		}
	}
	return nil
}

// train takes three steps of gradient descent, states carried on.
func (x *exam) train(v variant) (map[string][]float32, error) {
	delete(x.stacks, v.name) // traced anew
	g, err := x.stack(v)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range g.Params {
		names = append(names, p.Name)
	}
	h := withGradient(g, "loss", names)
	e, err := engine.New(h, engine.Options{Max: binding, Threads: 2})
	if err != nil {
		return nil, err
	}
	defer e.Close()
	if err := load(e, h, weights(h, 8), 8); err != nil {
		return nil, err
	}
	for step := range uint64(3) {
		if err := e.Run(graph.Mode{Training: true, Seed: 9, Step: step}); err != nil {
			return nil, err
		}
		if loss := float64(e.Output("loss")[0]); math.IsNaN(loss) || math.IsInf(loss, 0) {
			return nil, fmt.Errorf("the loss is %g after %d steps of gradient descent from its initial weights and some noise", loss, step)
		}
		for _, name := range names {
			if !slices.Contains(h.Names, "d/"+name) {
				continue
			}
			for i, d := range e.Output("d/" + name) {
				e.Param(name)[i] -= 0.05 * d
			}
		}
		e.Changed()
		for _, in := range h.Inputs {
			if op := in.Node.Op.(*graph.InputOp); op.Role == graph.Carried {
				copy(e.Floats(op.Label), e.Output(op.Label))
			}
		}
	}
	out := map[string][]float32{}
	for _, name := range names {
		out[name] = slices.Clone(e.Param(name))
	}
	return out, nil
}
