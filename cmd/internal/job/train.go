package job

import (
	"context"
	"path/filepath"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/schemas"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/runs"
	"github.com/seed391906a2/iss/tasks/train"
)

// train trains one model into one run.
func (j *Job) train(ctx context.Context, m *model.Model, run *runs.Run, resume bool) (*Measured, *train.Result, error) {
	problem, err := m.Problem()
	if err != nil {
		return nil, nil, err
	}
	chosen, err := m.Groups()
	if err != nil {
		return nil, nil, err
	}
	g, err := m.Graph()
	if err != nil {
		return nil, nil, err
	}
	var init map[string]tensor.Dense[float32]
	if run == j.run {
		init = j.Init
	}
	label := m.Config.Preset
	if label == "" {
		label = filepath.Base(run.Dir())
	}
	report := j.Report(label, problem.Terms())
	defer report.Close()
	r, err := train.Train(ctx, train.Options{
		Problem: problem, Config: m.Config, Graph: g, Groups: chosen, Journal: run, Report: report,
		Threads: j.Threads, Init: init, Resume: resume,
	})
	if err != nil {
		return nil, nil, err
	}
	mine := measured("dense", run.Dir(), r.Graph, r.Tensors)
	mine.Valid, mine.Test, mine.Units, mine.Peak, mine.Stopped = r.Valid, r.Test, r.Units, r.Peak, r.Stopped
	return mine, r, nil
}

// runFiles are what belongs into the run's folder: the task's files and a copy
// of the group file.
func runFiles(cfg tasks.Config, p tasks.Problem) (map[string][]byte, error) {
	files := map[string][]byte{}
	for name, text := range p.Data().Files {
		files[name] = text
	}
	if cfg.ISS.Groups != "" {
		text, err := schemas.ReadFile(cfg.ISS.Groups)
		if err != nil {
			return nil, err
		}
		files[model.GroupsName] = text
	}
	return files, nil
}
