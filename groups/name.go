package groups

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
)

// name gives every class its name: the label of its owner ("cell_0",
// "embedding") and, where the owner has several classes, behind a slash a
// state or a parameter that tells them apart. Names depend on the trace and
// not on its sizes.
func (d *Derivation) name() {
	byLabel := map[string][]*Class{}
	var labels []string
	for _, c := range d.Classes {
		l := d.label(c)
		if byLabel[l] == nil {
			labels = append(labels, l)
		}
		byLabel[l] = append(byLabel[l], c)
	}
	taken := map[string]bool{}
	claim := func(c *Class, names []string) {
		for i := 0; ; i++ {
			name := ""
			if i < len(names) {
				name = names[i]
			} else { // several classes of one parameter: numbered as they appear
				name = fmt.Sprintf("%s/%d", names[len(names)-1], i-len(names)+1)
			}
			if !taken[name] {
				taken[name], c.Name = true, name
				return
			}
		}
	}
	for _, l := range labels { // plain labels first: they are claimed by none but their owner's class
		if c := d.principal(byLabel[l]); c != nil {
			claim(c, []string{l})
		}
	}
	for _, pinned := range []bool{false, true} {
		for _, l := range labels {
			for _, c := range byLabel[l] {
				if c.Name == "" && c.Pinned() == pinned {
					claim(c, d.suffixed(l, c))
				}
			}
		}
	}
}

// label is that of the layer that makes the class: of its first state, else of
// the first parameter that makes it, else of the first that carries it.
func (d *Derivation) label(c *Class) string {
	for _, s := range c.States {
		if owner := s[:strings.LastIndexByte(s, '/')]; owner != "" {
			return owner
		}
	}
	names := c.Owners
	if len(names) == 0 {
		names = c.vars()
	}
	return findParam(d.Graph, names[0]).Owner
}

// principal is the class that carries its owner's plain label: the only one
// with a state, else the only one that is free to go, else the only one. An
// axis that is looked up in, such as a vocabulary, is never called like its table.
func (d *Derivation) principal(cs []*Class) *Class {
	var recurrent, free, made []*Class
	for _, c := range cs {
		switch {
		case c.Recurrent:
			recurrent = append(recurrent, c)
		case !c.Pinned():
			free = append(free, c)
		case d.madeOnly(c):
			made = append(made, c)
		}
	}
	for _, list := range [][]*Class{recurrent, free, made} {
		switch len(list) {
		case 0:
			continue
		case 1:
			return list[0]
		}
		return nil
	}
	return nil
}

// madeOnly reports whether no weight reads the class.
func (d *Derivation) madeOnly(c *Class) bool { return len(c.Readers) == 0 && len(c.Owners) > 0 }

// suffixed lists names for a class that shares its label, best first.
func (d *Derivation) suffixed(label string, c *Class) (names []string) {
	for _, s := range c.States {
		names = append(names, label+"/"+s[strings.LastIndexByte(s, '/')+1:])
	}
	if len(names) > 0 {
		return names
	}
	vars := c.Owners
	if len(vars) == 0 {
		vars = c.vars()
	}
	p := findParam(d.Graph, vars[0])
	path := strings.Split(p.Name, "/")
	last := path[len(path)-1]
	side := d.side(p, c)
	if last == label || strings.HasSuffix(label, "/"+last) {
		return []string{label + "/" + side}
	}
	return []string{label + "/" + last, label + "/" + last + "/" + side}
}

// side says on which axis of a parameter a class lies.
func (d *Derivation) side(p *graph.Param, c *Class) string {
	i := slices.IndexFunc(c.Entries, func(e Entry) bool { return e.Var == p.Name })
	switch {
	case i < 0:
		return "elements"
	case len(p.Shape) == 2:
		return [...]string{"rows", "columns"}[c.Entries[i].Axis]
	}
	return fmt.Sprintf("axis%d", c.Entries[i].Axis)
}
