package job

import (
	"context"
	"fmt"
	"io"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// Thresholded is what a threshold τ above that of training makes of a trained
// model: its scores, and the units that die only there.
type Thresholded struct {
	Tau     float64                `json:"tau"`
	Trained map[string]tasks.Score `json:"trained"` // by part, the weights as they are
	There   map[string]tasks.Score `json:"at_tau"`  // by part, those below τ at zero
	Units   []DeadUnits            `json:"units"`

	trainedTau float64 // 0: training has no threshold
	terms      tasks.Terms
}

// DeadUnits counts the dead units of a class.
type DeadUnits struct {
	Class     string `json:"class"`
	Dead      int    `json:"dead"`        // as trained; those that were cut out are
	OnlyThere int    `json:"only_at_tau"` // more
	Of        int    `json:"of"`          // before any cut
}

// AtTau measures a run's model with its weights below τ at zero on the parts of
// which its scores as trained are given. Nothing is written.
func AtTau(ctx context.Context, m *model.Model, tau float64, trained map[string]tasks.Score, threads int) (*Thresholded, error) {
	t, below, err := newThresholded(m, tau)
	if err != nil {
		return nil, err
	}
	t.Trained = trained
	t.There, err = scores(ctx, m, below, trained, threads)
	return t, err
}

// newThresholded counts units. It returns the weights too.
func newThresholded(m *model.Model, tau float64) (*Thresholded, map[string]tensor.Dense[float32], error) {
	weights, err := m.Tensors()
	if err != nil {
		return nil, nil, err
	}
	below, _, err := m.Below(tau)
	if err != nil {
		return nil, nil, err
	}
	d, err := m.Derivation()
	if err != nil {
		return nil, nil, err
	}
	chosen, err := m.Groups()
	if err != nil {
		return nil, nil, err
	}
	t := &Thresholded{Tau: tau, terms: m.Task.Terms}
	if m.Config.ISS.Thresholds() {
		t.trainedTau = m.Config.ISS.Tau
	}
	left := func(w map[string]tensor.Dense[float32]) []groups.UnitCount {
		return groups.CountZeros(d.Graph, chosen, func(name string) []float32 { return w[name].Data }).Groups
	}
	there := left(below)
	for i, u := range left(weights) {
		cut := 0
		if c, err := d.Class(u.Name); err == nil {
			cut = c.Of - c.Units
		}
		t.Units = append(t.Units, DeadUnits{u.Name, cut + u.Of - u.Left, u.Left - there[i].Left, cut + u.Of})
	}
	return t, below, nil
}

// scores measures weights on the parts that are named.
func scores[V any](ctx context.Context, m *model.Model, weights map[string]tensor.Dense[float32], parts map[string]V, threads int) (map[string]tasks.Score, error) {
	problem, err := m.Problem()
	if err != nil {
		return nil, err
	}
	g, err := m.Graph()
	if err != nil {
		return nil, err
	}
	out := map[string]tasks.Score{}
	for part := range parts {
		if other, same := out[map[string]string{"valid": "test", "test": "valid"}[part]]; same && problem.Terms().TestIsValid {
			out[part] = other
			continue
		}
		if out[part], err = train.Evaluate(ctx, problem, g, weights, m.Config.ReportedPart(part), threads); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Died is the number of units that die only at τ.
func (t *Thresholded) Died() (n int) {
	for _, u := range t.Units {
		n += u.OnlyThere
	}
	return n
}

// Write prints scores and dead units as trained and at τ, side by side.
func (t *Thresholded) Write(w io.Writer) error {
	trained := "as trained"
	if t.trainedTau > 0 {
		trained = fmt.Sprintf("τ %g (training)", t.trainedTau)
	}
	table := &term.Table{Head: []string{"", trained, fmt.Sprintf("τ %g", t.Tau), "only there"}}
	for _, part := range []string{"valid", "test"} {
		a, ok := t.Trained[part]
		if _, valid := t.Trained["valid"]; !ok || part == "test" && valid && t.terms.TestIsValid {
			continue
		}
		b := t.There[part]
		for _, metric := range t.terms.Metrics {
			table.Row(metric.Name+" "+part, metric.Format(a.Values[metric.Name], 2), metric.Format(b.Values[metric.Name], 2))
		}
		table.Row("loss "+part, fmt.Sprintf("%.4f", a.Loss), fmt.Sprintf("%.4f", b.Loss))
	}
	var all DeadUnits
	for _, u := range t.Units {
		table.Row("dead of "+u.Class, fmt.Sprintf("%d of %d", u.Dead, u.Of), fmt.Sprintf("%d of %d", u.Dead+u.OnlyThere, u.Of), u.OnlyThere)
		all.Dead, all.OnlyThere, all.Of = all.Dead+u.Dead, all.OnlyThere+u.OnlyThere, all.Of+u.Of
	}
	table.Row("dead in all", fmt.Sprintf("%d of %d", all.Dead, all.Of), fmt.Sprintf("%d of %d", all.Dead+all.OnlyThere, all.Of), all.OnlyThere)
	return table.Write(w)
}
