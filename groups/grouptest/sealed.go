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
		grads, err := differentiate[float32](s, whole, graph.Mode{Training: true, Seed: s.seed, Step: 2})
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
	return s.gradients(whole, rest)
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

// gradients demands that those of the second model, a cut of the first, are
// those of the first without the units that went: bit for bit, and where
// reductions over units group their terms anew, up to rounding.
//
// Rounding is as large as the summed terms are, times the unit roundoff, and a
// gradient of 1e-9 may be what is left of terms a thousand times its size. So
// the terms are measured: by what float32 is off by in the whole model. In
// float64, where the models are compared, rounding is 2^-29 of that, while a
// difference that is not rounding stays what it is. 2^-14 of it is allowed, as
// errors of float32 may happen to be small, but no less than for terms as
// large as the gradient.
func (s *Subject) gradients(a, b groups.Model) error {
	mode := graph.Mode{Training: true, Seed: s.seed, Step: 3}
	short, err := differentiate[float32](s, a, mode)
	if err != nil {
		return err
	}
	if !s.Soup {
		small, err := differentiate[float32](s, b, mode)
		if err != nil {
			return err
		}
		return equalGradients(s, b.Graph, short, small, func(string) float64 { return 0 })
	}
	long, err := differentiate[float64](s, a, mode)
	if err != nil {
		return err
	}
	small, err := differentiate[float64](s, b, mode)
	if err != nil {
		return err
	}
	return equalGradients(s, b.Graph, long, small, func(name string) (bound float64) {
		for i, v := range long[name].Data {
			off := math.Abs(v - float64(short[name].Data[i]))
			bound = max(bound, math.Ldexp(off+math.Ldexp(math.Abs(v), -24), -14))
		}
		return bound
	})
}

// equalGradients compares the gradients of a whole model with those of one that
// was cut out of it, whose graph is g: no two differ by more than the bound of
// their parameter.
func equalGradients[T tensor.Float](s *Subject, g *graph.Graph, whole, small map[string]tensor.Dense[T], bound func(name string) float64) error {
	for _, p := range g.Params {
		w := whole[p.Name]
		for axis, kept := range p.Kept {
			if kept != nil {
				w = w.Restrict(axis, kept)
			}
		}
		most := bound(p.Name)
		for i, want := range w.Data {
			if got := small[p.Name].Data[i]; !(math.Abs(float64(got-want)) <= most) {
				return fmt.Errorf("the gradient of %s[%d] is %v, in the whole model %v; rounding is at most %.2g", p.Name, i, got, want, most)
			}
		}
		s.count("gradients compared", p.Size())
	}
	return nil
}

// differentiate runs a model on one batch and returns the gradient of "loss"
// with respect to every parameter, zero where there is none.
func differentiate[T tensor.Float](s *Subject, m groups.Model, mode graph.Mode) (map[string]tensor.Dense[T], error) {
	h, names := graphtest.WithGradient(m.Graph)
	x := interp.New[T](h)
	b := Batches(s.Case, 1, s.seed)[0]
	if err := x.Bind(b.Binding); err != nil {
		return nil, err
	}
	for name, v := range b.Ints {
		copy(x.Ints(name), v)
	}
	for name, v := range b.Floats {
		fill(x.Floats(name), v)
	}
	for name, t := range m.Tensors {
		fill(x.Param(name), t.Data)
	}
	if err := x.Run(mode); err != nil {
		return nil, err
	}
	out := map[string]tensor.Dense[T]{}
	for _, p := range m.Graph.Params {
		out[p.Name] = tensor.New[T](p.Shape...)
	}
	for _, name := range names {
		if t, ok := out[name[len("d/"):]]; ok {
			copy(t.Data, x.Output(name))
		}
	}
	return out, nil
}

func fill[T tensor.Float](to []T, from []float32) {
	for i, v := range from {
		to[i] = T(v)
	}
}
