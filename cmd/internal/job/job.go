// Package job is what iss train does from end to end: train, train the dense
// twin where that belongs to the job, cut out the units that died, verify,
// measure, tell.
//
//	j, err := job.New(finder, options)     // nothing is started or written yet
//	summary, err := j.Run(ctx)
//	summary.Write(os.Stdout)
//
// A run that was stopped goes on with job.Resume. Cutting, verifying and
// measuring are here for the commands compact, verify and bench too.
package job

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/runs"
	"github.com/seed391906a2/iss/tasks/train"
)

// Options say what is trained and how it is told of.
type Options struct {
	Config  tasks.Config
	Model   string // what the configuration was called on the command line
	Author  tasks.Author
	Dir     string // of the run; "": the next one of its preset
	Init    map[string]tensor.Dense[float32]
	Threads int
	Compact bool // cut, where there is a regulariser
	Rounds  int  // of timing; 0: no timing

	Say    func(format string, args ...any)
	Report func(label string, terms tasks.Terms) Reporter
}

// Reporter shows how a training goes until it is closed.
type Reporter interface {
	train.Reporter
	Close()
}

// Names of the runs inside a run.
const (
	CompactName = "compact"
	denseName   = "dense"
)

// Job is a training with all that belongs to it.
type Job struct {
	Options
	finder *model.Finder
	model  *model.Model
	run    *runs.Run
	resume bool // the run has a checkpoint to go on from
}

// New opens the data and makes the run's folder. Errors before that are those
// of what was typed or written and wrap ErrWrong.
func New(f *model.Finder, o Options) (*Job, error) {
	m, err := f.Of(o.Config.Preset, o.Config)
	if err != nil {
		return nil, wrong(err)
	}
	m.Author = o.Author
	problem, err := m.Problem()
	if err != nil {
		return nil, wrong(err)
	}
	chosen, err := m.Groups()
	if err != nil {
		return nil, wrong(err)
	}
	if err := m.Regularizers(); err != nil {
		return nil, wrong(err)
	}
	if o.Config.Train.Freeze != "" && o.Init == nil {
		return nil, wrong(m.Fault("/train/freeze", "it keeps the zeros of weights that are trained already; name them with --init RUN"))
	}
	findings, err := lint(m, o.Model)
	if err != nil {
		return nil, wrong(err)
	}
	g, err := m.Graph()
	if err != nil {
		return nil, wrong(err)
	}
	if _, err := groups.NewThreshold(g, chosen, o.Config.ISS.TauOn, o.Config.ISS.Tau); err != nil {
		return nil, wrong(err)
	}
	if o.Init != nil {
		if err := runs.CheckInit(g.Params, o.Init); err != nil {
			return nil, wrong(err)
		}
	}
	files, err := runFiles(o.Config, problem)
	if err != nil {
		return nil, wrong(err)
	}
	run, err := runs.Create(o.Dir, runs.Info{Config: o.Config, Data: runs.DataOf(problem.Data())}, files)
	if errors.As(err, new(*runs.TakenError)) || errors.As(err, new(*runs.HeldError)) {
		return nil, wrong(err)
	}
	if err != nil {
		return nil, err
	}
	for _, note := range problem.Data().Notes {
		o.Say("%s", note)
	}
	for _, line := range findings {
		o.Say("%s", line)
	}
	return &Job{Options: o, finder: f, model: m, run: run}, nil
}

// Resume opens a run that was stopped. What it trains is in its run.json; of
// the options only those of telling and timing count.
func Resume(f *model.Finder, dir string, o Options) (*Job, error) {
	m, err := f.Run(dir)
	if err != nil {
		return nil, wrong(err)
	}
	if m.Run.Info().Finished != nil {
		return nil, wrong(fmt.Errorf("%s is finished; there is nothing to resume", dir))
	}
	problem, err := m.Problem()
	if err != nil {
		return nil, wrong(err)
	}
	if !m.SameData() {
		return nil, wrong(fmt.Errorf("%s was trained on other data (SHA-256 %.12s…) than %s are now (%.12s…); put the old ones back, or train anew",
			dir, m.Run.Info().Data.SHA256, problem.Data().Name, problem.Data().SHA256))
	}
	run, resume, err := reopen(dir)
	if err != nil {
		return nil, err
	}
	for _, note := range run.Notes() {
		o.Say("%s", note)
	}
	j := &Job{Options: o, finder: f, model: m, run: run, resume: resume}
	j.Config = m.Config
	return j, nil
}

// Dir is the folder of the run.
func (j *Job) Dir() string { return j.run.Dir() }

// ErrWrong marks errors of what was typed or written; nothing was started.
var ErrWrong = errors.New("nothing was started")

// wrongError is an error that errors.Is takes for ErrWrong and that reads as
// it is.
type wrongError struct{ error }

func (e wrongError) Is(target error) bool { return target == ErrWrong }
func (e wrongError) Unwrap() error        { return e.error }

func wrong(err error) error { return wrongError{err} }

// Run trains to the end and does all that follows. It unlocks the run.
func (j *Job) Run(ctx context.Context) (s *Summary, err error) {
	defer func() { err = errors.Join(err, j.run.Close()) }()
	s, err = newSummary(j.model, j.Dir())
	if err != nil {
		return nil, err
	}
	dense, err := j.dense(ctx)
	if err != nil {
		return nil, err
	}
	if dense != nil {
		s.Models = append(s.Models, dense)
	}
	mine, result, err := j.train(ctx, j.model, j.run, j.resume)
	if err != nil {
		return nil, err
	}
	s.Models = append(s.Models, mine)
	if err := j.run.Finish(resultMap(mine, result)); err != nil {
		return nil, err
	}
	if err := j.conclude(ctx, s, mine); errors.Is(err, train.ErrStopped) || errors.Is(err, context.Canceled) {
		return nil, ErrTrained
	} else if err != nil {
		return nil, err
	}
	return s, nil
}

// ErrTrained says that a job was stopped when its training was finished and
// saved.
var ErrTrained = errors.New("stopped; the training is finished and saved")

// conclude cuts, measures at the threshold of a test and times what was trained.
func (j *Job) conclude(ctx context.Context, s *Summary, mine *Measured) error {
	m, err := j.finder.Run(j.Dir())
	if err != nil {
		return err
	}
	if j.Config.ISS.Sparse() || j.Config.Train.Freeze != "" {
		mine.Kind = "sparse"
		if j.Compact {
			if err := j.cut(ctx, s, m); err != nil {
				return err
			}
		}
	}
	if tau := j.Config.ISS.TestTau; tau > 0 {
		trained := map[string]tasks.Score{"valid": mine.Valid, "test": mine.Test}
		if mine.Thresholded, err = AtTau(ctx, m, tau, trained, j.Threads); err != nil {
			return err
		}
	}
	if j.Rounds == 0 {
		return nil
	}
	j.Say("timing")
	return Time(ctx, s.Models, s.terms, j.Rounds, j.Threads)
}

// cut makes RUN/compact of a trained run, m.
func (j *Job) cut(ctx context.Context, s *Summary, m *model.Model) error {
	c, err := Cut(m, CutOptions{Dir: filepath.Join(j.Dir(), CompactName), Threads: j.Threads})
	if errors.Is(err, ErrNothingToCut) {
		if s := j.Config.ISS.Shrink; s == nil || s.SealOnly { // else they are gone already
			j.Say("%v", err)
		}
		return nil
	}
	if err != nil {
		return err
	}
	small, err := c.Measure(ctx)
	if err != nil {
		return err
	}
	if err := c.Write(small); err != nil {
		return err
	}
	s.Models, s.Cut = append(s.Models, small), c
	return nil
}
