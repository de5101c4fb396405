package cmd

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/job"
	"github.com/seed391906a2/iss/cmd/internal/progress"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/bench"
	"github.com/seed391906a2/iss/tasks/runs"
	"github.com/seed391906a2/iss/tasks/train"
)

// trainFlags are the flags of iss train.
type trainFlags struct {
	configFlags
	out, init, resume string
	noCompact         bool
	threads           int
	format            *format
}

func (a *app) trainCommand() *cobra.Command {
	var f trainFlags
	c := &cobra.Command{
		Use:   "train [MODEL]",
		Short: "Train a model; cut, verify and time it where units are to die",
		Long: `Train a preset or a configuration file; without either, the preset demo, which
needs no data. Where a group Lasso is on, the units that died are cut out at the
end, the smaller model is proved equal and timed, and it is written as a run of
its own (RUN/compact). An interrupt saves the run; --resume goes on with it.`,
		Example: `  iss train
  iss train ptb-small-iss --data data/ptb
  iss train tiny.json --set train.epochs=3 --out runs/tiny
  iss train ptb-small-direct --data data/ptb --units-from @last
  iss train --resume runs/ptb-small-iss-1`,
		Args:              arguments(0, 1, "at most one MODEL"),
		ValidArgsFunction: a.completeModels,
	}
	f.add(c)
	flags := c.Flags()
	flags.StringVar(&f.out, "out", "", "folder of the run (default runs/PRESET-N)")
	flags.StringVar(&f.init, "init", "", "start from the weights of a RUN or a safetensors file")
	flags.StringVar(&f.resume, "resume", "", "go on with the stopped run in this folder")
	flags.BoolVar(&f.noCompact, "no-compact", false, "do not cut the dead units out at the end")
	threadsFlag(c, &f.threads)
	f.format = formatFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error { return a.train(c.Context(), c, &f, args) }
	return c
}

func (a *app) train(ctx context.Context, c *cobra.Command, f *trainFlags, args []string) error {
	if err := sensibleThreads(c, f.threads); err != nil {
		return err
	}
	o := job.Options{
		Dir: f.out, Threads: f.threads, Compact: !f.noCompact, Rounds: bench.Paper.Rounds, Say: a.Say,
		Report: func(label string, terms tasks.Terms) job.Reporter {
			return progress.New(a.Err, label, terms, 30*time.Second)
		},
	}
	var j *job.Job
	var err error
	if f.resume != "" {
		j, err = a.resume(c, f, args, o)
	} else {
		j, err = a.start(c, f, args, o)
	}
	if err != nil {
		return jobError(err, "")
	}
	a.warnOfSlowKernels()
	a.Say("run: %s", j.Dir())
	s, err := j.Run(ctx)
	if err != nil {
		return jobError(err, j.Dir())
	}
	if *f.format == "json" {
		return a.JSON(s)
	}
	return s.Write(a.Out)
}

// start makes a new run.
func (a *app) start(c *cobra.Command, f *trainFlags, args []string, o job.Options) (*job.Job, error) {
	name := "demo"
	if len(args) > 0 {
		name = args[0]
	}
	m, err := a.find(name, &f.sets)
	if err != nil {
		return nil, err
	}
	if m.Run != nil {
		return nil, wrongf("%s is a run; to go on with it: iss train --resume %s; to start from its weights: --init %s", name, m.Name, m.Name)
	}
	if o.Config, err = a.configured(c, &f.configFlags, m.Config); err != nil {
		return nil, err
	}
	o.Model, o.Author = name, m.Author
	if o.Init, err = a.takeInit(&o.Config, f.init); err != nil {
		return nil, wrong(err)
	}
	return job.New(a.Finder, o)
}

// resume opens a run that was stopped.
func (a *app) resume(c *cobra.Command, f *trainFlags, args []string, o job.Options) (*job.Job, error) {
	if len(args) > 0 {
		return nil, wrongf("--resume takes everything from the run, so %s cannot be given too", args[0])
	}
	for _, name := range append(f.names(), "out", "init") {
		if c.Flags().Changed(name) {
			return nil, wrongf("--resume takes everything from the run, so --%s cannot be given too", name)
		}
	}
	dir, err := runs.FindRun(f.resume, nil)
	if err != nil {
		return nil, wrong(err)
	}
	return job.Resume(a.Finder, dir, o)
}

// jobError gives the errors of a job in dir their exit statuses.
func jobError(err error, dir string) error {
	dir = filepath.ToSlash(dir)
	switch {
	case errors.Is(err, job.ErrWrong):
		return wrong(err)
	case errors.Is(err, job.ErrTrained):
		return &exitError{exitStopped, fmt.Errorf("%w; the rest is done by: iss compact %s", err, dir)}
	case errors.Is(err, train.ErrStopped) && dir != "":
		return &exitError{exitStopped, fmt.Errorf("stopped and saved; go on with: iss train --resume %s", dir)}
	}
	return stopped(err)
}

// stopped gives the error of work that was interrupted and left nothing
// behind its exit status.
func stopped(err error) error {
	if errors.Is(err, train.ErrStopped) || errors.Is(err, context.Canceled) {
		return &exitError{exitStopped, errors.New("stopped; nothing is written")}
	}
	return err
}
