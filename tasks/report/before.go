package report

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/runs"
)

// Before is what a run's weights are held against, in the shapes of the whole
// model.
type Before struct {
	What    string // "the dense twin", "the initial weights"
	Weights Weights
	drawn   bool // they are initial weights
}

// twinDir is where the dense twin lies that was trained in the same job.
const twinDir = "dense"

// before finds what the weights were before anything died: those of the dense
// twin that was trained with the run, else the initial ones. Neither may be
// known.
func (r *Run) before(dir string) (*Before, error) {
	home := dir
	if p := filepath.FromSlash(r.Info.Parent); filepath.IsAbs(p) {
		home = p
	} else if p != "" {
		home = filepath.Join(dir, p) // relative to the run
	}
	twin := filepath.Join(home, twinDir)
	switch _, err := os.Stat(filepath.Join(twin, "run.json")); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("report: the dense twin: %w", err)
	default:
		w, err := runs.LoadTensors(twin)
		if err == nil {
			err = runs.CheckInit(r.Model.Origin().Graph.Params, w)
		}
		if err == nil {
			return &Before{What: "the dense twin", Weights: w}, nil
		}
		if !errors.Is(err, runs.ErrNoCheckpoint) {
			return nil, fmt.Errorf("report: the dense twin: %w", err)
		}
	}
	h := r.History
	if home != dir {
		h, _ = readHistory(home) // without it there is nothing to compare with
	}
	return r.initial(h)
}

// plainLasso is the λ of a group Lasso on ISS as published, 0 where there is
// none, or another term that its penalty cannot be told from.
func plainLasso(c tasks.ISS) (lambda float64) {
	for _, g := range c.Regularizers {
		switch {
		case g.Kind == "l2" || g.Lambda == 0:
		case lambda > 0 || g.Kind != "group_lasso" || g.On != "iss" || g.CoefScaling || g.Proximal() || len(g.Classes) > 0 || c.Biases == "penalise":
			return 0
		default:
			lambda = g.Lambda
		}
	}
	return lambda
}

// initial draws the initial weights from the seed once more. A run may have
// begun from other weights (--init), which run.json does not tell; so they are
// believed only if their penalty is the one that step 0 wrote down.
func (r *Run) initial(h History) (*Before, error) {
	whole := r.Model.Origin().Graph
	lambda := plainLasso(r.Info.Config.ISS)
	if lambda <= 0 || len(h.Steps) == 0 || h.Steps[0].Step != 0 {
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
	return &Before{What: "the initial weights", Weights: w, drawn: true}, nil
}

// compare gives sparse runs without a dense twin the first dense run among all
// that has the same model and data and no component that is all zero.
func compare(all []*Run) {
	for _, r := range all {
		if r.Weights == nil || r.dense() || r.Before != nil && !r.Before.drawn {
			continue
		}
		for _, d := range all {
			if d.comparable(r) {
				r.Before = &Before{What: d.label, Weights: d.Weights}
				break
			}
		}
	}
}

// comparable reports whether a run's weights may stand as those before another's.
func (r *Run) comparable(sparse *Run) bool {
	if !r.dense() || r.Weights == nil || r.Info.Data.SHA256 != sparse.Info.Data.SHA256 ||
		runs.CheckInit(sparse.Model.Origin().Graph.Params, r.Weights) != nil {
		return false
	}
	chosen, err := sparse.wholeGroups()
	if err != nil {
		return false
	}
	norms := groups.Norms(sparse.Model.Origin().Graph, chosen, groups.Multiset, values(r.Weights))
	return !slices.ContainsFunc(norms, func(list []float64) bool { return slices.Contains(list, 0) })
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

// counting is how the run counts what is in a component twice; as published, if
// it does not say.
func (r *Run) counting() groups.Counting {
	if c := groups.Counting(r.Info.Config.ISS.Count); c == groups.Distinct {
		return c
	}
	return groups.Multiset
}

// values gives weights to those who ask by name.
func values(w Weights) func(name string) []float32 {
	return func(name string) []float32 { return w[name].Data }
}
