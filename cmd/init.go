package cmd

import (
	"fmt"
	"path/filepath"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/runs"
)

// takeInit reads the weights that a training starts from, of a run or a file of
// tensors; "" is none. What the run settles goes into the configuration.
func (a *app) takeInit(cfg *tasks.Config, init string) (map[string]tensor.Dense[float32], error) {
	if init == "" {
		return nil, nil
	}
	if dir, err := runs.FindRun(init, nil); err == nil { // else it is a file
		info, err := runs.ReadInfo(dir)
		if err != nil {
			return nil, err
		}
		if err := takeTokens(cfg, dir, info); err != nil {
			return nil, err
		}
		if err := a.checkCut(cfg.Model, init, info); err != nil {
			return nil, err
		}
	}
	return runs.LoadInit(init)
}

// takeTokens gives a configuration the vocabulary of the run that its weights
// start from, if that one's ids are settled by a file, as those of an imported
// model are.
func takeTokens(cfg *tasks.Config, dir string, info runs.Info) (err error) {
	if cfg.Text != nil && cfg.Text.Tokens != "" || info.Config.Text == nil || info.Config.Text.Tokens == "" {
		return nil
	}
	text := tasks.Text{Unit: info.Config.Text.Unit}
	if cfg.Text != nil {
		text = *cfg.Text
	}
	if text.Tokens, err = filepath.Abs(filepath.Join(dir, model.VocabularyName)); err != nil {
		return err
	}
	cfg.Text = &text
	return nil
}

// checkCut refuses to start a model of whole size from a run that was cut: its
// weights have the sizes that it has learned.
func (a *app) checkCut(m tasks.Model, init string, info runs.Info) error {
	if len(info.Kept) == 0 {
		return nil
	}
	task, err := a.Tasks.Get(info.Config.Task)
	if err != nil {
		return err
	}
	learned, err := task.Learned(info.Config.Model, info.Kept)
	if err != nil || m.SameSizes(learned) {
		return nil // what else differs, the tensors tell
	}
	return fmt.Errorf("--init: %s was cut to %s units, and the model to be trained has %s; give it the sizes of the run: --units-from %s",
		init, hiddenSizes(learned), hiddenSizes(m), init)
}

// hiddenSizes writes the hidden sizes of a model: [18 20], or those of both
// directions.
func hiddenSizes(m tasks.Model) string {
	if m.Backward == nil {
		return fmt.Sprint(m.Hidden)
	}
	return fmt.Sprintf("%v forward and %v backward", m.Hidden, m.Backward)
}
