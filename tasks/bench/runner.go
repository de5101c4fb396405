package bench

import (
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// runner runs one model over and over.
type runner struct {
	kind    Kind
	graph   *graph.Graph // what is computed, without gradients
	binding graph.Binding
	engine  *engine.Engine
	peak    *peak
	tokens  int // in a run
	bind    func(b graph.Binding) error
	run     func() error
	close   func()
}

// newRunners are the runners of models, which end closes.
func newRunners(models []Model, o Options) (list []*runner, end func(), err error) {
	end = func() {
		for _, r := range list {
			r.close()
		}
	}
	for _, m := range models {
		r, err := newRunner(m, o)
		if err != nil {
			end()
			return nil, nil, fmt.Errorf("bench: %s: %w", m.Name, err)
		}
		list = append(list, r)
	}
	return list, end, nil
}

func newRunner(m Model, o Options) (*runner, error) {
	b := binding(m, o)
	if m.Examples != nil {
		b = tasks.Largest(m.Examples)
	}
	r := &runner{binding: b, tokens: b["time"] * b["batch"]}
	var err error
	if m.Training != nil {
		err = r.train(m, o, b)
	} else {
		err = r.infer(m, o, b)
	}
	if err != nil {
		return nil, err
	}
	if err = r.weights(m, o); err == nil && m.Examples == nil {
		err = r.inputs(o, b)
	}
	if err != nil {
		r.close()
		return nil, err
	}
	r.peak = newPeak(r.engine.Team().N())
	return r, nil
}

func (r *runner) infer(m Model, o Options, b graph.Binding) (err error) {
	r.kind, r.graph = Inference, inference(m.Graph, m.Terms.Answers)
	if r.engine, err = engine.New(r.graph, engine.Options{Max: b, Threads: o.Threads, Inference: true}); err != nil {
		return err
	}
	r.bind, r.run, r.close = r.engine.Bind, func() error { return r.engine.Run(graph.Mode{}) }, r.engine.Close
	return nil
}

func (r *runner) train(m Model, o Options, b graph.Binding) error {
	r.kind, r.graph = Train, train.Evaluation(m.Graph)
	t := m.Training
	s, err := train.NewStepper(m.Graph, b, t.Config, t.Groups, o.Threads)
	if err != nil {
		return err
	}
	r.engine, r.bind, r.close = s.Engine(), s.Bind, s.Close
	mode, rate := graph.Mode{Training: true, Seed: o.Seed}, t.Config.Rate(0)
	r.run = func() error {
		_, err := s.Step(rate, mode)
		mode.Step++
		return err
	}
	return nil
}

// passes is how many times the multiply-adds of inference a run makes.
func (r *runner) passes() int {
	if r.kind == Train {
		return 3 // forward, and for each product two of its size backward
	}
	return 1
}

// allocs counts what a run allocates on the heap. What others in the process
// allocate meanwhile, the collector among them, counts too, so the least of a few
// tries is taken.
func (r *runner) allocs() (least float64, err error) {
	const tries, runs = 5, 3
	var before, after runtime.MemStats
	for i := range tries {
		runtime.ReadMemStats(&before)
		for range runs {
			if err := r.run(); err != nil {
				return 0, err
			}
		}
		runtime.ReadMemStats(&after)
		if n := float64(after.Mallocs-before.Mallocs) / runs; i == 0 || n < least {
			least = n
		}
		if least == 0 {
			break
		}
	}
	return least, nil
}

// result is what is known of a model without its times, but for the peak.
func (r *runner) result(m Model) Result {
	return Result{
		Name: m.Name, Kind: r.kind, Threads: r.engine.Team().N(), Weights: core.Weights(m.Graph),
		Peak: r.peak.best, Memory: r.engine.Memory(), Paper: Published{m.Paper.Name, m.Paper.Weights, m.Paper.MS},
	}
}

// explain times the steps of the plan under the present binding, in so many runs,
// writes it, and returns its pieces and the milliseconds of these runs together.
func (r *runner) explain(name string, w io.Writer, runs int) (pieces []engine.Piece, took float64, err error) {
	r.engine.Measure(true)
	defer r.engine.Measure(false)
	r.engine.Changed() // inference packs, too, though once
	for range runs {
		took += timed(func() { err = r.run() })
		if err != nil {
			return nil, 0, err
		}
	}
	fmt.Fprintf(w, "\n%s\n", name)
	r.engine.Explain(w)
	fmt.Fprintf(w, "a run took %.3f ms, what lies outside the plan included: %s\n", took/float64(runs), outside[r.kind])
	return r.engine.Pieces(), took, nil
}

// outside says what of a run is no step of the engine's plan.
var outside = map[Kind]string{
	Inference: "ids are checked, answers that do not lie in one piece copied",
	Train:     "the norm of the gradient, the update of the weights, the penalty",
}

// inference is the part of a model that answers: no loss, no targets. A model
// without a loss is all answer.
func inference(g *graph.Graph, answers []string) *graph.Graph {
	if !slices.Contains(g.Names, "loss") {
		return g
	}
	if len(answers) == 0 {
		answers = []string{"logits"}
	}
	return graph.Subset(g, slices.Concat(answers, train.Carried(g))...)
}

// binding gives every axis of a model's inputs its length: the batch, the time
// steps for any other, unless the model says another.
func binding(m Model, o Options) graph.Binding {
	b := graph.Binding{"time": o.Steps}
	for _, v := range m.Graph.Inputs {
		for _, d := range v.Shape() {
			if !d.IsFixed() {
				b[d.Sym] = o.Steps
			}
		}
	}
	b["batch"] = o.Batch
	maps.Copy(b, m.Binding)
	return b
}
