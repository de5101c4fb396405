package report

import (
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks/runs"
)

// Before is what a run's weights are held against, in the shapes of the whole
// model.
type Before struct {
	What    string // "the dense twin", "the initial weights"
	Weights Weights
}

// twinDir is where the dense twin lies that was trained in the same job.
const twinDir = "dense"

// before finds what the weights were before anything died: those of the dense
// twin that was trained with the run, else the initial ones, drawn from the
// seed once more. A run may have begun from other weights (--init), which
// run.json does not tell; so the drawn ones are believed only if their penalty
// is the one that step 0 wrote down.
func (r *Run) before(dir string) (*Before, error) {
	whole := r.Model.Origin().Graph
	home := dir
	if r.Info.Parent != "" {
		home = filepath.Join(dir, filepath.FromSlash(r.Info.Parent)) // relative to the run
		if filepath.IsAbs(r.Info.Parent) {
			home = r.Info.Parent
		}
	}
	twin := filepath.Join(home, twinDir)
	if _, err := os.Stat(filepath.Join(twin, "run.json")); err == nil {
		w, err := runs.LoadTensors(twin)
		if err == nil {
			err = runs.CheckInit(whole.Params, w)
		}
		if err == nil {
			return &Before{"the dense twin", w}, nil
		}
		return nil, fmt.Errorf("report: the dense twin: %w", err)
	}
	h := r.History
	if home != dir {
		h, _ = readHistory(home) // without it there is nothing to compare with
	}
	lambda := r.Info.Config.ISS.Lambda()
	if lambda == 0 || len(h.Steps) == 0 || h.Steps[0].Step != 0 {
		return nil, nil
	}
	w := Weights{}
	for _, p := range whole.Params {
		t := tensor.New[float32](p.Shape...)
		p.Init.Fill(t.Data, p.Shape, rng.New(r.Info.Config.Seed, "init/"+p.Name))
		w[p.Name] = t
	}
	chosen, err := r.wholeGroups()
	if err != nil {
		return nil, err
	}
	drawn := groups.NewPenalty(whole, chosen, lambda, r.counting()).Value(values(w))
	if told := h.Steps[0].Penalty; math.Abs(drawn-told) > 1e-3*told {
		return nil, nil
	}
	return &Before{"the initial weights", w}, nil
}

// wholeGroups are the groups of the run before any cut.
func (r *Run) wholeGroups() ([]groups.Group, error) {
	d := r.Model.Origin()
	if d == r.Model {
		return r.Groups, nil
	}
	names := make([]string, len(r.Groups))
	for i, g := range r.Groups {
		names[i] = g.Class
	}
	classes, err := d.Select(names)
	if err != nil {
		return nil, err
	}
	return d.Groups(classes), nil
}

func (r *Run) counting() groups.Counting { return groups.Counting(r.Info.Config.ISS.Count) }

// values gives weights to those who ask by name.
func values(w Weights) func(name string) []float32 {
	return func(name string) []float32 { return w[name].Data }
}
