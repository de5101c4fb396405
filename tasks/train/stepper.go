package train

import (
	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
)

// Stepper trains a model batch by batch, without data, epochs or journal: that
// is what Train runs, and what a bench times. The caller fills the inputs of
// its engine and the weights, and calls Changed on it once before the first step.
type Stepper struct {
	arena  *engine.Arena
	own    bool // the arena is the stepper's alone
	m      *engine.Engine
	update *update
	states *states
}

// NewStepper plans the training of g for batches no larger than the given
// binding, and binds it to that: clipping, regularizers and threshold are those
// of cfg on the chosen groups. Threads 0 are all cores.
func NewStepper(g *graph.Graph, b graph.Binding, cfg tasks.Config, chosen []groups.Group, threads int) (*Stepper, error) {
	arena := engine.NewArena(threads)
	s, err := newStepper(g, b, cfg, chosen, arena)
	if err != nil {
		arena.Close()
		return nil, err
	}
	s.own = true
	return s, nil
}

// newStepper is NewStepper in an arena that others have too.
func newStepper(g *graph.Graph, b graph.Binding, cfg tasks.Config, chosen []groups.Group, arena *engine.Arena) (*Stepper, error) {
	h := Training(g, cfg.Train.Only...)
	m, err := engine.New(h, engine.Options{Max: b, Arena: arena})
	if err != nil {
		return nil, err
	}
	s := &Stepper{arena: arena, m: m, states: newStates(g, m)}
	if err = s.Bind(b); err == nil {
		s.update, err = newUpdate(g, h, m, cfg, chosen)
	}
	return s, err
}

// Engine computes the loss and its gradients.
func (s *Stepper) Engine() *engine.Engine { return s.m }

// Bind sets the lengths of the next batch; carried states go on.
func (s *Stepper) Bind(b graph.Binding) error { return s.states.bind(b) }

// Close ends the workers.
func (s *Stepper) Close() {
	if s.own {
		s.arena.Close()
	}
}

// Outcome is what a step found, before it moved the weights.
type Outcome struct {
	Cost    float64 // the loss, without penalty
	Penalty float64
	Norm    float64 // of the gradient of loss plus penalty, before clipping
}

// finite reports whether all of it are numbers.
func (o Outcome) finite() bool { return finite(o.Cost + o.Penalty + o.Norm) }

// Step trains the batch that lies in the engine's inputs and hands the carried
// states on to the next. Where the outcome is no number, weights stay as they are.
func (s *Stepper) Step(rate float64, mode graph.Mode) (o Outcome, err error) {
	if err := s.m.Run(mode); err != nil {
		return o, err
	}
	o.Cost = float64(s.m.Output("loss")[0])
	if o.Norm, o.Penalty = s.update.gradient(); !o.finite() {
		return o, nil
	}
	s.update.apply(rate, o.Norm, mode.Step)
	s.states.carry()
	return o, nil
}
