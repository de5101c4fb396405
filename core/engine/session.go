package engine

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// Session is a compiled model for serving: it carries its states from run to
// run, and the number of streams it runs side by side may change between runs,
// up to a maximum. Nothing allocates after NewSession: not a run, not a change of
// lengths, not a stream that begins.
//
// A Session belongs to one goroutine at a time; several sessions, of the same
// graph or of others, run in several goroutines beside each other.
type Session struct {
	*Engine
	states []sessionState
}

// sessionState is a state between runs: axis 0 are the streams.
type sessionState struct {
	op   *graph.InputOp
	row  []graph.Dim // of one stream
	now  []float32   // the engine's input at the present lengths
	kept []float32   // a copy while lengths change
}

var _ graph.Machine[float32] = (*Session)(nil)

// NewSession plans g for inference, for lengths up to those in opt.Max. Every
// state of g needs an output of its name, and streams on its first axis.
// Parameters are zero; write them through Param, then call Changed.
func NewSession(g *graph.Graph, opt Options) (*Session, error) {
	s := &Session{}
	for _, v := range g.Inputs {
		op := v.Node.Op.(*graph.InputOp)
		if op.Role != graph.Carried {
			continue
		}
		if !slices.Contains(g.Names, op.Label) {
			return nil, fmt.Errorf("engine: %s: state %q has no output of its name to go on with; outputs: %q", g.Name, op.Label, g.Names)
		}
		if len(op.Shape) == 0 {
			return nil, fmt.Errorf("engine: %s: state %q is one number; its first axis must be the streams", g.Name, op.Label)
		}
		s.states = append(s.states, sessionState{op: op, row: op.Shape[1:]})
	}
	opt.Inference = true
	e, err := New(g, opt)
	if err != nil {
		return nil, err
	}
	s.Engine = e
	for i := range s.states {
		k := &s.states[i]
		k.kept = make([]float32, 0, len(e.p.inputs[k.op.Label].floats))
	}
	return s, nil
}

// Bind sets the lengths of the runs that follow. Streams keep their numbers:
// where there are fewer, the last ones end; where there are more, new ones
// begin behind the others. A length beyond the maximum is an error and changes
// nothing.
func (s *Session) Bind(b graph.Binding) error {
	for i := range s.states {
		s.states[i].kept = append(s.states[i].kept[:0], s.states[i].now...)
	}
	if err := s.Engine.Bind(b); err != nil {
		return err
	}
	for i := range s.states {
		k := &s.states[i]
		k.now = s.Floats(k.op.Label)
		k.begin(copy(k.now, k.kept))
	}
	return nil
}

// begin sets a state's values from position i on to those before the first run.
func (k *sessionState) begin(i int) { fill(k.now[i:], float32(k.op.Start)) }

// Begin starts the given stream afresh: another text. It panics if there is no
// such stream.
func (s *Session) Begin(stream int) {
	for i := range s.states {
		k := &s.states[i]
		n := s.width(k)
		if stream < 0 || stream*n >= len(k.now) {
			panic(fmt.Errorf("engine: %s: no stream %d: the batch has %d", s.g.Name, stream, len(k.now)/n))
		}
		fill(k.now[stream*n:][:n], float32(k.op.Start))
	}
}

// width is the number of values that a stream has in a state.
func (s *Session) width(k *sessionState) int {
	n := 1
	for _, d := range k.row {
		n *= s.p.syms.size(d).at(s.bound)
	}
	return n
}

// Run answers what lies in the inputs and carries the states on. After an error
// they are what they were.
func (s *Session) Run(m graph.Mode) error {
	if err := s.Engine.Run(m); err != nil {
		return err
	}
	for i := range s.states {
		copy(s.states[i].now, s.Output(s.states[i].op.Label))
	}
	return nil
}

func fill(x []float32, v float32) {
	for i := range x {
		x[i] = v
	}
}
