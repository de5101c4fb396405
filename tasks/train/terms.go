package train

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/schemas"
	"github.com/seed391906a2/iss/tasks"
)

// Term is a regularizer of a configuration, bound to a model.
type Term struct {
	tasks.Regularizer
	Name   string         // such as "l1 on all"; the second of a name has a number
	Groups []groups.Group // the components of a group Lasso, λ's multipliers in them
	Vars   []string       // what an l1 or l2 is on, in the order of the model
}

// Terms binds the regularizers of a configuration to a model, cut or whole.
// chosen are all groups of units that may be penalised (what Options.Groups
// has). Terms whose λ is 0 are left out. The error is a schemas.Faults whose
// pointers are those of the configuration: classes that are not there, patterns
// that match nothing, terms on what is not trained.
func Terms(cfg tasks.Config, g *graph.Graph, chosen []groups.Group) ([]Term, error) {
	b := &termBinder{cfg: cfg, g: g, chosen: chosen}
	var err error
	if b.d, err = groups.Derive(g); err != nil {
		return nil, err
	}
	b.named(cfg.Train.Only, "only", b.variables(0), "train")
	var terms []Term
	count := map[string]int{}
	for i, r := range cfg.ISS.Regularizers {
		t := b.term(schemas.Pointer("iss", "regularizers", i), r)
		if r.Lambda == 0 {
			continue
		}
		t.Name = r.Kind + " on " + r.On
		if count[t.Name]++; count[t.Name] > 1 {
			t.Name += fmt.Sprintf(" (%d)", count[t.Name])
		}
		terms = append(terms, t)
	}
	return terms, b.faults.Err()
}

// trains reports whether a variable is trained.
func trains(cfg tasks.Config, name string) bool {
	return len(cfg.Train.Only) == 0 || anyMatches(cfg.Train.Only, name)
}

// termBinder collects the faults of one configuration against one model.
type termBinder struct {
	cfg    tasks.Config
	g      *graph.Graph
	d      *groups.Derivation
	chosen []groups.Group
	faults schemas.Faults
}

func (b *termBinder) fault(pointer, format string, args ...any) {
	b.faults = append(b.faults, schemas.Fault{Pointer: pointer, Message: fmt.Sprintf(format, args...)})
}

// variables are those with at least so many axes.
func (b *termBinder) variables(axes int) (names []string) {
	for _, p := range b.g.Params {
		if len(p.Shape) >= axes {
			names = append(names, p.Name)
		}
	}
	return names
}

func (b *termBinder) term(pointer string, r tasks.Regularizer) Term {
	t := Term{Regularizer: r}
	if r.Kind == "group_lasso" && r.On == "iss" {
		t.Groups = b.units(pointer, r)
		return t
	}
	if r.Kind == "group_lasso" {
		t.Groups = b.lines(pointer, r)
		return t
	}
	t.Vars = b.subset(pointer, r, b.variables(0))
	return t
}

// subset are the trained variables that the patterns of a term name.
func (b *termBinder) subset(pointer string, r tasks.Regularizer, names []string) (vars []string) {
	before := len(b.faults)
	b.named(r.Vars, "vars", names, pointer)
	b.named(r.Except, "except", names, pointer)
	for _, name := range names {
		if (len(r.Vars) == 0 || anyMatches(r.Vars, name)) && !anyMatches(r.Except, name) && trains(b.cfg, name) {
			vars = append(vars, name)
		}
	}
	if len(vars) == 0 && len(b.faults) == before {
		b.fault(pointer, "nothing that it is on is trained; leave it out, or change vars, except or train.only")
	}
	return vars
}

// named holds the patterns of a field against the names that it is about.
func (b *termBinder) named(patterns []string, field string, names []string, parent string) {
	if parent == "train" {
		parent = schemas.Pointer("train")
	}
	for i, p := range patterns {
		if !slices.ContainsFunc(names, func(name string) bool { return matches(p, name) }) {
			b.fault(parent+schemas.Pointer(field, i), "%s", b.unmatched(p, names))
		}
	}
}

// unmatched says why a pattern names none of names.
func (b *termBinder) unmatched(pattern string, names []string) string {
	for _, p := range b.g.Params {
		if matches(pattern, p.Name) {
			return fmt.Sprintf("%s has shape %v; only a matrix has rows and columns", p.Name, p.Shape)
		}
	}
	return noMatch(pattern, names)
}

// lines are the rows or columns of matrices.
func (b *termBinder) lines(pointer string, r tasks.Regularizer) []groups.Group {
	matrices := slices.DeleteFunc(b.variables(2), func(name string) bool { return len(b.g.Param(name).Shape) > 2 })
	axis := slices.Index([]string{"rows", "columns"}, r.On)
	list, err := groups.LinesOf(b.g, axis, b.subset(pointer, r, matrices))
	if err != nil {
		b.fault(pointer, "%v", err)
	}
	for i, group := range list {
		if r.CoefScaling {
			list[i] = group.Scaled(b.d.Origin().Graph.Param(group.Entries[0].Var).Shape[1-axis])
		}
	}
	return list
}

// units are the groups of hidden units that a term is on.
func (b *termBinder) units(pointer string, r tasks.Regularizer) (out []groups.Group) {
	var known []string
	for _, group := range b.chosen {
		known = append(known, group.Class)
	}
	for i, name := range r.Classes {
		if !slices.Contains(known, name) {
			b.fault(pointer+schemas.Pointer("classes", i), "no group of class %q is there; %s", name, near(name, known))
		}
	}
	for _, group := range b.chosen {
		if !b.on(group, r.Classes) {
			continue
		}
		size, biases := b.size(group)
		if b.cfg.ISS.Biases == "penalise" {
			group, size = group.WithBiases(), size+biases
		}
		if r.CoefScaling {
			group = group.Scaled(size)
		}
		out = append(out, group)
	}
	if len(out) == 0 && len(r.Classes) == 0 {
		b.fault(pointer, "there is no group of hidden units that it could be on; name classes (iss groups show --all) or leave it out")
	}
	return out
}

func near(name string, known []string) string {
	if n := registry.Nearest(name, known); n != "" {
		return fmt.Sprintf("nearest is %q", n)
	}
	return "iss groups show --all lists the classes"
}

// on reports whether a term with those classes is on a group: without any, on
// those of iss.classes or of the group file, else on the recurrent ones.
func (b *termBinder) on(group groups.Group, classes []string) bool {
	if len(classes) > 0 {
		return slices.Contains(classes, group.Class)
	}
	if b.cfg.ISS.Groups != "" {
		return true
	}
	if len(b.cfg.ISS.Classes) > 0 {
		return slices.Contains(b.cfg.ISS.Classes, group.Class)
	}
	c, err := b.d.Class(group.Class)
	return err != nil || c.Recurrent || !b.cfg.NamesClass(group.Class)
}

// size is that of a group's components in the model before any cut, so that λ
// does not move while the model shrinks.
func (b *termBinder) size(group groups.Group) (size, biases int) {
	count := groups.Counting(b.cfg.ISS.Count)
	if c, err := b.d.Origin().Class(group.Class); err == nil && group.Name == group.Class && b.cfg.ISS.Groups == "" {
		return count.Size(b.d.Origin().Graph, c.Group()), len(c.Followers)
	}
	return count.Size(b.g, group), len(group.Followers)
}
