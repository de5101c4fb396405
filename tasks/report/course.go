package report

import (
	"fmt"
	"maps"
	"slices"
)

// course draws how training went: the chief metric, the penalty, the learning
// rate, the units left and the norm of the gradient over the epochs.
func (r *Run) course() (out []*chart) {
	h, m := r.History, r.Terms.Chief()
	if len(h.Epochs) == 0 && len(h.Steps) == 0 {
		return nil
	}
	unit := func(v float64) float64 { return v }
	name := m.Name
	if m.Percent {
		name += " (%)"
		unit = func(v float64) float64 { return 100 * v }
	}
	var valid, train, rate, penalty series
	valid.label, train.label = "validation", "training"
	for _, e := range h.Epochs {
		at := float64(e.Epoch + 1)
		if v, ok := r.Terms.Of(e.Valid); ok {
			valid.xs, valid.ys = append(valid.xs, at), append(valid.ys, unit(v))
		}
		v, ok := r.Terms.Of(e.Train)
		if !ok && e.Perplexity > 0 && m.Name == "perplexity" { // as the first versions wrote it
			v, ok = e.Perplexity, true
		}
		if ok {
			train.xs, train.ys = append(train.xs, at), append(train.ys, unit(v))
		}
	}
	if len(valid.xs)+len(train.xs) > 0 {
		out = append(out, newChart(capital(m.Name), fmt.Sprintf("%s by epoch, on training and validation data.", capital(m.Name)),
			"epochs", name, !m.Percent, false, valid, train))
	}
	rate.label, penalty.label = "learning rate", "λ·R"
	norm := series{label: "gradient norm, before clipping"}
	cost := series{label: "cost of a batch"}
	for _, s := range h.Steps {
		at := h.at(s.Step)
		rate.xs, rate.ys = append(rate.xs, at), append(rate.ys, s.Rate)
		norm.xs, norm.ys = append(norm.xs, at), append(norm.ys, s.GradNorm)
		cost.xs, cost.ys = append(cost.xs, at), append(cost.ys, s.Cost)
		if !r.dense() {
			penalty.xs, penalty.ys = append(penalty.xs, at), append(penalty.ys, s.Penalty)
		}
	}
	if len(penalty.xs) > 0 {
		out = append(out, newChart("Penalty", "The group Lasso's part of the loss while training.", "epochs", "penalty (unit of the loss, nats)", false, true, penalty))
	}
	if units := r.unitsLeft(); len(units) > 0 {
		out = append(out, newChart("Units left", "Hidden units that are not all zero, by class and epoch.", "epochs", "units", false, true, units...))
	}
	if len(rate.xs) > 0 {
		out = append(out,
			newChart("Learning rate", "The learning rate while training.", "epochs", "learning rate", true, false, rate),
			newChart("Cost", "The loss of single batches while training, without penalty.", "epochs", "cost (nats, summed over steps)", false, false, cost),
			newChart("Gradient norm", "The norm of the gradient of loss plus penalty while training.", "epochs", "norm", true, false, norm))
	}
	return out
}

// unitsLeft is a series for each class.
func (r *Run) unitsLeft() (out []series) {
	all := map[string]*series{}
	for _, e := range r.History.Epochs {
		for class, n := range e.Units {
			s := all[class]
			if s == nil {
				s = &series{label: class, xs: []float64{0}, ys: []float64{float64(n[1])}}
				all[class] = s
			}
			s.xs, s.ys = append(s.xs, float64(e.Epoch+1)), append(s.ys, float64(n[0]))
		}
	}
	for _, class := range slices.Sorted(maps.Keys(all)) {
		out = append(out, *all[class])
	}
	return out
}
