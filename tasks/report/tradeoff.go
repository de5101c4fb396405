package report

import "fmt"

// tradeoff draws several runs of one task: what they cost against how good they
// are. Runs that are judged by different tasks or data get charts of their own.
func tradeoff(all []*Run, d []*drawn) (out []*chart) {
	type key struct{ task, data string }
	of := func(r *Run) key { return key{r.Info.Config.Task, r.Info.Data.SHA256} }
	seen := map[key]bool{}
	for _, first := range all {
		if seen[of(first)] {
			continue
		}
		seen[of(first)] = true
		var units, weights []series
		for i, r := range all {
			v, ok := r.latest()
			if of(r) != of(first) || !ok {
				continue
			}
			if first.Terms.Chief().Percent {
				v *= 100
			}
			if n, ok := r.hidden(d[i]); ok {
				units = append(units, dot(r, float64(n), v))
			}
			if d[i] != nil {
				weights = append(weights, dot(r, float64(d[i].left), v))
			}
		}
		out = append(out, first.versus("units", units)...)
		out = append(out, first.versus("weights", weights)...)
	}
	return out
}

func dot(r *Run, x, y float64) series {
	return series{label: r.label, xs: []float64{x}, ys: []float64{y}, dots: true}
}

// versus draws the chief metric of runs against what is left of them.
func (r *Run) versus(what string, dots []series) []*chart {
	if len(dots) < 2 {
		return nil
	}
	m := r.Terms.Chief()
	name := m.Name + ", validation"
	if m.Percent {
		name += " (%)"
	}
	small, best := dots[0], dots[0]
	for _, s := range dots[1:] {
		if s.xs[0] < small.xs[0] {
			small = s
		}
		if (s.ys[0] > best.ys[0]) == m.Higher && s.ys[0] != best.ys[0] {
			best = s
		}
	}
	shown := func(s series) string {
		if m.Percent {
			return m.Format(s.ys[0]/100, 2)
		}
		return m.Format(s.ys[0], 2)
	}
	told := fmt.Sprintf("%s has the fewest %s, %s, ", small.label, what, thousands(int(small.xs[0])))
	if small.ys[0] == best.ys[0] {
		told += fmt.Sprintf("and the best %s, %s.", m.Name, shown(small))
	} else {
		told += fmt.Sprintf("at %s %s; %s is best, %s at %s.", m.Name, shown(small), best.label, shown(best), thousands(int(best.xs[0])))
	}
	return []*chart{newChart(fmt.Sprintf("%s against %s", capital(m.Name), what), told, what+" left", name, false, false, dots...)}
}
