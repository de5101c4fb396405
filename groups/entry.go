package groups

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// Entry is the part of one parameter that belongs to the units of a class:
// unit k owns all scalars whose coordinate on Axis is Index(k).
//
// Axis is the axis that carries the units. The published files give the other
// one, the axis that is summed away: of a weight with two axes, 1-Axis.
type Entry struct {
	Var     string
	Axis    int // from the front
	Start   int
	Step    int   // distance between neighbouring units
	Indices []int // one index for each unit, where Start and Step cannot say it; else nil
	Multi   float64
}

// Index is where unit k lies on the axis.
func (e Entry) Index(k int) int {
	if e.Indices != nil {
		return e.Indices[k]
	}
	return e.Start + k*e.Step
}

// indices lists where the first n units lie.
func (e Entry) indices(n int) []int {
	if e.Indices != nil {
		return e.Indices
	}
	at := make([]int, n)
	for k := range at {
		at[k] = e.Start + k*e.Step
	}
	return at
}

// newEntry is the entry whose unit k lies at at[k], as a range if it is one.
func newEntry(name string, axis int, at []int) Entry {
	e := Entry{Var: name, Axis: axis, Step: 1, Multi: 1}
	if len(at) > 0 {
		e.Start = at[0]
	}
	if len(at) > 1 {
		e.Step = at[1] - at[0]
	}
	for k := range at {
		if e.Index(k) != at[k] {
			e.Start, e.Step, e.Indices = 0, 0, slices.Clone(at)
			break
		}
	}
	return e
}

// describe says which rows, columns or elements the n units own.
func (e Entry) describe(n int, follows bool) string {
	what := "elements"
	if !follows {
		what = fmt.Sprintf("indices of axis %d", e.Axis)
		if e.Axis < 2 {
			what = [...]string{"rows", "columns"}[e.Axis]
		}
	}
	switch {
	case n == 0:
		return "no " + what
	case e.Indices != nil:
		return fmt.Sprintf("%d %s from %d on", n, what, e.Indices[0])
	case e.Step == 1 || n == 1:
		return fmt.Sprintf("%s %d to %d", what, e.Start, e.Index(n-1))
	}
	return fmt.Sprintf("%s %d to %d in steps of %d", what, e.Start, e.Index(n-1), e.Step)
}

// Group is a list of components, the unit of group Lasso: component k holds
// the k-th row or column of every entry.
type Group struct {
	Name      string  // of its class, or as a file calls it
	Class     string  // of the model, or "" if the entries are those of no class
	Multi     float64 // factor on the penalty of every component
	Units     int
	Entries   []Entry // of parameters with two or more axes
	Followers []Entry // of parameters with one axis: neither counted nor penalised
}

// findParam is the parameter of that name. It panics if there is none: groups
// are bound to a model before they are used.
func findParam(g *graph.Graph, name string) *graph.Param {
	p := g.Param(name)
	if p == nil {
		panic(fmt.Sprintf("groups: model %s has no parameter %q; the groups are those of another model", g.Name, name))
	}
	return p
}
