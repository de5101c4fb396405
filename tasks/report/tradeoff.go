package report

import "fmt"

// tradeoff draws several runs of one task: what they cost against how good they
// are. Runs that are judged by different tasks get charts of their own.
func tradeoff(all []*Run, d []*drawn) (out []*chart) {
	type key struct{ task, data string }
	seen := map[key]bool{}
	for _, first := range all {
		k := key{first.Info.Config.Task, first.Info.Data.SHA256}
		if seen[k] {
			continue
		}
		seen[k] = true
		m := first.Terms.Chief()
		var units, weights []series
		for i, r := range all {
			v, ok := r.latest()
			if (key{r.Info.Config.Task, r.Info.Data.SHA256}) != k || !ok {
				continue
			}
			if m.Percent {
				v *= 100
			}
			if n, ok := r.hidden(d[i]); ok {
				units = append(units, series{label: r.Name, xs: []float64{float64(n)}, ys: []float64{v}, dots: true})
			}
			if d[i] != nil {
				weights = append(weights, series{label: r.Name, xs: []float64{float64(d[i].left)}, ys: []float64{v}, dots: true})
			}
		}
		name := m.Name + ", validation"
		if m.Percent {
			name += " (%)"
		}
		for _, c := range []struct {
			what string
			dots []series
		}{{"units", units}, {"weights", weights}} {
			if len(c.dots) > 1 {
				out = append(out, newChart(fmt.Sprintf("%s against %s", capital(m.Name), c.what),
					fmt.Sprintf("The %s that are left and the %s of %d runs.", c.what, m.Name, len(c.dots)), c.what+" left", name, false, false, c.dots...))
			}
		}
	}
	return out
}
