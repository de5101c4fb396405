package groups

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/schemas"
)

// Bind fits a file to a model. The error is a schemas.Faults: every variable
// or class that the model does not have (with the nearest name), every range
// outside its weight, every axis that cannot carry units, groups whose entries
// differ in length, entries that are there twice. A file made by
// Derivation.Spec has no positions to print. Whether the groups are those of
// the model is what Lint tells.
func (s *Spec) Bind(g *graph.Graph) ([]Group, error) {
	d, err := Derive(g)
	if err != nil {
		return nil, err
	}
	return s.BindTo(d)
}

// BindTo is Bind for a model whose classes are known.
func (s *Spec) BindTo(d *Derivation) ([]Group, error) {
	b := newBinder(s, d)
	var out []Group
	for i := range b.groups {
		if s.Version == 2 {
			out = append(out, b.choice(i))
		} else {
			out = append(out, b.group(i))
		}
	}
	if err := b.faults.Err(); err != nil {
		return nil, err
	}
	return out, nil
}

// binder collects the faults of one file against one model.
type binder struct {
	spec   *Spec
	groups []SpecGroup // of the file, those that layers make included
	d      *Derivation
	vars   []string // that may be in a group
	faults schemas.Faults
}

// newBinder turns the layers of a published configuration into groups, too.
func newBinder(s *Spec, d *Derivation) *binder {
	b := &binder{spec: s, d: d, groups: s.Groups}
	for _, p := range d.Graph.Params {
		if len(p.Shape) > 1 {
			b.vars = append(b.vars, p.Name)
		}
	}
	for _, l := range s.layers {
		b.groups = append(b.groups, l.groups(d.Graph, b.vars, b.fault)...)
	}
	return b
}

// fault notes what is wrong at a place of the file.
func (b *binder) fault(pointer, format string, args ...any) {
	if b.spec.doc == nil {
		b.faults = append(b.faults, schemas.Fault{Pointer: pointer, Message: fmt.Sprintf(format, args...)})
		return
	}
	b.faults = append(b.faults, b.spec.doc.Fault(pointer, format, args...))
}

// choice binds a group of version 2: a class by its name.
func (b *binder) choice(i int) Group {
	s := b.groups[i]
	pointer := schemas.Pointer("groups", i, "class")
	c := b.class(pointer, s.Class)
	if c == nil {
		return Group{}
	}
	for j := range i {
		if b.groups[j].Class == s.Class {
			b.fault(pointer, "class %q is there twice, first in group %d", s.Class, j)
			break
		}
	}
	g := c.Group()
	g.Multi = s.Multi
	return g
}

// class is the class of that name, free to go, or nil with a fault noted.
func (b *binder) class(pointer, name string) *Class {
	for _, c := range b.d.Classes {
		if c.Name != name {
			continue
		}
		if c.Pinned() {
			b.fault(pointer, "class %q cannot lose units: its size is fixed by %s", name, strings.Join(c.Pins, ", "))
			return nil
		}
		return c
	}
	b.fault(pointer, "no class %q%s; list them with: iss groups show", name, nearest(name, b.d.Names()))
	return nil
}

func nearest(name string, known []string) string {
	if n := registry.Nearest(name, known); n != "" {
		return fmt.Sprintf("; nearest is %q", n)
	}
	return ""
}

// group binds a group that lists entries.
func (b *binder) group(i int) Group {
	s := b.groups[i]
	g := Group{Name: s.Name, Class: s.Class, Multi: s.Multi}
	if s.Class != "" {
		b.class(schemas.Pointer("groups", i, "class"), s.Class)
	}
	sound := true
	for j, e := range s.Entries {
		if field, problem := b.problem(i, j); problem != "" {
			b.fault(b.pointer(i, j)+field, "%s", problem)
			sound = false
			continue
		}
		bound := newEntry(e.Var, e.Axis, e.indices(e.Count))
		bound.Multi = e.Multi
		g.Entries = append(g.Entries, bound)
	}
	if !sound {
		return g
	}
	g.Units = s.Entries[0].Count
	if c := b.owner(g); c != nil {
		g.Followers = b.followers(c, g)
		if g.Class == "" {
			g.Class = c.Name
		}
	}
	if g.Name == "" {
		g.Name = g.Class
	}
	if g.Name == "" {
		g.Name = fmt.Sprintf("group %d", i)
	}
	return g
}

// pointer is where entry j of group i stands in the file.
func (b *binder) pointer(i, j int) string {
	if at := b.groups[i].Entries[j].at; at != "" {
		return at
	}
	if b.groups[i].bare {
		return schemas.Pointer("groups", i, j)
	}
	return schemas.Pointer("groups", i, "entries", j)
}

// owner is the class whose units the group's entries make, or that they read
// if they make none; nil if they are not those of one class.
func (b *binder) owner(g Group) *Class {
	var found *Class
	for _, role := range []graph.Role{graph.Makes, graph.Reads} {
		for _, e := range g.Entries {
			p := findParam(b.d.Origin().Graph, e.Var)
			if b.d.Atoms.Role(p, e.Axis)&role == 0 {
				continue
			}
			c := b.holder(e)
			if c == nil {
				return nil
			}
			if found != nil && c != found {
				return nil
			}
			found = c
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// holder is the only class that has the entry's first index, or nil.
func (b *binder) holder(e Entry) (found *Class) {
	for _, c := range b.d.Classes {
		for _, f := range c.Entries {
			if f.Var == e.Var && f.Axis == e.Axis && slices.Contains(f.indices(c.Units), e.Index(0)) {
				if found != nil && found != c {
					return nil
				}
				found = c
			}
		}
	}
	return found
}

// followers are the class's elements that go with the group's units; nil if
// the group's units are not just the class's.
func (b *binder) followers(c *Class, g Group) []Entry {
	if g.Units != c.Units {
		return nil
	}
	return c.Followers
}
