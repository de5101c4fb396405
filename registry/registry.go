// Package registry is a typed catalogue of things that have names: cells,
// tasks, presets. A catalogue is a value that is built once and passed on,
// never a global that packages fill behind one's back, so a program can hold
// two different ones and a test can make its own:
//
//	cells := registry.New[core.CellPlugin]("cell")
//	if err := cells.Add("lstm", "github.com/seed391906a2/iss/cells", LSTM); err != nil {
//		return err
//	}
//	plugin, err := cells.Get(name)
//
// A name that is taken and a name that is not known are errors that say what
// to do: who took it, what is known, and what was probably meant.
package registry

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// A Catalogue maps names to values of one type. Adding is not safe for
// concurrent use; once filled, a catalogue may be read from many goroutines.
type Catalogue[T any] struct {
	kind    string
	entries map[string]entry[T]
}

type entry[T any] struct {
	source string
	value  T
}

// New returns an empty catalogue. The kind is the singular noun that error
// texts use for an entry, for example "cell".
func New[T any](kind string) *Catalogue[T] {
	return &Catalogue[T]{kind: kind, entries: make(map[string]entry[T])}
}

// Add enters v under name. The source says where v comes from, usually the
// import path of the package that defines it; it is shown when two entries
// claim one name. Add returns a *NameError if the name could not be typed on a
// command line and a *DuplicateError if it is taken.
func (c *Catalogue[T]) Add(name, source string, v T) error {
	if why := unfit(name); why != "" {
		return &NameError{Kind: c.kind, Name: name, Source: source, Why: why}
	}
	if old, ok := c.entries[name]; ok {
		return &DuplicateError{Kind: c.kind, Name: name, First: old.source, Second: source}
	}
	c.entries[name] = entry[T]{source: source, value: v}
	return nil
}

// Get returns the value called name, or an *UnknownError.
func (c *Catalogue[T]) Get(name string) (T, error) {
	e, ok := c.entries[name]
	if !ok {
		var none T
		return none, Unknown(c.kind, name, c.Names())
	}
	return e.value, nil
}

// Source returns what Add was told about the origin of name, and whether there
// is such an entry.
func (c *Catalogue[T]) Source(name string) (string, bool) {
	e, ok := c.entries[name]
	return e.source, ok
}

// Names returns all names in increasing order of their bytes.
func (c *Catalogue[T]) Names() []string {
	names := make([]string, 0, len(c.entries))
	for name := range c.entries {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Kind returns the noun given to New.
func (c *Catalogue[T]) Kind() string { return c.kind }

// Len returns the number of entries.
func (c *Catalogue[T]) Len() int { return len(c.entries) }

// unfit says why a name cannot be used, or returns "". Names stand on command
// lines beside paths and beside @last, and in lists separated by commas.
func unfit(name string) string {
	switch {
	case name == "":
		return "it is empty"
	case strings.HasPrefix(name, "-"):
		return "it begins with a dash, as flags do"
	case strings.ContainsAny(name, `/\@,=:"'`):
		return `it contains one of / \ @ , = : " '`
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		return "it contains a blank or an unprintable character"
	}
	return ""
}

// NameError says that an entry's name cannot be used.
type NameError struct {
	Kind, Name, Source string
	Why                string
}

func (e *NameError) Error() string {
	return fmt.Sprintf("registry: %s %q from %s cannot have this name: %s; use letters, digits, - and _",
		e.Kind, e.Name, orUnstated(e.Source), e.Why)
}
