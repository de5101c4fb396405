package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/runs"
)

// Weights are a model's parameters by name.
type Weights = map[string]tensor.Dense[float32]

// Run is a run as its page knows it. Only Name, Info and Terms must be there.
type Run struct {
	Name   string // as it was called
	Info   runs.Info
	Status string // see runs.Status
	Terms  tasks.Terms

	Model   *groups.Derivation // of its model, cut or whole; nil: it cannot be traced
	Groups  []groups.Group     // of that model: what is, or would be, penalised
	Weights Weights            // nil: there is no checkpoint
	Before  *Before            // nil: what the weights were before is not known
	History History
	Proof   *groups.Proof // certificate of a compact run
	Missing []string      // what is not there and why, for the reader

	label string // Name without what all runs of the page share
}

// Read fills in what lies in the run's folder: status, metrics, certificate
// and, if Model is there, weights. A file that is missing or damaged is told in
// Missing.
func (r *Run) Read(dir string) {
	r.Status = runs.Status(dir, r.Info)
	miss := func(err error) { r.Missing = append(r.Missing, err.Error()) }
	var err error
	if r.History, err = readHistory(dir); err != nil {
		miss(err)
	}
	if r.Proof, err = readProof(filepath.Join(dir, "certificate.json")); err != nil {
		miss(err)
	}
	if r.Model == nil {
		return
	}
	err = r.load(dir)
	switch {
	case errors.Is(err, runs.ErrNoCheckpoint):
		r.Missing = append(r.Missing, "no checkpoint has been saved yet, so there are no weights to show")
		return
	case err != nil:
		miss(err)
		return
	}
	if r.Before, err = r.before(dir); err != nil {
		miss(err)
	}
}

// load reads the weights. A run that shrinks while it is trained saves its
// checkpoint before run.json, so between the two the checkpoint alone tells
// which units are left; the model becomes that one then.
func (r *Run) load(dir string) error {
	run, err := runs.Open(dir)
	if err != nil {
		return err
	}
	s, err := run.Load()
	if err != nil {
		return err
	}
	var at struct {
		Kept map[string][]int `json:"kept"`
	}
	misfit := runs.CheckInit(r.Model.Graph.Params, s.Tensors)
	if misfit != nil && json.Unmarshal(s.State, &at) == nil && at.Kept != nil {
		misfit = r.cut(at.Kept, s.Tensors)
	}
	if misfit != nil {
		return fmt.Errorf("report: %s: the checkpoint is not of this model: %w", dir, misfit)
	}
	r.Weights = s.Tensors
	return nil
}

// cut makes the model the one with these units, if the weights are its.
func (r *Run) cut(kept map[string][]int, w Weights) error {
	g, err := groups.Restore(r.Model.Origin().Graph, kept)
	if err != nil {
		return err
	}
	d, err := groups.Derive(g)
	if err != nil {
		return err
	}
	if err := runs.CheckInit(g.Params, w); err != nil {
		return err
	}
	names := make([]string, len(r.Groups))
	for i, g := range r.Groups {
		names[i] = g.Class
	}
	classes, err := d.Select(names)
	if err != nil {
		return err
	}
	r.Model, r.Groups = d, d.Groups(classes)
	return nil
}

// readProof reads a certificate; nil if there is none.
func readProof(path string) (*groups.Proof, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	p := &groups.Proof{}
	if err := json.Unmarshal(text, p); err != nil {
		return nil, fmt.Errorf("report: %s: %w", path, err)
	}
	return p, nil
}

// outcome is the result that a finished run keeps in run.json.
type outcome struct {
	Valid   *tasks.Score      `json:"valid"`
	Test    *tasks.Score      `json:"test"`
	Units   map[string][2]int `json:"units"`
	Steps   uint64            `json:"steps"`
	Seconds float64           `json:"seconds"`
	Speed   float64           `json:"words_per_s"`
}

// outcome is empty for a run without a result, or with one of another form.
func (r *Run) outcome() (o outcome) {
	text, err := json.Marshal(r.Info.Result)
	if err != nil || json.Unmarshal(text, &o) != nil {
		return outcome{}
	}
	return o
}

// latest is the chief metric on validation data: of the result, else of the
// last epoch.
func (r *Run) latest() (v float64, ok bool) {
	if s := r.outcome().Valid; s != nil {
		return r.Terms.Of(*s)
	}
	if n := len(r.History.Epochs); n > 0 {
		return r.Terms.Of(r.History.Epochs[n-1].Valid)
	}
	return 0, false
}

// dense reports whether nothing drives weights of the run to zero.
func (r *Run) dense() bool {
	return !slices.ContainsFunc(r.Info.Config.ISS.Regularizers, func(g tasks.Regularizer) bool { return g.Lambda > 0 && g.Kind != "l2" })
}
