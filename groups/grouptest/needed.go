package grouptest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/groups"
)

// needed: under a random pattern of zeros, what is certified goes bit by bit,
// and a unit that is not changes what the model says when it is cut out with
// it, for some weights of the same pattern: certificates let all go that can,
// and nothing else. The second is not asked where it need not be so: where
// something without weights of its own reads units (a norm does even if nothing
// reads the norm, and a layer norm over one unit says the same whatever that
// says), where one of a class stays because the class must keep one, and of
// soups, which have parts that lead nowhere.
func (s *Subject) needed() error {
	d := s.Derivation
	var zeros []func(ts Tensors)
	for _, c := range s.free() {
		for _, k := range s.some(c) {
			for _, e := range append(append([]groups.Entry(nil), c.Entries...), c.Followers...) {
				if s.rand.IntN(3) > 0 {
					zeros = append(zeros, func(ts Tensors) { Clear(d.Graph, ts, []groups.Entry{e}, k) })
				}
			}
		}
	}
	draw := func(try uint64) Tensors {
		ts := Weights(d.Graph, s.seed+try)
		for _, zero := range zeros {
			zero(ts)
		}
		return ts
	}
	ts := draw(0)
	cert, err := groups.Certify(d, nil, Read(ts))
	if err != nil {
		return err
	}
	if _, err := s.cut(cert, ts, s.equal); err != nil {
		return fmt.Errorf("by a random pattern of zeros: %w", err)
	}
	if s.Soup || s.normOfOne() || slices.ContainsFunc(s.free(), func(c *groups.Class) bool { return len(c.FixedReaders) > 0 }) {
		return nil
	}
	for _, cc := range cert.Classes {
		for _, u := range cc.Units {
			if strings.Contains(u.Reason, "must keep one") {
				return nil
			}
		}
	}
	for _, c := range s.few() {
		left, cut := cert.Keep()[c.Name]
		if !cut {
			left = c.IDs
		}
		if len(left) < 2 {
			continue
		}
		id := left[s.rand.IntN(len(left))]
		if err := s.matters(c, id, cert, draw); err != nil {
			return err
		}
		s.count("units that matter", 1)
	}
	return nil
}

// matters looks for weights for which a unit matters beside those that go.
func (s *Subject) matters(c *groups.Class, id int, cert *groups.Certificate, draw func(try uint64) Tensors) error {
	keep := cert.Keep()
	ids := keep[c.Name]
	if ids == nil {
		ids = c.IDs
	}
	keep[c.Name] = nil
	for _, k := range ids {
		if k != id {
			keep[c.Name] = append(keep[c.Name], k)
		}
	}
	for try := uint64(0); try < 8; try++ {
		ts := draw(try)
		small, err := groups.Compact(s.Case.Graph, ts, nil, keep)
		if err != nil {
			return err
		}
		noticed, err := s.differs(groups.Model{Graph: s.Case.Graph, Tensors: ts}, groups.Model{Graph: small.Graph, Tensors: small.Tensors}, s.seed+try)
		if noticed || err != nil {
			return err
		}
	}
	return fmt.Errorf("unit %d of %s is not certified, and nothing notices when it goes with %v", id, c.Name, cert.Keep())
}
