package groups

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/kernel"
	"github.com/seed391906a2/iss/registry"
)

// Threshold sets weights of magnitude below τ to zero, element by element,
// after each training step.
//
// Published: all trainables in the stacked LSTM, embedding and biases
// included; the variables that the group file names in the RHN; those below the
// scopes prepro and main in BiDAF.
type Threshold struct {
	Tau  float64
	Vars []string // in the order of the model
}

// thresholdOn are the choices of which variables τ touches.
var thresholdOn = []string{"all", "groups"}

// NewThreshold chooses the variables that τ touches: on is "all", "groups"
// (those that the groups name) or a list of scopes, such as "prepro,main" (those
// below them). A scope without variables or a τ that is negative or not a number
// is an error.
func NewThreshold(g *graph.Graph, groups []Group, on string, tau float64) (*Threshold, error) {
	if !(tau >= 0) {
		return nil, fmt.Errorf("groups: tau is %g; it must be 0 or more", tau)
	}
	var scopes []string
	if !slices.Contains(thresholdOn, on) {
		scopes = strings.Split(on, ",")
	}
	for _, scope := range scopes {
		if !slices.ContainsFunc(g.Params, func(p *graph.Param) bool { return strings.HasPrefix(p.Name, scope+"/") }) {
			return nil, fmt.Errorf("groups: tau_on: %w", registry.Unknown("choice or scope of variables", scope, choices(g)))
		}
	}
	t := &Threshold{Tau: tau}
	for _, p := range g.Params {
		named := slices.ContainsFunc(groups, func(group Group) bool {
			return slices.ContainsFunc(group.Entries, func(e Entry) bool { return e.Var == p.Name })
		})
		below := slices.ContainsFunc(scopes, func(scope string) bool { return strings.HasPrefix(p.Name, scope+"/") })
		if on == "all" || on == "groups" && named || below {
			t.Vars = append(t.Vars, p.Name)
		}
	}
	return t, nil
}

// choices lists what τ can be told to touch: the words for it and the outermost
// scopes of variables.
func choices(g *graph.Graph) []string {
	names := slices.Clone(thresholdOn)
	for _, p := range g.Params {
		if scope, _, ok := strings.Cut(p.Name, "/"); ok {
			names = appendNew(names, scope)
		}
	}
	slices.Sort(names)
	return names
}

// Apply sets the small weights to zero and returns how many weights are zero
// now.
func (t *Threshold) Apply(param func(name string) []float32) (zeros int) {
	return t.Share(0, 1, param)
}

// Share is Apply on the part of each variable that is worker w's among
// workers; no barrier is needed.
func (t *Threshold) Share(w, workers int, param func(name string) []float32) (zeros int) {
	for _, name := range t.Vars {
		x := param(name)
		lo, hi := portion(w, workers, len(x))
		zeros += kernel.Threshold(x[lo:hi], float32(t.Tau))
	}
	return zeros
}
