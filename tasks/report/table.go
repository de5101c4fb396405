package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/tasks"
)

// row is a line of the table of runs, a cell for each.
type row struct {
	name  string
	cells []string
}

// table is the configuration, the results and the sizes of runs, a column each.
func table(all []*Run, d []*drawn) []row {
	var rows []row
	add := func(name string, cell func(i int, r *Run) string) {
		r := row{name: name}
		some := false
		for i, run := range all {
			c := cell(i, run)
			some = some || c != ""
			r.cells = append(r.cells, c)
		}
		if some {
			rows = append(rows, r)
		}
	}
	add("status", func(_ int, r *Run) string { return r.Status })
	add("preset", func(_ int, r *Run) string { return r.Info.Config.Preset })
	add("task", func(_ int, r *Run) string { return r.Info.Config.Task })
	add("folder", func(_ int, r *Run) string {
		if r.label == r.Name {
			return ""
		}
		return r.Name
	})
	add("made from", func(_ int, r *Run) string {
		if p := filepath.FromSlash(r.Info.Parent); p != "" && !filepath.IsAbs(p) {
			return filepath.Join(r.Name, p) // on disk it is relative to the run
		}
		return r.Info.Parent
	})
	add("data", func(_ int, r *Run) string { return r.Info.Data.Name })
	add("cell", func(_ int, r *Run) string { return r.Info.Config.Model.Cell + optional(r.Info.Config.Model.Options) })
	add("hidden units, as configured", func(_ int, r *Run) string { return hidden(r.Info.Config.Model) })
	add("keep", func(_ int, r *Run) string {
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(r.Info.Config.Model.Keep)) {
			parts = append(parts, fmt.Sprintf("%s %g", k, r.Info.Config.Model.Keep[k]))
		}
		return strings.Join(parts, ", ")
	})
	add("epochs × batch × steps", func(_ int, r *Run) string {
		t := r.Info.Config.Train
		if t.Steps == 0 {
			return fmt.Sprintf("%d × %d, each question whole", t.Epochs, t.Batch)
		}
		return fmt.Sprintf("%d × %d × %d", t.Epochs, t.Batch, t.Steps)
	})
	add("optimizer", func(_ int, r *Run) string {
		t := r.Info.Config.Train
		clip := "no clipping"
		if t.Clip > 0 {
			clip = fmt.Sprintf("clip %g", t.Clip)
		}
		return fmt.Sprintf("%s, rate %g, %s", t.Optimizer.Kind, t.Optimizer.Rate, clip)
	})
	add("regularisers, λ", func(_ int, r *Run) string {
		var parts []string
		for _, g := range r.Info.Config.ISS.Regularizers {
			if g.Lambda > 0 {
				parts = append(parts, fmt.Sprintf("%s on %s %g", strings.ReplaceAll(g.Kind, "_", " "), g.On, g.Lambda))
			}
		}
		if parts == nil {
			return "none"
		}
		return strings.Join(parts, ", ")
	})
	add("threshold, τ", func(_ int, r *Run) string {
		if t := r.Info.Config.ISS.Tau; t > 0 {
			return fmt.Sprint(t)
		}
		return "none"
	})
	add("seed", func(_ int, r *Run) string { return fmt.Sprint(r.Info.Seed) })
	add("epochs done", func(_ int, r *Run) string {
		if n := len(r.History.Epochs); n > 0 {
			return fmt.Sprintf("%d of %d", n, r.Info.Config.Train.Epochs)
		}
		return ""
	})
	for _, part := range []string{"validation", "test"} {
		add("result, "+part, func(_ int, r *Run) string {
			s := r.outcome().Valid
			if part == "test" {
				s = r.outcome().Test
			}
			return r.scores(s)
		})
	}
	add("units left", func(i int, r *Run) string {
		if n, ok := r.hidden(d[i]); ok {
			return fmt.Sprint(n)
		}
		return ""
	})
	add("weights of the model", func(_ int, r *Run) string {
		if r.Model == nil {
			return ""
		}
		return thousands(core.Weights(r.Model.Graph))
	})
	add("weights without units that are gone", func(i int, _ *Run) string {
		if d[i] == nil {
			return ""
		}
		return thousands(d[i].left)
	})
	add("multiply-adds a step", func(_ int, r *Run) string {
		if r.Model == nil {
			return ""
		}
		return thousands(core.MultAdds(r.Model.Graph))
	})
	add("certificate", func(_ int, r *Run) string {
		if r.Proof == nil {
			return ""
		}
		removed, dead, stay := 0, 0, 0
		for _, c := range r.Proof.Classes {
			removed, dead, stay = removed+len(c.Removed), dead+c.Dead, stay+len(c.Stay)
		}
		how := "equal within rounding"
		if r.Proof.Bitwise {
			how = "equal bit for bit"
		}
		return fmt.Sprintf("%d units removed, %d all zero, %d stay; %s", removed, dead, stay, how)
	})
	add("training", func(_ int, r *Run) string {
		o := r.outcome()
		if o.Steps == 0 {
			return ""
		}
		return fmt.Sprintf("%d steps, %s, %.0f %s/s", o.Steps, time.Duration(o.Seconds*float64(time.Second)).Round(time.Second), o.Speed, r.Terms.Items)
	})
	add("made by", func(_ int, r *Run) string {
		v := r.Info.Versions
		return fmt.Sprintf("iss %s, %s, %s", v.ISS, v.Go, v.CPU)
	})
	return rows
}

// scores writes all metrics of a score.
func (r *Run) scores(s *tasks.Score) string {
	if s == nil {
		return ""
	}
	var parts []string
	for _, m := range r.Terms.Metrics {
		if v, ok := s.Values[m.Name]; ok {
			parts = append(parts, m.Name+" "+m.Format(v, 2))
		}
	}
	if len(parts) == 0 {
		return fmt.Sprintf("loss %.4f", s.Loss)
	}
	return strings.Join(parts, ", ")
}

// optional writes a cell's options.
func optional(o map[string]any) string {
	if len(o) == 0 {
		return ""
	}
	text, err := json.Marshal(o)
	if err != nil {
		return ""
	}
	return " " + string(text)
}

// hidden are a model's hidden units, of both directions where they differ.
func hidden(m tasks.Model) string {
	if m.Backward == nil {
		return commas(m.Hidden)
	}
	return commas(m.Hidden) + " forward; " + commas(m.Backward) + " backward"
}

func commas(list []int) string {
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = fmt.Sprint(n)
	}
	return strings.Join(parts, ", ")
}

// thousands writes 4653200 as 4 653 200, with narrow spaces that do not break.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// capital begins a text with a capital letter.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
