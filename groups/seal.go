package groups

import "github.com/seed391906a2/iss/core/graph"

// Seal sets all that belongs to the removable units of a certificate to zero,
// biases too, and returns how many units of which class were not zero before.
// What the model computes stays the same, as it would without them. Their
// carried states are the caller's to clear (Compacted.StateGone).
//
// A unit whose component is zero but whose biases are not may come back: its
// value is not zero, so the rows that read it get gradients. A sealed unit of a
// cell like the LSTM, GRU, RNN or RHN is silent, has no gradient anywhere and
// stays what it is. One that is read without weights, by the statistics of a
// layer norm or a sum, is silent too but gets gradients: who trains on with it
// must hold it. Seal on masks of ones says which weights those are.
func (c *Certificate) Seal(g *graph.Graph, param func(name string) []float32) map[string]int {
	sealed := map[string]int{}
	for _, k := range c.Classes {
		for _, u := range k.Units {
			at, ok := k.Class.Unit(u.ID)
			if !u.Removable || !ok {
				continue
			}
			fresh := false
			for _, list := range [][]Entry{k.Class.Entries, k.Class.Followers} {
				for _, e := range list {
					if silence(findParam(g, e.Var).Shape, e.Axis, e.Index(at), param(e.Var)) {
						fresh = true
					}
				}
			}
			if fresh {
				sealed[k.Class.Name]++
			}
		}
	}
	return sealed
}
