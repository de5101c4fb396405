package job

import (
	"context"
	"errors"
	"maps"
	"path/filepath"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/tasks/runs"
)

// dense is the model that the result is held against, if there is one: trained
// in the same job where the preset says so, else the last
// finished run of the twin's preset on the same data.
func (j *Job) dense(ctx context.Context) (*Measured, error) {
	if j.Config.Twin == nil {
		return nil, nil
	}
	if p, err := j.finder.Presets.Get(j.Config.Preset); err == nil && p.WithTwin {
		return j.trainTwin(ctx)
	}
	return j.findTwin()
}

// trainTwin trains the same model without group Lasso, in a run inside the
// run. It goes on with one that was stopped and takes one that is finished.
func (j *Job) trainTwin(ctx context.Context) (*Measured, error) {
	dir := filepath.Join(j.Dir(), denseName)
	m, err := j.finder.Run(dir)
	switch {
	case err == nil && m.Run.Info().Finished != nil:
		return fromRun(m)
	case err == nil:
		run, resume, err := reopen(dir)
		if err != nil {
			return nil, err
		}
		return j.trainInto(ctx, m, run, resume)
	}
	cfg := j.Config
	cfg.Preset, cfg.Twin, cfg.ISS = *j.Config.Twin, nil, j.Config.ISS.Dense()
	cfg.Train.Only, cfg.Train.Freeze = nil, "" // it starts afresh
	if m, err = j.finder.Of(cfg.Preset, cfg); err != nil {
		return nil, err
	}
	problem, err := m.Problem()
	if err != nil {
		return nil, err
	}
	data := problem.Data()
	run, err := runs.Create(dir, runs.Info{Config: cfg, Data: runs.DataOf(data)}, data.Files)
	if err != nil {
		return nil, err
	}
	return j.trainInto(ctx, m, run, false)
}

// trainInto trains a model to its end into a run and closes it.
func (j *Job) trainInto(ctx context.Context, m *model.Model, run *runs.Run, resume bool) (*Measured, error) {
	mine, result, err := j.train(ctx, m, run, resume)
	if err == nil {
		err = run.Finish(resultMap(mine, result))
	}
	return mine, errors.Join(err, run.Close())
}

// reopen opens a run that was stopped and reports whether it has a checkpoint
// to go on from.
func reopen(dir string) (run *runs.Run, resume bool, err error) {
	if run, err = runs.OpenForResume(dir); err != nil {
		return nil, false, err
	}
	switch _, err := run.Load(); {
	case err == nil:
		return run, true, nil
	case errors.Is(err, runs.ErrNoCheckpoint):
		return run, false, nil
	default:
		return nil, false, errors.Join(err, run.Close())
	}
}

// findTwin looks for the newest finished run of the twin's preset on the same
// data; nil is none.
func (j *Job) findTwin() (*Measured, error) {
	entries, err := runs.List(runs.Root())
	if err != nil {
		return nil, err
	}
	mine := j.run.Info().Data
	found := ""
	for _, e := range entries { // the oldest first
		i := e.Info
		if e.Err == nil && i.Finished != nil && i.Config.Preset == *j.Config.Twin && i.Data.SHA256 == mine.SHA256 && maps.Equal(i.Data.Sizes, mine.Sizes) && len(i.Kept) == 0 {
			found = e.Dir
		}
	}
	if found == "" {
		j.Say("no finished run of the dense twin %s is there to compare with; train it once: iss train %s", *j.Config.Twin, *j.Config.Twin)
		return nil, nil
	}
	m, err := j.finder.Run(found)
	if err != nil {
		return nil, err
	}
	return fromRun(m)
}
