package schemas

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// shown is the number of faults that a text lists before it counts the rest.
const shown = 50

// A Fault is one thing that is wrong with a document, and where.
type Fault struct {
	File      string // as the user wrote it; may be empty
	Line, Col int    // 1-based, Col in characters; 0 when the place is not known
	Pointer   string // JSON pointer (RFC 6901) of the value at fault; "" is the whole document
	Message   string // lower case, what is wrong and what would be right

	onKey  bool // Line and Col are those of the field's name, not of its value
	unread bool // the value could not be read, so it is not judged
}

// Error returns the fault as "file:line:col pointer: message", leaving out what
// is not known.
func (f Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		if f.File != "" {
			b.WriteByte(':')
		}
		fmt.Fprintf(&b, "%d:%d", f.Line, f.Col)
	}
	if f.Pointer != "" {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(f.Pointer)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(f.Message)
	return b.String()
}

// Faults is everything that is wrong with one or more documents. Use Err to
// turn it into an error: an empty Faults in an error variable is not nil.
type Faults []Fault

// Error lists the faults, one a line; after the first fifty it counts the rest.
func (fs Faults) Error() string {
	lines := make([]string, 0, min(len(fs), shown+1))
	for _, f := range fs[:min(len(fs), shown)] {
		lines = append(lines, f.Error())
	}
	if rest := len(fs) - shown; rest > 0 {
		lines = append(lines, fmt.Sprintf("… and %d more", rest))
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the faults as errors, so that errors.As finds a Fault in a
// Faults and in whatever wraps it.
func (fs Faults) Unwrap() []error {
	errs := make([]error, len(fs))
	for i, f := range fs {
		errs[i] = f
	}
	return errs
}

// Err returns the faults sorted by file and place, each once, or nil if there
// are none.
func (fs Faults) Err() error {
	if len(fs) == 0 {
		return nil
	}
	return fs.sorted()
}

func (fs Faults) sorted() Faults {
	out := slices.Clone(fs)
	slices.SortStableFunc(out, func(a, b Fault) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Col, b.Col),
			cmp.Compare(a.Pointer, b.Pointer),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.Compact(out)
}
