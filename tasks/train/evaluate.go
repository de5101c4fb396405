package train

import (
	"context"
	"errors"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/tasks"
)

// evaluator measures weights on a part of the data; it keeps one engine a part,
// all in one arena. The weights stay where they are.
type evaluator struct {
	problem tasks.Problem
	g       *graph.Graph
	arena   *engine.Arena
	engines map[string]*engine.Engine
}

func newEvaluator(p tasks.Problem, g *graph.Graph, arena *engine.Arena) *evaluator {
	return &evaluator{problem: p, g: Evaluation(g, p.Terms().Judged...), arena: arena, engines: map[string]*engine.Engine{}}
}

// plan plans the measuring of parts, so that the arena has room for them.
func (e *evaluator) plan(parts ...string) error {
	for _, part := range parts {
		b, err := e.problem.Part(part)
		if err != nil {
			return err
		}
		if _, err := e.engine(part, b); err != nil {
			return err
		}
	}
	return nil
}

// engine is the one that measures a part.
func (e *evaluator) engine(part string, b tasks.Batches) (*engine.Engine, error) {
	if m := e.engines[part]; m != nil {
		return m, nil
	}
	m, err := engine.New(e.g, engine.Options{Max: tasks.Largest(b), Arena: e.arena, Inference: true, Borrow: true})
	if err == nil {
		e.engines[part] = m
	}
	return m, err
}

// own is the memory that is not in the arena, in bytes.
func (e *evaluator) own() (bytes int64) {
	for _, m := range e.engines {
		bytes += m.Own()
	}
	return bytes
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
	m, err := e.engine(part, b)
	if err != nil {
		return nil, err
	}
	m.Borrow(param)
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
	arena := engine.NewArena(threads)
	defer arena.Close()
	e := newEvaluator(p, g, arena)
	return e.judge(ctx, part, func(name string) []float32 { return weights[name].Data })
}

// silent is a Reporter that says nothing.
type silent struct{}

func (silent) Begin(int, int, int, int) {}
func (silent) Progress(Progress)        {}
func (silent) Epoch(EpochMetric)        {}
func (silent) Note(string)              {}
