package job

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/core/checkpoint"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/runs"
	"github.com/seed391906a2/iss/tasks/train"
)

// ErrNothingToCut says that no unit can go.
var ErrNothingToCut = errors.New("no unit can be cut out: something reads every one of them")

// Cutting is a model whose dead units were cut out, proved equal; it is not
// written yet.
type Cutting struct {
	Certificate *groups.Certificate
	Compacted   *groups.Compacted
	Report      *groups.Report

	CutOptions
	whole     groups.Model // that it was cut out of
	threshold *groups.Threshold
	model     *model.Model
	problem   tasks.Problem
}

// CutOptions say how a run's model is cut.
type CutOptions struct {
	Dir     string  // where Write will write
	Tau     float64 // weights below it are set to zero first; 0: none
	Threads int
}

// Cut certifies which units of a run can go, cuts them out and verifies that
// the outputs stay equal to those of the whole model, with its weights below τ
// at zero if that is asked for. The error wraps ErrNothingToCut if all must
// stay. Nothing is written.
func Cut(m *model.Model, o CutOptions) (*Cutting, error) {
	tensors, err := m.Tensors()
	if err != nil {
		return nil, err
	}
	var threshold *groups.Threshold
	if o.Tau > 0 {
		if tensors, threshold, err = m.Below(o.Tau); err != nil {
			return nil, wrong(err)
		}
	}
	problem, err := m.Problem()
	if err != nil {
		return nil, wrong(err)
	}
	d, err := m.Derivation()
	if err != nil {
		return nil, err
	}
	c := &Cutting{CutOptions: o, threshold: threshold, model: m, problem: problem}
	if c.Certificate, err = groups.Certify(d, nil, func(name string) []float32 { return tensors[name].Data }); err != nil {
		return nil, err
	}
	if c.Certificate.Removable() == 0 {
		return nil, nothing(c.Certificate)
	}
	if c.Compacted, err = groups.Compact(d.Graph, tensors, nil, c.Certificate.Keep()); err != nil {
		return nil, err
	}
	c.whole = groups.Model{Graph: d.Graph, Tensors: tensors}
	small := groups.Model{Graph: c.Compacted.Graph, Tensors: c.Compacted.Tensors}
	c.Report, err = Verify(c.whole, small, problem, m.Config, VerifyOptions{Threads: o.Threads, Numeric: !c.Certificate.Bitwise})
	if err != nil {
		return nil, err
	}
	if f := c.Report.First; f != nil && !f.Finite() {
		return nil, fmt.Errorf("a value is not finite in the whole model, and 0·∞ is no zero: %v in the whole model and the cut one; nothing is written; go back to a checkpoint before it broke", f)
	}
	if !c.Report.Equal {
		return nil, fmt.Errorf("the cut model is not equal to the whole one, so it is not written; first difference: %v", c.Report.First)
	}
	return c, nil
}

// nothing is the error of a model that loses no unit, with the reason of the
// first dead one, if there is one.
func nothing(c *groups.Certificate) error {
	for _, k := range c.Classes {
		for _, u := range k.Units {
			return fmt.Errorf("no unit can be cut out: unit %d of %s is zero, but: %s (%w)", u.ID, k.Class.Name, u.Reason, ErrNothingToCut)
		}
	}
	return fmt.Errorf("%w; a larger lambda or more epochs at a small rate make some die", ErrNothingToCut)
}

// Constants tells which gates and units of the cut model no input reaches.
func (c *Cutting) Constants() ([]groups.ClassConstants, error) {
	d, err := groups.Derive(c.Compacted.Graph)
	if err != nil {
		return nil, err
	}
	return groups.Constants(d, func(name string) []float32 { return c.Compacted.Tensors[name].Data })
}

// Measure evaluates the cut model and, where it was cut at a τ, the whole one as
// it was trained.
func (c *Cutting) Measure(ctx context.Context) (*Measured, error) {
	m := c.measured()
	score := func(part string) (tasks.Score, error) {
		return train.Evaluate(ctx, c.problem, m.graph, m.tensors, c.model.Config.ReportedPart(part), c.Threads)
	}
	var err error
	if m.Valid, err = score("valid"); err != nil {
		return nil, err
	}
	if m.Test = m.Valid; !c.problem.Terms().TestIsValid {
		if m.Test, err = score("test"); err != nil {
			return nil, err
		}
	}
	if c.Tau == 0 {
		return m, nil
	}
	if m.Thresholded, _, err = newThresholded(c.model, c.Tau); err != nil {
		return nil, err
	}
	trained, err := c.model.Tensors()
	if err != nil {
		return nil, err
	}
	m.Thresholded.There = map[string]tasks.Score{"valid": m.Valid, "test": m.Test}
	m.Thresholded.Trained, err = scores(ctx, c.model, trained, m.Thresholded.There, c.Threads)
	return m, err
}

// measured is the cut model before it is evaluated.
func (c *Cutting) measured() *Measured {
	m := measured("compact", c.Dir, c.Compacted.Graph, c.Compacted.Tensors)
	m.Units = map[string][2]int{}
	for _, k := range c.Certificate.Classes {
		if !k.Class.Recurrent && c.Compacted.Kept[k.Class.Name] == nil {
			continue
		}
		left := k.Class.Units
		if kept := c.Compacted.Kept[k.Class.Name]; kept != nil {
			left = len(kept)
		}
		m.Units[k.Class.Name] = [2]int{left, k.Class.Of}
	}
	return m
}

// Write writes the cut model as a run of its own, with the proof of the cut.
func (c *Cutting) Write(m *Measured) error {
	files, err := c.proof()
	if err != nil {
		return err
	}
	for name := range c.problem.Data().Files {
		text, err := c.model.Run.File(name)
		if err != nil {
			return err
		}
		files[name] = text
	}
	if c.model.Config.ISS.Groups != "" {
		text, err := c.model.Run.File(model.GroupsName)
		if err != nil {
			return err
		}
		files[model.GroupsName] = text
	}
	info := runs.Info{
		Config: c.model.Run.Info().Config, Kept: c.Compacted.Kept, Data: c.model.Run.Info().Data,
		Parent: c.model.Run.Dir(), Result: resultMap(m, nil), Tau: max(c.Tau, c.model.Run.Info().Tau),
	}
	return runs.Write(c.Dir, info, files, checkpoint.Snapshot{Tensors: c.Compacted.Tensors})
}
