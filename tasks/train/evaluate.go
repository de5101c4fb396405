package train

import (
	"context"
	"errors"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/tasks"
)

// evaluator measures weights on a part of the data; it keeps one engine a part.
type evaluator struct {
	problem tasks.Problem
	g       *graph.Graph
	threads int
	engines map[string]*engine.Engine
}

func (e *evaluator) score(ctx context.Context, part string, param func(name string) []float32) (tasks.Score, error) {
	m, ok := e.engines[part]
	if !ok {
		var err error
		m, err = engine.New(e.g, engine.Options{Max: e.problem.EvalBinding(part), Threads: e.threads, Inference: true})
		if err != nil {
			return tasks.Score{}, err
		}
		if e.engines == nil {
			e.engines = map[string]*engine.Engine{}
		}
		e.engines[part] = m
	}
	for _, p := range e.g.Params {
		copy(m.Param(p.Name), param(p.Name))
	}
	m.Changed()
	s, err := e.problem.Evaluate(part, m, ctx.Err)
	if errors.Is(err, context.Canceled) {
		err = ErrStopped
	}
	return s, err
}

func (e *evaluator) close() {
	for _, m := range e.engines {
		m.Close()
	}
}

// Evaluate measures a model with the given weights on part "valid" or "test".
// g is the model's graph, cut or whole.
func Evaluate(ctx context.Context, p tasks.Problem, g *graph.Graph, weights map[string]tensor.Dense[float32], part string, threads int) (tasks.Score, error) {
	e := &evaluator{problem: p, g: Evaluation(g), threads: threads}
	defer e.close()
	return e.score(ctx, part, func(name string) []float32 { return weights[name].Data })
}

// silent is a Reporter that says nothing.
type silent struct{}

func (silent) Begin(int, int, int, int) {}
func (silent) Progress(Progress)        {}
func (silent) Epoch(EpochMetric)        {}
func (silent) Note(string)              {}
