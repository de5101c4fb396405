package train

import (
	"fmt"
	"maps"

	"github.com/seed391906a2/iss/core/graph"
)

// states carries a model's states from run to run of a machine, and binds the
// machine to what comes next without losing them.
type states struct {
	m     graph.Machine[float32]
	in    []*graph.InputOp
	bound graph.Binding
	kept  [][]float32
}

func newStates(g *graph.Graph, m graph.Machine[float32]) *states {
	s := &states{m: m}
	for _, v := range g.Inputs {
		if in := v.Node.Op.(*graph.InputOp); in.Role == graph.Carried {
			s.in = append(s.in, in)
		}
	}
	s.kept = make([][]float32, len(s.in))
	return s
}

// reset gives the states their values before the first run.
func (s *states) reset() {
	for _, in := range s.in {
		x := s.m.Floats(in.Label)
		for i := range x {
			x[i] = float32(in.Start)
		}
	}
}

// carry makes the states after a run those before the next.
func (s *states) carry() {
	for _, in := range s.in {
		copy(s.m.Floats(in.Label), s.m.Output(in.Label))
	}
}

// bind sets the lengths of the next run. States go on; it is an error if a
// state is of another size then, as of a batch with fewer rows.
func (s *states) bind(b graph.Binding) error {
	if maps.Equal(s.bound, b) {
		return nil
	}
	first := s.bound == nil
	if !first {
		for i, in := range s.in {
			s.kept[i] = append(s.kept[i][:0], s.m.Floats(in.Label)...)
		}
	}
	if err := s.m.Bind(b); err != nil {
		return err
	}
	s.bound = maps.Clone(b)
	if first {
		s.reset()
		return nil
	}
	for i, in := range s.in {
		x := s.m.Floats(in.Label)
		if len(x) != len(s.kept[i]) {
			return fmt.Errorf("train: state %q has %d values in one batch and %d in the next; batches of a model with carried states must have the same rows", in.Label, len(s.kept[i]), len(x))
		}
		copy(x, s.kept[i])
	}
	return nil
}
