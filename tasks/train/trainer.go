package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
)

// trainer is a training under way.
type trainer struct {
	Options
	*Stepper
	arena *engine.Arena // of the stepper and the evaluator
	g     *graph.Graph  // the model
	eval  *evaluator
	items int // in the batches of the epoch that are done
	at    position
	units map[string][2]int
	saved time.Time
	best  map[string]tensor.Dense[float32] // weights of the best epoch; nil: none is kept
	of    map[string]int                   // units of each group at first

	frozen map[string]tensor.Dense[float32] // under train.freeze or seal_only: 0 where a weight stays zero
}

// Train trains to the end of the configured epochs, or until "valid" has not got
// better for train.patience of them, evaluating "valid" after each and "test"
// after the last, if that is other data; with train.keep_best the weights are
// those of the best epoch. It returns ErrStopped when ctx is
// done, with everything saved, and a *DivergedError when the loss is no number.
func Train(ctx context.Context, o Options) (*Result, error) {
	t, err := newTrainer(o)
	if err != nil {
		return nil, err
	}
	defer t.arena.Close()
	for t.at.Epoch < o.Config.Train.Epochs && t.stalled() == "" {
		if err := t.epoch(ctx); err != nil {
			return nil, err
		}
	}
	if why := t.stalled(); why != "" && !t.at.Finished {
		t.Report.Note(why)
	}
	return t.finish(ctx)
}

func newTrainer(o Options) (t *trainer, err error) {
	t = &trainer{Options: o, g: o.Graph, saved: time.Now()}
	if t.g == nil {
		t.g = o.Problem.Graph()
	}
	if t.Report == nil {
		t.Report = silent{}
	}
	if t.SaveEvery == 0 {
		t.SaveEvery = 5 * time.Minute
	}
	b := o.Problem.Train(0)
	if b.Len() == 0 {
		return nil, errors.New("train: there is no batch to train on")
	}
	arena := engine.NewArena(o.Threads)
	defer func() {
		if err != nil {
			arena.Close()
		}
	}()
	t.arena = arena
	if err := t.plan(b, t.Groups); err != nil {
		return nil, err
	}
	if err := t.checkShrink(); err != nil {
		return nil, err
	}
	if err := t.begin(); err != nil {
		return nil, err
	}
	t.Report.Note(fmt.Sprintf("training needs %v", t.needs()))
	return t, nil
}

// begin makes the weights those to start from.
func (t *trainer) begin() error {
	if t.Resume {
		return t.load()
	}
	if err := t.initialise(); err != nil || t.Init == nil {
		return err
	}
	return t.save() // else a run that is killed early would not know what it started from
}

// plan plans the training and the measuring of the model in the arena, which
// has the memory of what was there before only once that is forgotten.
func (t *trainer) plan(b tasks.Batches, chosen []groups.Group) (err error) {
	t.Stepper, t.eval = nil, nil
	t.arena.Reset()
	t.eval = newEvaluator(t.Problem, t.g, t.arena)
	if err := t.eval.plan(t.parts()...); err != nil {
		return err
	}
	t.Stepper, err = newStepper(t.g, tasks.Largest(b), t.Config, chosen, t.arena)
	return err
}

// parts are those of the data that training measures the model on.
func (t *trainer) parts() []string {
	list := []string{"valid"}
	if part := t.Config.ReportedPart("valid"); part != "valid" {
		list = append(list, part)
	}
	if !t.Problem.Terms().TestIsValid {
		list = append(list, "test")
	}
	return list
}

// initialise draws the initial weights, or takes the given ones.
func (t *trainer) initialise() error {
	for _, p := range t.g.Params {
		w := t.m.Param(p.Name)
		if t.Init == nil {
			p.Init.Fill(w, p.Shape, rng.New(t.Config.Seed, "init/"+p.Name))
			continue
		}
		d, ok := t.Init[p.Name]
		if !ok || len(d.Data) != len(w) {
			return fmt.Errorf("train: the initial weights have no %q of shape %v", p.Name, graph.Of(p.Shape...))
		}
		copy(w, d.Data)
	}
	t.m.Changed()
	t.update.startAverages()
	t.freeze()
	return nil
}

func (t *trainer) epoch(ctx context.Context) error {
	b := t.Problem.Train(t.at.Epoch)
	t.items = tasks.Items(b, t.at.Batch)
	rate := t.Config.Rate(t.at.Epoch)
	t.Report.Begin(t.at.Epoch, t.Config.Train.Epochs, b.Len(), t.at.Batch)
	if t.at.Batch == 0 {
		t.states.reset()
	}
	for t.at.Batch < b.Len() {
		if ctx.Err() != nil {
			return errors.Join(ErrStopped, t.save())
		}
		if time.Since(t.saved) > t.SaveEvery {
			if err := t.save(); err != nil {
				return err
			}
		}
		if err := t.step(b, rate); err != nil {
			return err
		}
	}
	return t.endEpoch(ctx, rate)
}

// step trains one batch.
func (t *trainer) step(b tasks.Batches, rate float64) error {
	start := time.Now()
	if err := t.Bind(b.Binding(t.at.Batch)); err != nil {
		return err
	}
	b.Load(t.at.Batch, t.m)
	o, err := t.Step(rate, graph.Mode{Training: true, Seed: t.Config.Seed, Step: t.at.Step})
	if err != nil {
		return err
	}
	if !o.finite() {
		return &DivergedError{Step: t.at.Step, Epoch: t.at.Epoch, Cost: o.Cost, GradNorm: o.Norm}
	}
	if t.at.Step%metricEvery == 0 {
		m := StepMetric{Kind: "step", Step: t.at.Step, Epoch: t.at.Epoch, Cost: o.Cost, Penalty: o.Penalty, Terms: t.update.told(), GradNorm: o.Norm, Rate: rate}
		if err := t.append(m); err != nil {
			return err
		}
	}
	t.at.NLL += o.Cost * float64(b.Binding(t.at.Batch)["batch"])
	t.items += b.Items(t.at.Batch)
	t.at.Batch++
	t.at.Step++
	t.at.Revivals += t.update.revivals()
	if err := t.shrink(); err != nil {
		return err
	}
	t.at.InEpoch += time.Since(start).Seconds()
	t.Report.Progress(Progress{
		Batch: t.at.Batch, Cost: o.Cost, Train: t.train(), Speed: t.speed(), Units: t.units, Penalty: o.Penalty, Norm: o.Norm,
	})
	if t.at.Step == forecastAfter {
		t.forecast(b)
	}
	return nil
}

// speed is the epoch's so far, in items a second of the steps, whoever took them.
func (t *trainer) speed() float64 { return float64(t.items) / t.at.InEpoch }

// train is what the loss of the epoch so far says.
func (t *trainer) train() tasks.Score {
	return t.Problem.Terms().OfLoss(t.at.NLL/float64(t.items), t.items)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

const (
	metricEvery   = 100 // steps between step metrics
	forecastAfter = 20  // steps until the forecast
)

func (t *trainer) endEpoch(ctx context.Context, rate float64) error {
	start := time.Now()
	valid, err := t.eval.score(ctx, "valid", t.update.tested)
	if err != nil {
		return errors.Join(err, t.save())
	}
	took := time.Since(start).Seconds()
	mine := t.train()
	if !mine.Finite() || !valid.Finite() {
		return &DivergedError{Step: t.at.Step, Epoch: t.at.Epoch, Cost: max(mine.Loss, valid.Loss), GradNorm: math.NaN()}
	}
	t.units = t.left()
	penalty, terms := t.update.penalties()
	m := EpochMetric{
		Kind: "epoch", Epoch: t.at.Epoch, Step: t.at.Step, Rate: rate, Train: mine, Valid: valid, Units: t.units,
		Perplexity: mine.Values["perplexity"], Penalty: penalty, Terms: terms,
		Speed: t.speed(), Seconds: t.at.InEpoch, Evaluation: took, Best: t.consider(valid), Revivals: t.at.Revivals,
	}
	t.at.Revivals = 0
	if err := t.append(m); err != nil {
		return err
	}
	t.Report.Epoch(m)
	t.at.Epoch++
	t.at.Items += t.items
	t.at.Seconds += t.at.InEpoch
	t.at.Batch, t.at.NLL, t.at.InEpoch, t.at.Valid = 0, 0, 0, valid
	return t.save()
}

func (t *trainer) finish(ctx context.Context) (*Result, error) {
	if !t.at.Finished {
		t.update.takeAverages()
	}
	t.takeBest()
	if part := t.Config.ReportedPart("valid"); part != "valid" && !t.at.Finished {
		valid, err := t.eval.score(ctx, part, t.m.Param)
		if err != nil {
			return nil, err
		}
		if err := t.append(EvalMetric{Kind: "eval", Part: part, Epoch: t.last(), Score: valid}); err != nil {
			return nil, err
		}
		t.at.Valid = valid
	}
	test := t.at.Valid
	if !t.Problem.Terms().TestIsValid {
		var err error
		if test, err = t.eval.score(ctx, "test", t.m.Param); err != nil {
			return nil, err
		}
	}
	var peak int64 // a run that is finished already was not trained by this process
	if !t.at.Finished {
		peak = peakMemory()
		if err := t.append(EvalMetric{Kind: "eval", Part: "test", Epoch: t.last(), Score: test, Peak: peak}); err != nil {
			return nil, err
		}
		t.at.Finished = true
		if err := t.save(); err != nil {
			return nil, err
		}
	}
	r := &Result{
		Graph: t.g, Tensors: t.tensors(t.m.Param), Valid: t.at.Valid, Test: test, Units: t.left(),
		Steps: t.at.Step, Seconds: t.at.Seconds, Peak: peak, Stopped: t.stalled(),
	}
	r.Speed = float64(t.at.Items) / t.at.Seconds
	return r, nil
}

func (t *trainer) append(metric any) error {
	if t.Journal == nil {
		return nil
	}
	return t.Journal.Append(metric)
}
