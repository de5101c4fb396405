package celltest

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

// stepTrace is one step on its own: what a state is and what it becomes are not
// yet said to be the same units.
type stepTrace struct {
	graph      *graph.Graph
	states     []core.State
	prev, next []graph.Value
}

// step traces one step. In the loop the states stay as they are; the next ones
// are outputs.
func step(cell core.Cell, in int) (*stepTrace, error) {
	t := &stepTrace{states: cell.States()}
	var err error
	t.graph, err = graph.Trace("step", func(s *graph.Scope) {
		x := s.Input("x", timeAxis, batchAxis, graph.Fixed(in))
		var carries []graph.Carry
		for _, st := range t.states {
			carries = append(carries, graph.Carry{Name: st.Name, Init: s.Fill(st.Init, batchAxis, graph.Fixed(st.Size))})
		}
		_, _ = graph.Scan(s.Layer("cell", "cell"), graph.ScanConfig{}, []graph.Value{x}, carries,
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				y, next := cell.Step(s, x[0], slices.Clone(prev))
				t.prev, t.next = prev, next
				if len(next) == len(prev) {
					check(t.states, prev, next)
				}
				return append([]graph.Value{y}, next...), prev
			})
		s.Output("done", s.Fill(1))
	})
	if err == nil && len(t.next) != len(t.states) {
		return nil, fmt.Errorf("the step returns %d states, States lists %d", len(t.next), len(t.states))
	}
	return t, err
}

// check panics, as tracing does, if a state becomes one of another size.
func check(states []core.State, prev, next []graph.Value) {
	for i, v := range next {
		if v.IsZero() || !v.Shape().Equal(prev[i].Shape()) {
			e := &graph.ShapeError{Op: "scan", Place: "cell", In: []graph.Shape{prev[i].Shape()}, Reason: fmt.Errorf("state %s is missing after the step", states[i].Name)}
			if !v.IsZero() {
				e.In, e.Reason = append(e.In, v.Shape()), fmt.Errorf("state %s has one shape before the step and another after it; Step returns the states in the order of States", states[i].Name)
			}
			panic(e)
		}
	}
}

// askStates: what a state becomes is the same units in the same order.
func (x *exam) askStates() {
	for _, v := range x.variants() {
		in, hidden := x.input(x.hidden[0]), x.hidden[0]
		cell, err := x.cell(v, in, hidden)
		if err != nil {
			x.faultf(v, "%v", err)
			continue
		}
		t, err := step(cell, in)
		if err != nil {
			x.faultf(v, "%v", err)
			continue
		}
		names := map[string]bool{}
		for i, st := range t.states {
			if names[st.Name] || st.Name == "" {
				x.faultf(v, "two states are called %q; each needs a name of its own", st.Name)
			}
			names[st.Name] = true
			if t.next[i] == t.prev[i] {
				x.faultf(v, "state %s never changes: the step returns the value that it was given", st.Name)
			}
		}
		x.swapped(v, t)
		g, err := x.stack(v)
		if err != nil {
			x.faultf(v, "%v", err)
			continue
		}
		x.merged(v, g, t)
	}
}

// swapped finds two states that change places: the step makes each of the
// other's units and keeps the two apart otherwise.
func (x *exam) swapped(v variant, t *stepTrace) {
	atoms := graph.Index(t.graph)
	unit := func(v graph.Value) []graph.Atom { return atoms.Of(v, v.Rank()-1, 0) }
	same := func(a, b graph.Value) bool { return slices.Equal(unit(a), unit(b)) }
	for i := range t.states {
		for j := range i {
			if same(t.next[i], t.prev[j]) && same(t.next[j], t.prev[i]) && !same(t.prev[i], t.prev[j]) {
				x.faultf(v, "states %s and %s change places: what %s becomes are the units of %s, and the reverse, so that the two are one class. Step must return the states in the order of States",
					t.states[j].Name, t.states[i].Name, t.states[j].Name, t.states[i].Name)
			}
		}
	}
}

// merged finds units of one state that the recurrence makes one.
func (x *exam) merged(v variant, g *graph.Graph, t *stepTrace) {
	atoms := graph.Index(g)
	for i, st := range t.states {
		in := g.Input("cell_0/" + st.Name)
		first := map[string]int{}
		for k := range st.Size {
			key := fmt.Sprint(atoms.Of(in, in.Rank()-1, k))
			if was, ok := first[key]; ok {
				x.faultf(v, "units %d and %d of state %s are one unit, which can only go as a whole: what the state becomes (%v) is not the same units in the same order as what it was. Look for a reversed, shifted or permuted state, or one joined from parts in another order",
					was, k, st.Name, t.next[i].Node)
				break
			}
			first[key] = k
		}
	}
}
