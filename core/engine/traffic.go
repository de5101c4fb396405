package engine

// WeightBytes is how many bytes of parameters the products of a run read under
// the present binding: those in loops are read at every step. Against the
// memory's bandwidth it says whether a plan is bound by memory.
func (e *Engine) WeightBytes() int64 { return e.p.root.code.weightBytes() }

func (c *code) weightBytes() (sum int64) {
	for _, stage := range c.stages {
		for _, t := range stage {
			switch s := t.step.(type) {
			case *productStep:
				sum += s.weightBytes()
			case *scanStep:
				sum += s.weightBytes()
			case *besideStep:
				for _, l := range s.loops {
					sum += l.step.(*scanStep).weightBytes()
				}
			}
		}
	}
	return sum
}

func (s *scanStep) weightBytes() int64 { return int64(s.steps) * s.body.weightBytes() }

func (s *productStep) weightBytes() (sum int64) {
	for i := range s.parts {
		if f := &s.parts[i]; f.packed != nil || f.b.buf.param {
			sum += 4 * int64(f.g.K) * int64(f.g.N)
		}
	}
	return sum
}
