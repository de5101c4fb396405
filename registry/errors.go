package registry

import (
	"fmt"
	"strings"
)

// DuplicateError says that two entries of a catalogue claim one name.
type DuplicateError struct {
	Kind, Name    string
	First, Second string // sources, in the order of arrival
}

func (e *DuplicateError) Error() string {
	return fmt.Sprintf("registry: %s %q is there twice: from %s and from %s; rename one of them",
		e.Kind, e.Name, orUnstated(e.First), orUnstated(e.Second))
}

// UnknownError says that a name is in no entry of a catalogue.
type UnknownError struct {
	Kind, Name string
	Known      []string // all names, sorted
	Nearest    string   // the known name closest to Name, or ""
}

// Unknown returns the error for a name that is not among known, which should
// be sorted. It serves look-ups outside a Catalogue too, so that every unknown
// name in the program reads alike:
//
//	registry: no cell "lstn"; known: gru, lstm, rhn, rnn; nearest is lstm
func Unknown(kind, name string, known []string) *UnknownError {
	return &UnknownError{Kind: kind, Name: name, Known: known, Nearest: Nearest(name, known)}
}

func (e *UnknownError) Error() string {
	known := "none"
	if len(e.Known) > 0 {
		known = strings.Join(e.Known, ", ")
	}
	text := fmt.Sprintf("registry: no %s %q; known: %s", e.Kind, e.Name, known)
	if e.Nearest != "" {
		text += "; nearest is " + e.Nearest
	}
	return text
}

func orUnstated(source string) string {
	if source == "" {
		return "an unstated source"
	}
	return source
}
