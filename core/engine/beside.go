package engine

import (
	"fmt"
	"slices"
)

// besideStep runs several loops that do not wait for each other, such as the
// two directions of a bidirectional layer: each on one worker, without a barrier
// between its steps, or one after the other on all workers, whichever takes less
// under the present binding. The sizes of directions differ once units are cut out.
type besideStep struct {
	loops []*timed // each a scanStep

	beside bool
	order  []int     // of the loops, those that take longer first
	cost   []float64 // of each loop, barriers apart
	worker []int     // of each loop, if side by side
	load   []float64 // of each worker
}

// What else takes as long as how many operations of a product in a loop.
// Measured on Zen 4 with AVX-512, batch 1, 6 to 100 units: there a product makes
// 50 operations in a nanosecond, a program 4, and a barrier takes 0.2 µs.
const (
	programCost = 12
	barrierCost = 10_000
)

// beside joins the loops of a stage, if there are several and none has a step
// that takes all workers.
func (c *code) beside(workers int) {
	if workers == 1 {
		return
	}
	for i, stage := range c.stages {
		var loops, rest []*timed
		for _, t := range stage {
			if s, ok := t.step.(*scanStep); ok && s.body.lonely() {
				loops = append(loops, t)
			} else {
				rest = append(rest, t)
			}
		}
		if n := len(loops); n > 1 {
			c.stages[i] = append(rest, &timed{step: &besideStep{
				loops: loops, order: make([]int, n), cost: make([]float64, n), worker: make([]int, n), load: make([]float64, workers),
			}})
		}
	}
}

// lonely reports whether one worker can run the code by itself.
func (c *code) lonely() bool {
	for _, stage := range c.stages {
		for _, t := range stage {
			switch p := t.step.(type) {
			case *productStep:
				if slices.ContainsFunc(p.parts, func(f factorPair) bool { return f.packed == nil }) {
					return false
				}
			case *scanStep, *besideStep:
				return false
			}
		}
	}
	return true
}

func (s *besideStep) bind(n lengths) {
	barriers, all := 0.0, 0.0
	for i, l := range s.loops {
		l.bind(n)
		loop := l.step.(*scanStep)
		s.order[i], s.cost[i] = i, float64(loop.steps)*loop.body.cost()
		barriers += float64(loop.steps * len(loop.body.stages) * barrierCost)
		all += s.cost[i]
	}
	s.share()
	s.beside = slices.Max(s.load) <= all/float64(len(s.load))+barriers
}

// share gives each loop to the worker that has least to do so far, the longest
// first.
func (s *besideStep) share() {
	for n := range s.order { // a stable sort that allocates nothing
		for k := n; k > 0 && s.cost[s.order[k]] > s.cost[s.order[k-1]]; k-- {
			s.order[k], s.order[k-1] = s.order[k-1], s.order[k]
		}
	}
	clear(s.load)
	for _, i := range s.order {
		w := 0
		for k, l := range s.load {
			if l < s.load[w] {
				w = k
			}
		}
		s.worker[i] = w
		s.load[w] += s.cost[i]
	}
}

// cost is what running the code once takes one worker, in operations of a product.
func (c *code) cost() (sum float64) {
	for _, stage := range c.stages {
		for _, t := range stage {
			switch p := t.step.(type) {
			case *productStep:
				sum += p.flops()
			case *program:
				sum += programCost * p.flops()
			}
		}
	}
	return sum
}

func (s *besideStep) run(x *worker) {
	w, n, timing := x.w, x.n, x.timing
	if s.beside {
		x.w, x.n, x.timing = 0, 1, x.measured
	}
	for i, l := range s.loops {
		switch {
		case s.beside && s.worker[i] != w:
		case x.timing:
			l.time(x, l.step, false)
		default:
			l.run(x)
		}
	}
	x.w, x.n, x.timing = w, n, timing
}

func (s *besideStep) about() (string, float64) {
	flops := 0.0
	for _, l := range s.loops {
		_, f := l.about()
		flops += f
	}
	how := "one after the other"
	if s.beside {
		how = "side by side"
	}
	return fmt.Sprintf("%d loops %s", len(s.loops), how), flops
}
