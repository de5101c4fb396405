package grouptest

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/core/interp"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

// sealed: sealing certified units changes nothing that the model says, leaves
// them certified, and the gradients of what stays, in training with masks, are
// those of the model without them, bit for bit: what training while shrinking
// rests on.
func (s *Subject) sealed() error {
	d, g := s.Derivation, s.Case.Graph
	ts := Weights(g, s.seed)
	for _, c := range s.free() {
		for _, k := range s.some(c) {
			Clear(g, ts, c.Entries, k)
		}
	}
	cert, err := groups.Certify(d, nil, Read(ts))
	if err != nil {
		return err
	}
	small, err := groups.Compact(g, ts, nil, cert.Keep())
	if err != nil {
		return err
	}
	whole, rest := groups.Model{Graph: g, Tensors: ts}, groups.Model{Graph: small.Graph, Tensors: small.Tensors}
	cert.Seal(g, Read(ts))
	if err := s.equal(whole, rest, cert.Bitwise); err != nil {
		return fmt.Errorf("sealed, and cut before: %w", err)
	}
	after, err := groups.Certify(d, nil, Read(ts))
	if err != nil {
		return err
	}
	if after.Removable() < cert.Removable() {
		return fmt.Errorf("%d units could go before they were sealed, %d can after", cert.Removable(), after.Removable())
	}
	if err := s.still(cert, ts, "weight"); err != nil {
		return err
	}
	if !s.Soup {
		grads, err := s.differentiate(whole, graph.Mode{Training: true, Seed: s.seed, Step: 2})
		if err != nil {
			return err
		}
		if err := s.still(cert, grads, gradient); err != nil {
			return err
		}
	}
	if !cert.Bitwise {
		return nil // sums over units are grouped anew
	}
	return s.gradients(whole, rest, cert.Keep())
}

const gradient = "gradient"

// still demands that all that belongs to removable units is zero, in tensors
// that are weights or gradients: a sealed unit does not come back. Where a norm
// reads units it does, since its zero counts in the norm's statistics.
func (s *Subject) still(cert *groups.Certificate, ts Tensors, what string) (err error) {
	for _, cc := range cert.Classes {
		for _, u := range cc.Units {
			k, _ := cc.Class.Unit(u.ID)
			if !u.Removable || what == gradient && len(cc.Class.FixedReaders) > 0 {
				continue
			}
			for _, e := range slices.Concat(cc.Class.Entries, cc.Class.Followers) {
				Each(s.Case.Graph, e, k, func(i int) {
					if v := ts[e.Var].Data[i]; v != 0 && err == nil {
						err = fmt.Errorf("unit %d of %s is sealed, and its %s %s[%d] is %v", u.ID, cc.Class.Name, what, e.Var, i, v)
					}
				})
			}
			s.count("sealed units", 1)
		}
	}
	return err
}

// gradients demands that those of the second model are those of the first
// without the units that went.
func (s *Subject) gradients(a, b groups.Model, keep map[string][]int) error {
	mode := graph.Mode{Training: true, Seed: s.seed, Step: 3}
	whole, err := s.differentiate(a, mode)
	if err != nil {
		return err
	}
	small, err := s.differentiate(b, mode)
	if err != nil {
		return err
	}
	cut, err := groups.Compact(a.Graph, whole, nil, keep) // gradients have the weights' shapes
	if err != nil {
		return err
	}
	for _, p := range b.Graph.Params {
		bound := float64(0)
		if s.Soup { // gradients through reductions over units are grouped anew
			for _, v := range cut.Tensors[p.Name].Data {
				bound = max(bound, 1e-5*math.Abs(float64(v)))
			}
		}
		for i, want := range cut.Tensors[p.Name].Data {
			if got := small[p.Name].Data[i]; math.Abs(float64(got-want)) > bound {
				return fmt.Errorf("the gradient of %s[%d] is %v, in the whole model %v", p.Name, i, got, want)
			}
		}
		s.count("gradients compared", p.Size())
	}
	return nil
}

// differentiate runs a model on one batch and returns the gradient of "loss"
// with respect to every parameter, zero where there is none.
func (s *Subject) differentiate(m groups.Model, mode graph.Mode) (Tensors, error) {
	h, names := graphtest.WithGradient(m.Graph)
	x := interp.New[float32](h)
	b := Batches(s.Case, 1, s.seed)[0]
	if err := x.Bind(b.Binding); err != nil {
		return nil, err
	}
	for name, v := range b.Ints {
		copy(x.Ints(name), v)
	}
	for name, v := range b.Floats {
		copy(x.Floats(name), v)
	}
	for name, t := range m.Tensors {
		copy(x.Param(name), t.Data)
	}
	if err := x.Run(mode); err != nil {
		return nil, err
	}
	out := Tensors{}
	for _, p := range m.Graph.Params {
		out[p.Name] = tensor.New[float32](p.Shape...)
	}
	for _, name := range names {
		if t, ok := out[name[len("d/"):]]; ok {
			copy(t.Data, x.Output(name))
		}
	}
	return out, nil
}
