package celltest

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/rng"
)

// Bounds of the comparison with central differences in float64: the step, and
// the error allowed, in units of 1 + |difference|.
const (
	differenceStep  = 1e-6
	differenceBound = 1e-7
)

// singles is about how many elements of a model are moved one by one. Beside
// them all elements of each parameter and input are moved at once, in a random
// direction, which no wrong element escapes.
const singles = 100

// differences are the central differences of the results of a layer.
type differences struct {
	m     *interp.Machine[float64]
	at    map[string][]float64 // where each name's values are
	moves map[string][]move
	kinks int // moves with no derivative
	all   int
}

// move is a change of a parameter or input and what comes of it.
type move struct {
	by    []float64  // change of each element
	slope [2]float64 // of "once" and "twice"
	what  string     // is moved
}

// newDifferences moves the values of a graph's parameters and inputs.
func newDifferences(g *graph.Graph, ts dense, names []string) (*differences, error) {
	d := &differences{m: interp.New[float64](g), at: map[string][]float64{}, moves: map[string][]move{}}
	if err := load(d.m, g, ts, 2); err != nil {
		return nil, err
	}
	for _, name := range names {
		d.at[name] = d.values(g, name)
		n := len(d.at[name])
		r := rng.New(2, "celltest/move/"+name)
		all := move{by: make([]float64, n), what: "all of " + name + " in a random direction"}
		for i := range all.by {
			all.by[i] = r.Uniform(-1, 1)
		}
		moves := []move{all}
		for i := 0; i < n; i += max(1, n*len(names)/singles) {
			moves = append(moves, element(name, i, n))
		}
		for _, v := range moves {
			if err := d.measure(name, &v); err != nil {
				return nil, err
			}
			d.moves[name] = append(d.moves[name], v)
			d.all++
		}
	}
	return d, nil
}

// element moves element i of n.
func element(name string, i, n int) move {
	m := move{by: make([]float64, n), what: fmt.Sprintf("%s[%d]", name, i)}
	m.by[i] = 1
	return m
}

func (d *differences) values(g *graph.Graph, name string) []float64 {
	if g.Param(name) != nil {
		return d.m.Param(name)
	}
	return d.m.Floats(name)
}

// measure sets the slope of a move.
func (d *differences) measure(name string, v *move) (err error) {
	v.slope, err = d.slope(name, v.by, differenceStep)
	return err
}

// slope is the difference quotient of both results.
func (d *differences) slope(name string, by []float64, h float64) (s [2]float64, err error) {
	x := d.at[name]
	old := slices.Clone(x)
	defer copy(x, old)
	for _, sign := range []float64{1, -1} {
		for i := range x {
			x[i] = old[i] + sign*h*by[i]
		}
		if err := d.m.Run(drawn); err != nil {
			return s, err
		}
		s[0] += sign * d.m.Output("once")[0] / (2 * h)
		s[1] += sign * d.m.Output("twice")[0] / (2 * h)
	}
	return s, nil
}

// compare holds a gradient, nothing for zero, against the differences and says
// what is wrong, naming an element of it.
func (d *differences) compare(loss, name string, got []float64) (string, error) {
	first := ""
	for _, v := range d.moves[name] {
		bad, err := d.off(loss, name, v, got)
		if err != nil {
			return "", err
		}
		if bad != "" {
			first = bad
			break
		}
	}
	if first == "" {
		return "", nil
	}
	wrong, n := 0, len(d.at[name])
	for i := range n {
		v := element(name, i, n)
		if err := d.measure(name, &v); err != nil {
			return "", err
		}
		bad, err := d.off(loss, name, v, got)
		if err != nil {
			return "", err
		}
		if wrong == 0 && bad != "" {
			first = bad
		}
		if bad != "" {
			wrong++
		}
	}
	if wrong > 1 {
		first += fmt.Sprintf(" (and %d of its %d elements in all)", wrong, n)
	}
	return first, nil
}

// off says how a derived gradient differs along a move. Where two steps give
// two slopes there is a kink, and no derivative.
func (d *differences) off(loss, name string, v move, got []float64) (string, error) {
	column := 0
	if loss == "twice" {
		column = 1
	}
	want, have := v.slope[column], 0.0
	for i, g := range got {
		have += g * v.by[i]
	}
	if math.Abs(have-want) <= differenceBound*(1+math.Abs(want)) {
		return "", nil
	}
	wide, err := d.slope(name, v.by, 8*differenceStep)
	if err != nil {
		return "", err
	}
	if math.Abs(wide[column]-want) > 10*differenceBound*(1+math.Abs(want)) {
		d.kinks++
		return "", nil
	}
	return fmt.Sprintf("d/d %s is %.7g by differences but %.7g as derived", v.what, want, have), nil
}

// smooth returns an error if there is hardly a derivative.
func (d *differences) smooth() error {
	if 5*d.kinks > d.all {
		return fmt.Errorf("%d of %d moves of the cell's inputs have no derivative at a random place: differences of two lengths give two slopes", d.kinks, d.all)
	}
	return nil
}
