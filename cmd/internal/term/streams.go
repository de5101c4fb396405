// Package term is how the command line speaks: results on standard output, as
// a table for people or JSON for programs, everything else on standard error.
//
//	t := term.Table{Head: []string{"cell", "units"}}
//	t.Row("cell_0", 373)
//	t.Write(streams.Out)
package term

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// Streams are where a command reads and writes, so that a test can stand in
// for a terminal.
type Streams struct {
	In  io.Reader
	Out io.Writer // the result, and nothing else
	Err io.Writer // what a person watching wants to know
}

// Standard are the streams of the process.
func Standard() Streams { return Streams{os.Stdin, os.Stdout, os.Stderr} }

// Say writes a line for people to standard error.
func (s Streams) Say(format string, args ...any) { fmt.Fprintf(s.Err, format+"\n", args...) }

// IsTerminal reports whether w is a terminal.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// JSON writes v to standard output, indented, with a line end.
func (s Streams) JSON(v any) error {
	e := json.NewEncoder(s.Out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
