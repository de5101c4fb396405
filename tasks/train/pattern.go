package train

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/registry"
)

// matches reports whether a pattern, in which * stands for anything, slashes
// included, is the name.
func matches(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	last := len(parts) - 1
	if last == 0 {
		return pattern == name
	}
	rest, ok := strings.CutPrefix(name, parts[0])
	if !ok {
		return false
	}
	for _, p := range parts[1:last] {
		at := strings.Index(rest, p)
		if at < 0 {
			return false
		}
		rest = rest[at+len(p):]
	}
	return strings.HasSuffix(rest, parts[last])
}

// anyMatches reports whether one of the patterns does.
func anyMatches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, name) })
}

// noMatch is what there is to say of a pattern that names nothing among names.
func noMatch(pattern string, names []string) string {
	text := fmt.Sprintf("%q matches no variable", pattern)
	word := strings.Trim(strings.ReplaceAll(pattern, "*", ""), "/")
	near := registry.Nearest(word, names)
	if near == "" { // of the names' last parts
		var last []string
		for _, name := range names {
			last = append(last, name[strings.LastIndexByte(name, '/')+1:])
		}
		if part := registry.Nearest(word, last); part != "" {
			near = names[slices.Index(last, part)]
		}
	}
	if near != "" {
		text += fmt.Sprintf("; nearest is %q", near)
	}
	return text + "; list them with: iss show"
}
