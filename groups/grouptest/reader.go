package grouptest

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
)

// reads reports whether an entry is of weights that read their units and do
// not make them.
func (s *Subject) reads(e groups.Entry) bool {
	return s.Derivation.Atoms.Role(s.Derivation.Graph.Param(e.Var), e.Axis) == graph.Reads
}

// readers: a unit of whose readers a single one is alive is not certified, and
// cutting it out changes what the model says, for some weights. So no reader
// was missed. Where a maximum or a softmax runs over units a change may not
// show, nor through a layer norm over one unit, nor in a soup, which has parts
// that lead nowhere.
func (s *Subject) readers() error {
	if s.Soup {
		return nil
	}
	d := s.Derivation
	for _, c := range s.few() {
		if s.coarse(c) {
			continue
		}
		k := s.rand.IntN(c.Units)
		asked := 0
		for _, j := range s.rand.Perm(len(c.Entries)) {
			alive := c.Entries[j]
			if !s.reads(alive) || asked == 2 && !s.Thorough {
				continue
			}
			asked++
			noticed := false
			for try := uint64(0); try < 8 && !noticed; try++ {
				ts := Weights(d.Graph, s.seed+try)
				for i, e := range c.Entries {
					if i != j && s.reads(e) {
						Clear(d.Graph, ts, []groups.Entry{e}, k)
					}
				}
				cert, err := groups.Certify(d, []*groups.Class{c}, Read(ts))
				if err != nil {
					return err
				}
				if u, ok := find(cert, c, k); ok && u.Removable {
					return fmt.Errorf("unit %d of %s is certified, although its weights in %s (axis %d, index %d) live", k, c.Name, alive.Var, alive.Axis, alive.Index(k))
				}
				small, err := groups.Compact(d.Graph, ts, nil, map[string][]int{c.Name: without(c, k)})
				if err != nil {
					return err
				}
				noticed, err = s.differs(groups.Model{Graph: d.Graph, Tensors: ts}, groups.Model{Graph: small.Graph, Tensors: small.Tensors}, s.seed+try)
				if err != nil {
					return err
				}
			}
			if !noticed && !s.normOfOne() {
				return fmt.Errorf("unit %d of %s is read by %s (axis %d, index %d) alone, and nothing notices that it goes", k, c.Name, alive.Var, alive.Axis, alive.Index(k))
			}
			s.count("living readers", 1)
		}
	}
	return nil
}

// coarse reports whether something reads units of a class in a way that may
// hide a change.
func (s *Subject) coarse(c *groups.Class) bool {
	return slices.ContainsFunc(c.Atoms, func(a graph.Atom) bool {
		return slices.ContainsFunc(s.Derivation.Atoms.Readers(a), func(r graph.FixedReader) bool { return r.How == graph.NeverExact })
	})
}

// normOfOne reports whether the model has a layer norm over a single unit, which
// says its bias whatever it is told: what leads nowhere else cannot matter.
func (s *Subject) normOfOne() bool { return hasNormOfOne(s.Derivation.Origin().Graph) }

func hasNormOfOne(g *graph.Graph) bool {
	return slices.ContainsFunc(g.Nodes, func(n *graph.Node) bool {
		switch op := n.Op.(type) {
		case *graph.RStdOp:
			return op.Centred && op.Width == 1
		case *graph.ScanOp:
			return hasNormOfOne(op.Body)
		}
		return false
	})
}

// closed: units that only units of the same set read go together, by R, though
// their components are not zero: one that feeds its own gates, two that feed
// each other. One that feeds a unit that lives must stay.
func (s *Subject) closed() error {
	for _, c := range s.few() {
		if len(c.FixedReaders) > 0 || s.Soup || !s.plain(c) {
			continue
		}
		order := s.rand.Perm(c.Units)
		for n := 1; n < min(3, c.Units); n++ {
			ks := order[:n]
			ts := Weights(s.Derivation.Graph, s.seed)
			left := 0
			for _, k := range ks {
				left += s.readOnlyBy(ts, c, k, ks)
			}
			cert, err := groups.Certify(s.Derivation, nil, Read(ts))
			if err != nil {
				return err
			}
			for _, k := range ks {
				u, _ := find(cert, c, k)
				if !u.Removable || u.By() == string(groups.Silent) && left > 0 {
					return fmt.Errorf("units %v of %s feed only each other, and unit %d must stay: %+v", ks, c.Name, k, u)
				}
				if u.Dead && left > 0 {
					return fmt.Errorf("unit %d of %s feeds units of %v of its class and is counted as dead", k, c.Name, ks)
				}
			}
			if left > 0 {
				s.count(fmt.Sprintf("sets of %d that feed only themselves", n), 1)
			}
			if _, err := s.cut(cert, ts, s.equal); err != nil {
				return fmt.Errorf("units %v of %s feed only each other: %w", ks, c.Name, err)
			}
		}
	}
	return nil
}

// plain reports whether no axis that carries the class is divided into factors.
func (s *Subject) plain(c *groups.Class) bool {
	d := s.Derivation
	for _, e := range slices.Concat(c.Entries, c.Followers) {
		for k := range c.Units {
			if len(d.Atoms.Of(d.Graph.Leaf(d.Graph.Param(e.Var)), e.Axis, e.Index(k))) != 1 {
				return false
			}
		}
	}
	return true
}

// readOnlyBy zeroes all weights that read unit k but those towards units of
// the same class, and returns how many are left.
func (s *Subject) readOnlyBy(ts Tensors, c *groups.Class, k int, units []int) (left int) {
	d := s.Derivation
	for _, e := range c.Entries {
		p := d.Graph.Param(e.Var)
		if d.Atoms.Role(p, e.Axis)&graph.Reads == 0 {
			continue
		}
		Each(d.Graph, e, k, func(i int) {
			for axis, at := len(p.Shape)-1, i; axis >= 0; axis-- {
				index := at % p.Shape[axis]
				at /= p.Shape[axis]
				if axis == e.Axis {
					continue
				}
				for _, u := range units {
					if slices.Contains(d.Atoms.Of(d.Graph.Leaf(p), axis, index), c.Atoms[u]) {
						left++
						return
					}
				}
			}
			ts[e.Var].Data[i] = 0
		})
	}
	return left
}
