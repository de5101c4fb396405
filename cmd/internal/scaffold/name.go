package scaffold

import (
	"fmt"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// Name is the name of a new cell, one that can name files and folders too:
// small letters, digits and single dashes, a letter first.
type Name string

var names = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// longest is the length of the longest name.
const longest = 40

// taken are names that would name a file of the module, or one that Go or an
// operating system reads as something else.
var taken = []string{"train", "con", "prn", "aux", "nul", "go"}

// ParseName checks a name.
func ParseName(s string) (Name, error) {
	switch {
	case len(s) > longest:
		return "", fmt.Errorf("the name of a cell has at most %d characters; this one has %d", longest, len(s))
	case !names.MatchString(s):
		return "", fmt.Errorf("%q cannot name a cell: it must be small letters, digits and dashes, with a letter first%s", s, hint(s))
	case slices.Contains(taken, s):
		return "", fmt.Errorf("%q cannot name a cell here, since its files would then be called what means something else; choose another", s)
	}
	return Name(s), nil
}

var others = regexp.MustCompile(`[^a-z0-9]+`)

// hint is a name near to one that cannot be used.
func hint(s string) string {
	near := strings.Trim(others.ReplaceAllString(strings.ToLower(s), "-"), "-")
	if near = strings.TrimLeft(near, "-0123456789"); !names.MatchString(near) {
		return ""
	}
	return ", as in " + near
}

// Package is the name of the Go package: a name without dashes, and no word of
// the language.
func (n Name) Package() string {
	p := strings.ReplaceAll(string(n), "-", "")
	if token.IsKeyword(p) || slices.Contains([]string{"main", "internal", "core", "graph", "fmt"}, p) {
		p += "cell"
	}
	return p
}

// Program is the name of the program that knows the cell.
func (n Name) Program() string { return "iss-" + string(n) }
