package model

import (
	"maps"
	"slices"

	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

// Below returns a trained model's weights with those of magnitude below τ at
// zero, where τ applies in its training (iss.tau_on), and the threshold that did
// it. What Tensors returns stays as it is.
func (m *Model) Below(tau float64) (map[string]tensor.Dense[float32], *groups.Threshold, error) {
	weights, err := m.Tensors()
	if err != nil {
		return nil, nil, err
	}
	g, err := m.Graph()
	if err != nil {
		return nil, nil, err
	}
	chosen, err := m.Groups()
	if err != nil {
		return nil, nil, err
	}
	t, err := groups.NewThreshold(g, chosen, m.Config.ISS.TauOn, tau)
	if err != nil {
		return nil, nil, err
	}
	below := maps.Clone(weights)
	for _, name := range t.Vars {
		w := weights[name]
		below[name] = tensor.Of(slices.Clone(w.Data), w.Shape...)
	}
	t.Apply(func(name string) []float32 { return below[name].Data })
	return below, t, nil
}
