package engine

import "fmt"

// besideStep runs several loops that do not wait for each other, such as the
// two directions of a bidirectional layer, each on workers of their own: no
// barrier lies between the steps of a loop, and weights stay in the cache of
// one core.
type besideStep struct {
	loops []*timed // each a scanStep
}

// beside puts the loops of a stage side by side if they share out evenly: as
// many of equal work as there are workers, or a multiple.
func (c *code) beside(workers int) {
	if workers == 1 {
		return
	}
	for i, stage := range c.stages {
		var loops, rest []*timed
		for _, t := range stage {
			if _, ok := t.step.(*scanStep); ok {
				loops = append(loops, t)
			} else {
				rest = append(rest, t)
			}
		}
		if len(loops) == 0 || len(loops)%workers != 0 || !alike(loops) {
			continue
		}
		c.stages[i] = append(rest, &timed{step: &besideStep{loops}})
	}
}

// alike reports whether loops have the same number of steps and the same
// products, and none that takes all workers.
func alike(loops []*timed) bool {
	first := ""
	for i, l := range loops {
		s := l.step.(*scanStep)
		work := fmt.Sprint(s.loop.time)
		for _, stage := range s.body.stages {
			for _, t := range stage {
				switch p := t.step.(type) {
				case *productStep:
					for _, f := range p.parts {
						if f.packed == nil {
							return false
						}
						work += fmt.Sprint(" ", f.packed.K, f.packed.N)
					}
				case *scanStep, *besideStep:
					return false
				}
			}
		}
		if i == 0 {
			first = work
		}
		if work != first {
			return false
		}
	}
	return true
}

func (s *besideStep) bind(n lengths) {
	for _, l := range s.loops {
		l.bind(n)
	}
}

func (s *besideStep) run(x *worker) {
	w, n, timing := x.w, x.n, x.timing
	x.w, x.n, x.timing = 0, 1, x.measured
	for i := w; i < len(s.loops); i += n {
		if l := s.loops[i]; x.timing {
			l.time(x, l.step, false)
		} else {
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
	return fmt.Sprintf("%d loops side by side", len(s.loops)), flops
}
