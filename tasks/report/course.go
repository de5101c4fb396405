package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// course draws how training went over the epochs: the chief metric, the
// penalty, the units left, the learning rate, the cost, the norm of the
// gradient and the speed.
func (r *Run) course() (out []*chart) {
	out = append(out, r.progress()...)
	h := r.History
	x := h.unit()
	var rate, penalty, norm, cost series
	for _, s := range h.Steps {
		at := h.at(s.Step)
		rate.add(at, s.Rate)
		norm.add(at, s.GradNorm)
		cost.add(at, s.Cost)
		penalty.add(at, s.Penalty)
	}
	rate.label, penalty.label = "learning rate", "penalty"
	norm.label, cost.label = "gradient norm, before clipping", "cost of a batch"
	if len(penalty.ys) > 0 && slices.Max(penalty.ys) > 0 {
		out = append(out, newChart("Penalty", fmt.Sprintf("What the regularisers add to the loss %s.", penalty.way(number)),
			x, "penalty (unit of the loss, nats)", false, true, penalty))
	}
	if units := r.unitsLeft(); len(units) > 0 {
		var told []string
		for _, s := range units {
			told = append(told, s.label+" "+s.way(number))
		}
		out = append(out, newChart("Units left", fmt.Sprintf("Units whose component is not all zero, from the first epoch to the last: %s.", strings.Join(told, ", ")),
			x, "units", false, true, units...))
	}
	if len(rate.xs) > 0 {
		out = append(out,
			newChart("Learning rate", fmt.Sprintf("The learning rate %s.", rate.way(number)), x, "learning rate", true, false, rate),
			newChart("Cost", fmt.Sprintf("The loss of single batches, without penalty, %s.", cost.way(number)), x, "cost (nats)", false, false, cost),
			newChart("Gradient norm", fmt.Sprintf("The norm of the gradient of loss and penalty, before it is clipped, %s.", norm.way(number)), x, "norm", true, false, norm))
	}
	speed := series{label: r.Terms.Items + " a second"}
	for _, e := range h.Epochs {
		speed.add(float64(e.Epoch+1), e.Speed)
	}
	if len(speed.xs) > 0 {
		out = append(out, newChart("Speed", fmt.Sprintf("Training %s %s.", speed.way(number), speed.label), x, speed.label, false, true, speed))
	}
	return out
}

// progress draws the chief metric, if any epoch is at its end. A task may have
// it of validation data or of training data alone.
func (r *Run) progress() []*chart {
	m := r.Terms.Chief()
	name, factor := m.Name, 1.0
	if m.Percent {
		name, factor = name+" (%)", 100
	}
	shown := func(v float64) string { return m.Format(v/factor, 2) }
	valid, train := series{label: "validation"}, series{label: "training"}
	for _, e := range r.History.Epochs {
		at := float64(e.Epoch + 1)
		if v, ok := r.Terms.Of(e.Valid); ok {
			valid.add(at, factor*v)
		}
		v, ok := r.Terms.Of(e.Train)
		if !ok && e.Perplexity > 0 && m.Name == "perplexity" { // as the first versions wrote it
			v, ok = e.Perplexity, true
		}
		if ok {
			train.add(at, factor*v)
		}
	}
	var told []string
	for _, s := range []series{valid, train} {
		if len(s.xs) > 0 {
			told = append(told, fmt.Sprintf("on %s data %s", s.label, s.way(shown)))
		}
	}
	if len(told) == 0 {
		return nil
	}
	return []*chart{newChart(capital(m.Name), fmt.Sprintf("%s by epoch, %s.", capital(m.Name), strings.Join(told, ", ")),
		"epochs", name, !m.Percent, false, valid, train)}
}

// unitsLeft is a series for each class.
func (r *Run) unitsLeft() (out []series) {
	all := map[string]*series{}
	for _, e := range r.History.Epochs {
		for class, n := range e.Units {
			if all[class] == nil {
				all[class] = &series{label: class}
			}
			all[class].add(float64(e.Epoch+1), float64(n[0]))
		}
	}
	for _, class := range slices.Sorted(maps.Keys(all)) {
		out = append(out, *all[class])
	}
	return out
}

func (s *series) add(x, y float64) { s.xs, s.ys = append(s.xs, x), append(s.ys, y) }

// way tells where a series goes: from its first value to its last, and how far
// beyond them; shown writes a value.
func (s series) way(shown func(float64) string) string {
	first, last := s.ys[0], s.ys[len(s.ys)-1]
	lo, hi := slices.Min(s.ys), slices.Max(s.ys)
	switch {
	case len(s.ys) == 1:
		return "is " + shown(first)
	case lo == hi:
		return "stays at " + shown(first)
	}
	text := fmt.Sprintf("goes from %s to %s", shown(first), shown(last))
	if span := math.Abs(first - last); lo < min(first, last)-span/10 {
		text += ", lowest " + shown(lo)
	} else if hi > max(first, last)+span/10 {
		text += ", highest " + shown(hi)
	}
	return text
}
