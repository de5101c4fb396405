package bench

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/tasks"
)

// layerRounds is how many rounds the layers are timed in at the most.
const layerRounds = 5

// RunExamples times the models on their Examples, each of its own length: one
// after the other, all of them in a round of a model, then the next model's
// round, so that a model's weights are where they are when it answers question
// upon question. A round that is not counted comes first, and before each round
// one example. An example's time is from when its lengths are bound to when its
// answers are there, without the time in which it is read and fed; the median of
// the rounds counts. Of the options, Batch, Steps and Least mean nothing here.
//
// Layers are timed in rounds of their own behind the others, since that takes
// longer (see engine.Engine.Pieces): what they take there are shares of an
// example's time, for which the medians of the rounds count too.
func RunExamples(ctx context.Context, models []Model, o Options) (results []Result, err error) {
	if o.Rounds < 1 {
		return nil, fmt.Errorf("bench: rounds %d must be at least 1", o.Rounds)
	}
	for _, m := range models {
		if m.Examples == nil || m.Examples.Len() == 0 {
			return nil, fmt.Errorf("bench: %s has no examples", m.Name)
		}
	}
	runners, end, err := newRunners(models, o)
	if err != nil {
		return nil, err
	}
	defer end()
	answers := make([]*answering, len(models))
	for i, r := range runners {
		answers[i] = newAnswering(r, models[i])
	}
	done, all := 0, 1+o.Rounds+min(o.Rounds, layerRounds)
	each := func(rounds int, f func(a *answering, round int) error) error {
		for round := range rounds {
			for _, a := range answers {
				err := ctx.Err()
				if err == nil {
					err = f(a, round)
				}
				if err != nil {
					return fmt.Errorf("bench: %s: %w", a.model.Name, err)
				}
			}
			if done++; o.Progress != nil {
				o.Progress(done, all)
			}
		}
		return nil
	}
	if err := each(1+o.Rounds, func(a *answering, round int) error { return a.round(ctx, round > 0) }); err != nil {
		return nil, err
	}
	if err := each(min(o.Rounds, layerRounds), func(a *answering, _ int) error { return a.layersRound(ctx) }); err != nil {
		return nil, err
	}
	for _, a := range answers {
		q, err := a.finish(o)
		if err != nil {
			return nil, fmt.Errorf("bench: %s: %w", a.model.Name, err)
		}
		results = append(results, q)
	}
	return results, nil
}

// answering is a model that answers examples.
type answering struct {
	*runner
	model    Model
	examples tasks.Batches
	feed     *partly
	times    [][]float64 // ms of the rounds, by example
	layering *layering
	split    [][][]float64 // ms by example, layer and round
	tally    *tally
	measured int // examples in tally
}

func newAnswering(r *runner, m Model) *answering {
	n := m.Examples.Len()
	return &answering{
		runner: r, model: m, examples: m.Examples, feed: newPartly(r, m.Graph), times: make([][]float64, n),
		layering: newLayering(m), split: make([][][]float64, n), tally: newTally(),
	}
}

// one runs an example and says how many milliseconds it took. With measure the
// engine's pieces are timed.
func (a *answering) one(i int, measure bool) (took float64, err error) {
	b := a.examples.Binding(i)
	took = timed(func() { err = a.bind(b) })
	if err != nil {
		return 0, err
	}
	a.feed.bind(b)
	a.examples.Load(i, a.feed)
	a.engine.Measure(measure)
	took += timed(func() { err = a.run() })
	return took, err
}

// timed is how many milliseconds f takes.
func timed(f func()) float64 {
	start := time.Now()
	f()
	return time.Since(start).Seconds() * 1e3
}

// round runs all examples.
func (a *answering) round(ctx context.Context, counted bool) error {
	if _, err := a.one(0, false); err != nil {
		return err
	}
	for i := range a.times {
		took, err := a.one(i, false)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if counted {
			a.times[i] = append(a.times[i], took)
		}
	}
	for range 5 {
		a.peak.measure(a.engine.Team())
	}
	return nil
}

// layersRound runs all examples and notes where their time goes.
func (a *answering) layersRound(ctx context.Context) error {
	defer a.engine.Measure(false)
	for i := range a.times {
		took, err := a.one(i, true)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		pieces := a.engine.Pieces()
		a.split[i] = append(a.split[i], a.layering.split(pieces, took))
		a.tally.add(pieces, took)
		a.measured++
	}
	return nil
}

// finish is the result.
func (a *answering) finish(o Options) (q Result, err error) {
	q = a.result(a.model)
	untimed, split := make([]float64, len(a.times)), make([][]float64, len(a.times))
	q.Min = math.Inf(1)
	tokens, products, traffic := 0, 0, 0.0
	for i, times := range a.times {
		untimed[i], q.Min = spread(times).Median, min(q.Min, slices.Min(times))
		split[i] = a.medians(a.split[i])
		b := a.examples.Binding(i)
		tokens += tokensOf(b)
		products += core.MultAddsAt(a.graph, b)
		if err := a.bind(b); err != nil {
			return q, err
		}
		traffic += float64(a.engine.WeightBytes())
	}
	q.Examples, q.Rounds = len(untimed), len(a.times[0])
	q.Time, q.Mean = spread(untimed), mean(untimed)
	q.Tokens, q.MultAdds = tokens/q.Examples, products/q.Examples
	sum := q.Mean * float64(q.Examples)
	q.GFLOPS = 2 * float64(a.passes()) * float64(products) / sum / 1e6
	q.WeightGB = traffic / sum / 1e6
	q.Layers = a.layering.layers(split, untimed)
	if q.Allocs, err = a.allocs(); err != nil {
		return q, err
	}
	q.Work = a.tally.result(a.measured, largeProduct(a.engine.Team()))
	if o.Explain == nil {
		return q, nil
	}
	if _, err = a.one(0, false); err != nil {
		return q, err
	}
	if _, _, err = a.explain(q.Name+", the first example", o.Explain, min(explained, o.Rounds)); err != nil {
		return q, err
	}
	return q, q.Work.Write(o.Explain, fmt.Sprintf("%d examples", q.Examples))
}

// medians are those of rounds, [round][layer], by layer.
func (a *answering) medians(rounds [][]float64) []float64 {
	out := make([]float64, len(a.layering.names))
	for i := range out {
		var ms []float64
		for _, r := range rounds {
			x := 0.0
			if i < len(r) {
				x = r[i]
			}
			ms = append(ms, x)
		}
		out[i] = spread(ms).Median
	}
	return out
}

// tokensOf is how many tokens there are at a binding: the steps of all axes but
// the batch, in every row of it.
func tokensOf(b graph.Binding) int {
	sum := 0
	for axis, n := range b {
		if axis != "batch" {
			sum += n
		}
	}
	return sum * max(1, b["batch"])
}

// partly are the inputs of a graph that was cut out of another and lacks some of
// what that is fed, such as the right answers.
type partly struct {
	*runner
	whole *graph.Graph
	has   map[string]bool
	rest  *tasks.Feed
}

func newPartly(r *runner, whole *graph.Graph) *partly {
	p := &partly{runner: r, whole: whole, has: map[string]bool{}}
	for _, v := range r.graph.Inputs {
		p.has[v.Node.Op.(*graph.InputOp).Label] = true
	}
	return p
}

// bind sets the lengths of the examples that are loaded next.
func (p *partly) bind(b graph.Binding) { p.rest = tasks.NewFeed(p.whole, b) }

// Ints implements tasks.Inputs.
func (p *partly) Ints(input string) []int32 {
	if p.has[input] {
		return p.engine.Ints(input)
	}
	return p.rest.Ints(input)
}

// Floats implements tasks.Inputs.
func (p *partly) Floats(input string) []float32 {
	if p.has[input] {
		return p.engine.Floats(input)
	}
	return p.rest.Floats(input)
}
