package cmd

import (
	"fmt"
	"math"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/runs"
)

// configFlags are flags that stand for settings of a configuration.
type configFlags struct {
	dataFlags
	sets      settings
	groups    string
	unitsFrom string
	epochs    int
}

// dataFlags say which data a model is used on.
type dataFlags struct{ data, text string }

func (f *dataFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.data, "data", "", "folder of the data set (train, valid and test text)")
	c.Flags().StringVar(&f.text, "text", "", "one text file instead, split 90/5/5")
}

func (f *configFlags) add(c *cobra.Command) {
	f.dataFlags.add(c)
	c.Flags().StringArrayVar((*[]string)(&f.sets), "set", nil, "lay a value over the configuration, such as train.epochs=3; can be repeated")
	c.Flags().StringVar(&f.groups, "groups", "", "group file, instead of groups derived from the model")
	c.Flags().StringVar(&f.unitsFrom, "units-from", "", "train at the sizes that this RUN has learned")
	c.Flags().IntVar(&f.epochs, "epochs", 0, "number of epochs")
}

// names lists the flags that settle a configuration.
func (f *configFlags) names() []string {
	return []string{"data", "text", "set", "groups", "units-from", "epochs"}
}

// apply lays the flags over a configuration's data. Paths become absolute, so
// that a run can be opened from anywhere.
func (f *dataFlags) apply(c *cobra.Command, cfg *tasks.Config) error {
	if c.Flags().Changed("data") && c.Flags().Changed("text") {
		return wrongf("--data names a folder and --text a file; give one of them")
	}
	if c.Flags().Changed("data") {
		cfg.Data = f.data
	}
	text := tasks.Text{Unit: "word"}
	if cfg.Text != nil {
		text = *cfg.Text
	}
	switch {
	case c.Flags().Changed("text"):
		text.File, cfg.Data = f.text, ""
		cfg.Text = &text
	case c.Flags().Changed("data") && cfg.Text != nil:
		text.File = ""
		cfg.Text = &text
	}
	paths := []*string{&cfg.Data}
	if cfg.Text != nil {
		paths = append(paths, &cfg.Text.File, &cfg.Text.Tokens)
	}
	for _, path := range paths {
		if *path == "" {
			continue
		}
		abs, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = abs
	}
	return nil
}

// configured lays the flags over a configuration.
func (a *app) configured(c *cobra.Command, f *configFlags, cfg tasks.Config) (tasks.Config, error) {
	if err := positive(c, "epochs", f.epochs); err != nil {
		return cfg, err
	}
	if f.epochs > 0 {
		cfg.Train.Epochs = f.epochs
	}
	if f.groups != "" {
		if cfg.ISS.Classes != nil {
			return cfg, wrongf("--groups: a group file says what is penalised, and so does iss.classes of the configuration; give one of them")
		}
		cfg.ISS.Groups = f.groups
	}
	if f.unitsFrom != "" {
		m, err := a.find(f.unitsFrom, nil)
		if err != nil {
			return cfg, err
		}
		if err := takeUnits(&cfg, m); err != nil {
			return cfg, wrong(fmt.Errorf("--units-from: %w", err))
		}
	}
	if err := a.checkDirect(cfg); err != nil {
		return cfg, err
	}
	return cfg, f.dataFlags.apply(c, &cfg)
}

// takeUnits gives a configuration the sizes that a run has learned: of its
// compacted model, or of the run if it is one.
func takeUnits(cfg *tasks.Config, m *model.Model) error {
	if m.Run == nil {
		return fmt.Errorf("%s is no run", m.Name)
	}
	kept := m.Run.Info().Kept
	if len(kept) == 0 {
		dir := filepath.Join(m.Run.Dir(), "compact")
		info, err := runs.ReadInfo(dir)
		if err != nil {
			return fmt.Errorf("%s has no compacted model; make it: iss compact %s", m.Name, m.Name)
		}
		kept = info.Kept
	}
	learned, err := m.Task.Learned(m.Config.Model, kept)
	if err != nil {
		return fmt.Errorf("%s: %w", m.Name, err)
	}
	cfg.Model.Embedding, cfg.Model.Hidden, cfg.Model.Backward = learned.Embedding, learned.Hidden, learned.Backward
	return nil
}

// checkDirect refuses to train a preset that was made for learned sizes (one
// with a twin and nothing that makes units die) at the twin's own.
func (a *app) checkDirect(cfg tasks.Config) error {
	preset, err := a.Presets.Get(cfg.Preset)
	if err != nil || cfg.Twin == nil {
		return nil // of no preset, or compared with nothing
	}
	made, err := a.Find(preset.Name, nil)
	if err != nil {
		return wrong(err)
	}
	twin, err := a.Find(*cfg.Twin, nil)
	if err != nil {
		return wrong(err)
	}
	if !made.Config.ISS.Sparse() && cfg.Model.SameSizes(twin.Config.Model) {
		return wrongf("%s is %s at sizes that were learned, and none are given; name the run that learned them with --units-from RUN, or say model.hidden with --set",
			cfg.Preset, *cfg.Twin)
	}
	return nil
}

// threshold refuses a --tau that is none.
func threshold(tau float64) error {
	if !(tau >= 0) || math.IsInf(tau, 0) {
		return wrongf("--tau is %g; it must be 0 or more, and finite", tau)
	}
	return nil
}

// positive refuses a number below 1 in a flag that was given.
func positive(c *cobra.Command, flag string, n int) error {
	if c.Flags().Changed(flag) && n < 1 {
		return wrongf("--%s is %d; it must be at least 1", flag, n)
	}
	return nil
}
