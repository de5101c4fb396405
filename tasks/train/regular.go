package train

import (
	"slices"

	"github.com/seed391906a2/iss/core/kernel"
	"github.com/seed391906a2/iss/core/optim"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
)

// lasso is a group Lasso at work.
type lasso struct {
	Term
	p   *groups.Penalty
	was []bool // components of units that were all zero in the last step; nil: they are no units
}

func newLasso(t Term, u *update, cfg tasks.Config) *lasso {
	l := &lasso{Term: t, p: groups.NewPenalty(u.g, t.Groups, t.Lambda, groups.Counting(cfg.ISS.Count))}
	l.p.Reserve(u.team.N())
	l.bind(u)
	for _, name := range l.p.Vars() {
		if !trains(cfg, name) {
			l.p.Fix(name)
		}
	}
	if t.On == "iss" {
		l.was = make([]bool, l.p.Components())
	}
	return l
}

func (l *lasso) bind(u *update) {
	if l.Proximal() {
		l.p.Bind(u.m.Param, nil)
		return
	}
	l.p.Bind(u.m.Param, u.gradientOf)
}

// add adds the gradient, or takes the norms alone. It returns worker w's share of
// the sum of squares of the gradients that it added to.
func (l *lasso) add(w int, t *kernel.Team) (squares float64) {
	if l.Proximal() {
		l.p.Measure(w, t)
		return 0
	}
	return l.p.Step(w, t)
}

// last is the value of the weights whose norms were gathered last.
func (l *lasso) last(shrinks bool) float64 {
	if shrinks {
		return l.p.LastLive()
	}
	return l.p.Last()
}

// elementwise is an l1 or l2 at work.
type elementwise struct {
	Term
	weights, gradients [][]float32
	sums               []float64 // per worker, padded: of |w| or w²
}

func newElementwise(t Term, u *update, names []string) *elementwise {
	e := &elementwise{Term: t, sums: make([]float64, lineFloats*u.team.N())}
	for i, name := range names {
		if slices.Contains(t.Vars, name) {
			e.weights, e.gradients = append(e.weights, u.weights[i]), append(e.gradients, u.gradients[i])
		}
	}
	return e
}

// add adds worker w's share of the gradient, or takes the sums alone.
func (e *elementwise) add(w int, t *kernel.Team) {
	sum := 0.0
	switch {
	case e.Kind == "l2":
		sum = optim.Decay(t, w, e.weights, e.gradients, e.Lambda)
	case e.Proximal():
		sum = optim.SumAbs(t, w, e.weights)
	default:
		sum = optim.L1(t, w, e.weights, e.gradients, e.Lambda)
	}
	e.sums[w*lineFloats] = sum
}

// last is the value of the weights whose sums were taken last.
func (e *elementwise) last() (value float64) {
	for w := 0; w < len(e.sums); w += lineFloats {
		value += e.sums[w]
	}
	return value * e.coefficient()
}

func (e *elementwise) coefficient() float64 {
	if e.Kind == "l2" {
		return e.Lambda / 2
	}
	return e.Lambda
}

// value is that of the weights as they are.
func (e *elementwise) value() (value float64) {
	for _, x := range e.weights {
		if e.Kind == "l2" {
			value += kernel.SumSq(x)
			continue
		}
		for _, v := range x {
			value += float64(max(v, -v))
		}
	}
	return value * e.coefficient()
}

// penalties are what the regularizers add to the loss of the weights as they
// are: all of it, and each term by its name.
func (u *update) penalties() (value float64, terms map[string]float64) {
	terms = map[string]float64{}
	for _, l := range u.lassos {
		l.p.Value(u.m.Param)
		terms[l.Name] = l.last(u.shrinks)
		value += terms[l.Name]
		l.bind(u)
	}
	for _, e := range u.elements {
		terms[e.Name] = e.value()
		value += terms[e.Name]
	}
	return value, terms
}

// told are the terms of what gradient has returned last, by their names.
func (u *update) told() map[string]float64 {
	terms := map[string]float64{}
	for i, l := range u.lassos {
		terms[l.Name] = u.values[i]
	}
	for i, e := range u.elements {
		terms[e.Name] = u.values[len(u.lassos)+i]
	}
	return terms
}
