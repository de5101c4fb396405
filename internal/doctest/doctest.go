// Package doctest reads the fenced blocks of Markdown pages, so that a test
// can run what a page tells people to type and compare what it says will
// happen.
//
//	blocks, err := doctest.Parse(page)
//	for _, b := range blocks {
//		commands, err := b.Commands() // of a console block
//		...
//		fmt.Print(doctest.Diff(commands[0].Want, output, false))
//	}
//
// A console block holds commands behind "$ " and below each what it prints:
//
//	```console
//	$ iss list cells
//	lstm  …
//	…
//	$ iss lst
//	iss: no command "lst"; …
//	exit status 2
//	```
//
// "…" stands for any text within a line and, alone on a line, for any number
// of lines. A command whose output is not shown may print anything. Without a
// last line "exit status N" the status must be 0.
//
// Any other block can be a file of the story. An HTML comment on the line
// above its fence names it: <!-- file: small.json -->.
package doctest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Block is a fenced block of a page.
type Block struct {
	Line  int      // of its first line of text, from 1
	Lang  string   // first word behind the fence: "console", "json"
	Marks []string // the words after it
	File  string   // name that the comment above gives it; "" without one
	Text  string   // with a line end
}

// Marked reports whether the word stands behind the fence.
func (b Block) Marked(word string) bool { return slices.Contains(b.Marks, word) }

var (
	fence = regexp.MustCompile("^ {0,3}(```+|~~~+)[ \t]*([^`]*)$")
	named = regexp.MustCompile(`^<!-- file: (\S+) -->$`)
)

// Parse returns the fenced blocks of a page. A fence that is not closed and a
// file name without a block are errors.
func Parse(page string) ([]Block, error) {
	var out []Block
	var open *Block
	var mark, file string
	var fileLine int
	for i, line := range strings.Split(strings.ReplaceAll(page, "\r\n", "\n"), "\n") {
		m := fence.FindStringSubmatch(line)
		switch {
		case open != nil && m != nil && strings.HasPrefix(m[1], mark) && strings.TrimSpace(m[2]) == "":
			out = append(out, *open)
			open = nil
		case open != nil:
			open.Text += line + "\n"
		case m != nil:
			open, mark = &Block{Line: i + 2, File: file}, m[1]
			if words := strings.Fields(m[2]); len(words) > 0 {
				open.Lang, open.Marks = words[0], words[1:]
			}
			file = ""
		default:
			if file != "" {
				return nil, fmt.Errorf("doctest: line %d: file %s is named, but no block follows it at once", fileLine, file)
			}
			if n := named.FindStringSubmatch(line); n != nil {
				file, fileLine = n[1], i+1
			}
		}
	}
	switch {
	case open != nil:
		return nil, fmt.Errorf("doctest: line %d: the block is never closed", open.Line-1)
	case file != "":
		return nil, fmt.Errorf("doctest: line %d: file %s is named, but no block follows it at once", fileLine, file)
	}
	return out, nil
}
