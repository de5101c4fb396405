package grouptest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
)

// chosen are units of classes.
type chosen map[*groups.Class][]int

// comparison is a way to hold two models against each other.
type comparison func(a, b groups.Model, bitwise bool) error

func (u chosen) String() string {
	out := ""
	for c, units := range u {
		out += fmt.Sprintf("%v of %s ", units, c.Name)
	}
	return out
}

// removal: units of all classes whose components are zero go together, with
// their biases alive, unless something without weights of its own reads them.
// Then more units go from what is left, in some models in the engine as well.
func (s *Subject) removal() error {
	small, err := s.goes(Weights(s.Case.Graph, s.seed), s.draw(), s.equal)
	if err != nil {
		return err
	}
	c := *s.Case
	c.Graph = small.Graph
	rest := *s
	rest.Case = &c
	if rest.Derivation, err = groups.Derive(small.Graph); err != nil {
		return err
	}
	equal := rest.equal
	if s.seed%4 == 0 { // planning is slow
		equal = rest.bounded
	}
	if _, err = rest.goes(small.Tensors, rest.draw(), equal); err != nil {
		return fmt.Errorf("%v are left: %w", small.Kept, err)
	}
	return nil
}

// draw chooses units of most classes, but not all of any.
func (s *Subject) draw() chosen {
	units := chosen{}
	for _, c := range s.free() {
		if s.rand.IntN(5) > 0 {
			units[c] = s.some(c)
		}
	}
	return units
}

// alone: so do units of one class.
func (s *Subject) alone() error {
	for _, c := range s.few() {
		if _, err := s.goes(Weights(s.Case.Graph, s.seed), chosen{c: s.some(c)}, s.equal); err != nil {
			return err
		}
	}
	return nil
}

// goes zeroes components and demands that these units are certified, that the
// certificate does not depend on the order of the classes, that both counts are
// right, that the cut model says the same, and that it has no more units that
// could go. Others may go with them whose readers went.
func (s *Subject) goes(ts Tensors, units chosen, equal comparison) (*groups.Compacted, error) {
	d := s.Derivation
	for c, ks := range units {
		for _, k := range ks {
			Clear(d.Graph, ts, c.Entries, k)
			if len(c.FixedReaders) > 0 { // its biases speak
				Clear(d.Graph, ts, c.Followers, k)
			}
		}
	}
	cert, err := groups.Certify(d, nil, Read(ts))
	if err != nil {
		return nil, err
	}
	var small *groups.Compacted
	check := func() error {
		for c, ks := range units {
			if err := s.certified(cert, c, ks); err != nil {
				return err
			}
		}
		if err := s.ordered(cert, ts); err != nil {
			return err
		}
		if err := s.counts(cert, ts); err != nil {
			return err
		}
		var err error
		small, err = s.cut(cert, ts, equal)
		return err
	}
	if err := check(); err != nil {
		return nil, fmt.Errorf("%v are zero: %w", units, err)
	}
	return small, nil
}

// certified demands that units of a class go, and that they are counted dead.
func (s *Subject) certified(cert *groups.Certificate, c *groups.Class, ks []int) error {
	for _, k := range ks {
		u, ok := find(cert, c, k)
		switch {
		case !ok || len(c.Entries) > 0 && !u.Dead:
			return fmt.Errorf("unit %d of %s is not counted as dead", k, c.Name)
		case u.Removable:
			s.count("removed by "+u.By(), 1)
		case strings.Contains(u.Reason, "must keep one"): // all of them could go
			s.count("kept as the last", 1)
		case len(c.FixedReaders) == 0 && !s.Soup:
			return fmt.Errorf("unit %d of %s must stay: %s", k, c.Name, u.Reason)
		default:
			s.count("kept by readers without weights", 1)
		}
	}
	return nil
}

func find(cert *groups.Certificate, c *groups.Class, k int) (groups.UnitCertificate, bool) {
	for _, cc := range cert.Classes {
		if cc.Class.Name == c.Name {
			i := slices.IndexFunc(cc.Units, func(u groups.UnitCertificate) bool { return u.ID == c.IDs[k] })
			if i >= 0 {
				return cc.Units[i], true
			}
		}
	}
	return groups.UnitCertificate{}, false
}

// ordered: the certificate is the same whatever the order of the classes.
func (s *Subject) ordered(cert *groups.Certificate, ts Tensors) error {
	var classes []*groups.Class
	for _, c := range s.Derivation.Classes {
		if !c.Pinned() {
			classes = append(classes, c)
		}
	}
	s.rand.Shuffle(len(classes), func(i, j int) { classes[i], classes[j] = classes[j], classes[i] })
	other, err := groups.Certify(s.Derivation, classes, Read(ts))
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(cert.Keep(), other.Keep()) {
		return fmt.Errorf("with the classes in another order %v stay, not %v", other.Keep(), cert.Keep())
	}
	return nil
}

// counts: the units that are dead are those that CountZeros counts, and the
// removable ones are those that Keep leaves out.
func (s *Subject) counts(cert *groups.Certificate, ts Tensors) error {
	keep, gone, dead := cert.Keep(), 0, 0
	for _, cc := range cert.Classes {
		if ids, cut := keep[cc.Class.Name]; cut {
			gone += cc.Class.Units - len(ids)
		}
		z := groups.CountZeros(s.Derivation.Graph, []groups.Group{cc.Class.Group()}, Read(ts)).Groups[0]
		dead += z.Of - z.Left
	}
	if gone != cert.Removable() || dead != cert.Dead() {
		return fmt.Errorf("the certificate counts %d removable and %d dead units; %d and %d are", cert.Removable(), cert.Dead(), gone, dead)
	}
	return nil
}

// cut compacts by a certificate: the result is equal, and certified again it
// loses nothing more.
func (s *Subject) cut(cert *groups.Certificate, ts Tensors, equal comparison) (*groups.Compacted, error) {
	g := s.Case.Graph
	small, err := groups.Compact(g, ts, nil, cert.Keep())
	if err != nil {
		return nil, err
	}
	if err := equal(groups.Model{Graph: g, Tensors: ts}, groups.Model{Graph: small.Graph, Tensors: small.Tensors}, cert.Bitwise); err != nil {
		return nil, err
	}
	for name, kept := range cert.Keep() {
		if !slices.Equal(kept, small.Kept[name]) {
			return nil, fmt.Errorf("the certificate keeps %v of %s, the model %v", kept, name, small.Kept[name])
		}
	}
	d, err := groups.Derive(small.Graph)
	if err != nil {
		return nil, err
	}
	again, err := groups.Certify(d, nil, Read(small.Tensors))
	if err != nil {
		return nil, err
	}
	if again.Removable() > 0 {
		return nil, fmt.Errorf("what is left can lose units still: %v stay, then %v", small.Kept, again.Keep())
	}
	s.count("removed", cert.Removable())
	return small, nil
}

// silent: units whose columns and biases are zero go wherever the zero rules
// say that they are zero, although their readers live; a component is not zero
// then.
func (s *Subject) silent() error {
	d := s.Derivation
	for _, c := range s.few() {
		ts := Weights(d.Graph, s.seed)
		ks := s.some(c)
		for _, k := range ks {
			for _, e := range c.Entries {
				if d.Atoms.Role(d.Graph.Param(e.Var), e.Axis)&graph.Makes != 0 {
					Clear(d.Graph, ts, []groups.Entry{e}, k)
				}
			}
			Clear(d.Graph, ts, c.Followers, k)
		}
		cert, err := groups.Certify(d, nil, Read(ts))
		if err != nil {
			return err
		}
		for _, k := range ks {
			if u, ok := find(cert, c, k); ok && u.Removable {
				if len(c.Entries) > 0 && u.Dead && s.lives(c) {
					return fmt.Errorf("unit %d of %s has readers that live and is counted as dead", k, c.Name)
				}
				s.count("silent units removed", 1)
			}
		}
		if _, err := s.cut(cert, ts, s.equal); err != nil {
			return fmt.Errorf("%v of %s make zeros: %w", ks, c.Name, err)
		}
	}
	return nil
}

// lives reports whether a class has readers that are not zeroed with its columns.
func (s *Subject) lives(c *groups.Class) bool { return slices.ContainsFunc(c.Entries, s.reads) }
