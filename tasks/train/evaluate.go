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

func newEvaluator(p tasks.Problem, g *graph.Graph, threads int) *evaluator {
	return &evaluator{problem: p, g: Evaluation(g, p.Terms().Judged...), threads: threads, engines: map[string]*engine.Engine{}}
}

// score is what a judge says of a part.
func (e *evaluator) score(ctx context.Context, part string, param func(name string) []float32) (tasks.Score, error) {
	judge, err := e.judge(ctx, part, param)
	if err != nil {
		return tasks.Score{}, err
	}
	return judge.Score(), nil
}

// judge runs a part without dropout, states at their start before the first
// batch, then carried, before a judge.
func (e *evaluator) judge(ctx context.Context, part string, param func(name string) []float32) (tasks.Judge, error) {
	b, err := e.problem.Part(part)
	if err != nil {
		return nil, err
	}
	m, ok := e.engines[part]
	if !ok {
		if m, err = engine.New(e.g, engine.Options{Max: tasks.Largest(b), Threads: e.threads, Inference: true}); err != nil {
			return nil, err
		}
		e.engines[part] = m
	}
	for _, p := range e.g.Params {
		copy(m.Param(p.Name), param(p.Name))
	}
	m.Changed()
	judge, states := e.problem.Judge(part), newStates(e.g, m)
	for i := range b.Len() {
		if err := ctx.Err(); err != nil {
			if errors.Is(err, context.Canceled) {
				err = ErrStopped
			}
			return nil, err
		}
		if err := states.bind(b.Binding(i)); err != nil {
			return nil, err
		}
		b.Load(i, m)
		if err := m.Run(graph.Mode{}); err != nil {
			return nil, err
		}
		judge.See(i, m)
		states.carry()
	}
	return judge, nil
}

func (e *evaluator) close() {
	for _, m := range e.engines {
		m.Close()
	}
}

// Evaluate measures a model with the given weights on part "valid" or "test".
// g is the model's graph, cut or whole.
func Evaluate(ctx context.Context, p tasks.Problem, g *graph.Graph, weights map[string]tensor.Dense[float32], part string, threads int) (tasks.Score, error) {
	judge, err := Judged(ctx, p, g, weights, part, threads)
	if err != nil {
		return tasks.Score{}, err
	}
	return judge.Score(), nil
}

// Judged is Evaluate for who wants to know more than the score: the judge that
// has seen it all.
func Judged(ctx context.Context, p tasks.Problem, g *graph.Graph, weights map[string]tensor.Dense[float32], part string, threads int) (tasks.Judge, error) {
	e := newEvaluator(p, g, threads)
	defer e.close()
	return e.judge(ctx, part, func(name string) []float32 { return weights[name].Data })
}

// silent is a Reporter that says nothing.
type silent struct{}

func (silent) Begin(int, int, int, int) {}
func (silent) Progress(Progress)        {}
func (silent) Epoch(EpochMetric)        {}
func (silent) Note(string)              {}
