package job

import (
	"fmt"
	"io"
	"slices"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/bench"
)

// Summary is the result of a job.
type Summary struct {
	Run     string      `json:"run"`
	Preset  string      `json:"preset,omitempty"`
	Classes []string    `json:"classes"` // that are counted, in the model's order
	Models  []*Measured `json:"models"`  // dense, sparse, compact: those there are
	Cut     *Cutting    `json:"-"`

	terms tasks.Terms
}

func newSummary(m *model.Model, dir string) (*Summary, error) {
	chosen, err := m.Groups()
	if err != nil {
		return nil, err
	}
	problem, err := m.Problem()
	if err != nil {
		return nil, err
	}
	s := &Summary{Run: dir, Preset: m.Config.Preset, terms: problem.Terms()}
	for _, g := range chosen {
		if !slices.Contains(s.Classes, g.Name) {
			s.Classes = append(s.Classes, g.Name)
		}
	}
	return s, nil
}

// Write prints the closing table, where everything is, and what to type next.
func (s *Summary) Write(w io.Writer) error {
	t := &term.Table{Head: []string{""}}
	for _, m := range s.Models {
		t.Head = append(t.Head, m.Kind)
	}
	for _, metric := range s.terms.Metrics {
		s.row(t, metric.Name+" valid", func(m *Measured) string { return metric.Format(m.Valid.Values[metric.Name], 2) })
		s.row(t, metric.Name+" test", func(m *Measured) string { return metric.Format(m.Test.Values[metric.Name], 2) })
	}
	for _, class := range s.Classes {
		s.row(t, class+" units", func(m *Measured) string { return m.units(class) })
	}
	s.row(t, "weights", func(m *Measured) string { return core.Compact(m.Weights) })
	s.row(t, "multiply-adds a "+s.terms.Step, func(m *Measured) string { return core.Compact(m.MultAdds) })
	if s.Models[0].Time != nil {
		s.row(t, fmt.Sprintf("ms for %d×%d %ss", bench.Paper.Batch, bench.Paper.Steps, s.terms.Step),
			func(m *Measured) string { return milliseconds(m.Time.Time.Median) })
		s.row(t, "speed-up", func(m *Measured) string {
			return fmt.Sprintf("%.2fx", s.Models[0].Time.Time.Median/m.Time.Time.Median)
		})
	}
	if err := t.Write(w); err != nil {
		return err
	}
	if t := s.thresholded(); t != nil {
		fmt.Fprintln(w)
		if err := t.Write(w); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, s.words())
	return err
}

func (s *Summary) row(t *term.Table, name string, cell func(m *Measured) string) {
	row := []any{name}
	for _, m := range s.Models {
		row = append(row, cell(m))
	}
	t.Row(row...)
}

// thresholded is what a threshold at test makes of the model, nil if none is set.
func (s *Summary) thresholded() *Thresholded {
	for _, m := range s.Models {
		if m.Thresholded != nil {
			return m.Thresholded
		}
	}
	return nil
}

// units is "41 of 64" where units died and are still there, else a number.
func (m *Measured) units(class string) string {
	n, ok := m.Units[class]
	switch {
	case !ok:
		return "-"
	case m.Kind == "sparse" && n[0] < n[1]:
		return fmt.Sprintf("%d of %d", n[0], n[1])
	}
	return fmt.Sprint(n[0])
}

func milliseconds(ms float64) string {
	switch {
	case ms < 1:
		return fmt.Sprintf("%.3f", ms)
	case ms < 100:
		return fmt.Sprintf("%.2f", ms)
	}
	return fmt.Sprintf("%.0f", ms)
}
