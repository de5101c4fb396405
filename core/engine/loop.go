package engine

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
)

// scanStep is a loop: the initial states are put in place, then the body runs
// once for each time step.
type scanStep struct {
	loop  *loop
	init  []moveStep // of the states
	packs []*pack    // of what is captured
	body  *code

	steps int
}

func (b *block) scanStep(n *node) step {
	s := &scanStep{loop: n.loop, packs: n.body.packs, body: &n.body.code}
	seqs := n.op.(*graph.ScanOp).Seqs
	for i, st := range n.states {
		s.init = append(s.init, moveStep{in: n.in[seqs+i].view(), out: st.first()})
	}
	return s
}

func (s *scanStep) bind(n lengths) {
	s.steps = s.loop.time.at(n)
	for i := range s.init {
		s.init[i].bind(n)
	}
	for _, p := range s.packs {
		p.bind(n)
	}
	s.body.bind(n)
}

func (s *scanStep) run(x *worker) {
	for i := range s.init {
		s.init[i].run(x)
	}
	x.pack(s.packs)
	level := s.loop.level
	for k := range s.steps {
		x.count[level], x.time[level] = k, k
		if s.loop.reverse {
			x.time[level] = s.steps - 1 - k
		}
		s.body.run(x)
	}
}

func (s *scanStep) about() (string, float64) {
	flops := 0.0
	for _, stage := range s.body.stages {
		for _, t := range stage {
			_, f := t.about()
			flops += f
		}
	}
	what := "loop"
	if s.loop.reverse {
		what = "loop backwards"
	}
	return fmt.Sprintf("%s over %d steps, %d stages", what, s.steps, len(s.body.stages)), flops * float64(s.steps)
}
