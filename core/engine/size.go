package engine

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// size is a number of elements that may hang on symbols: n times the product
// of their lengths. The bytes of syms are numbers of symbols, sorted.
type size struct {
	n    int
	syms string
}

var one = size{n: 1}

func fixed(n int) size { return size{n: n} }

// times is the product of two sizes.
func (s size) times(t size) size {
	if s.n == 0 || t.n == 0 {
		return size{}
	}
	b := []byte(s.syms + t.syms)
	slices.Sort(b)
	return size{s.n * t.n, string(b)}
}

// at is the size under a binding.
func (s size) at(n lengths) int {
	p := s.n
	for i := range len(s.syms) {
		p = times(p, n[s.syms[i]])
	}
	return p
}

// immense is a number of floats that no machine has room for.
const immense = 1 << 44

// times is the product of two lengths, or immense: a plan too large to be run
// must still be weighed.
func times(a, b int) int {
	if b > 0 && a > immense/b {
		return immense
	}
	return a * b
}

// lengths are the bound lengths of the symbols, by number.
type lengths []int

// room is what memory is laid out for: one at the least, so that rows begin
// inside it where a maximum is no rows.
func (n lengths) room() lengths {
	m := slices.Clone(n)
	for i := range m {
		m[i] = max(m[i], 1)
	}
	return m
}

// symbols numbers the symbols of a graph.
type symbols struct {
	names []string
}

func (y *symbols) number(name string) (int, bool) {
	i := slices.Index(y.names, name)
	return i, i >= 0
}

// size of an axis; a symbol seen for the first time gets a number.
func (y *symbols) size(d graph.Dim) size {
	if d.IsFixed() {
		return fixed(d.Size)
	}
	i, ok := y.number(d.Sym)
	if !ok {
		i = len(y.names)
		y.names = append(y.names, d.Sym)
	}
	return size{1, string([]byte{byte(i)})}
}

func (y *symbols) shape(s graph.Shape) shape {
	out := make(shape, len(s))
	for i, d := range s {
		out[i] = y.size(d)
	}
	return out
}

// bind looks the symbols up in b.
func (y *symbols) bind(b graph.Binding) (lengths, error) { return y.bindIn(nil, b) }

// bindIn is bind in the memory of n.
func (y *symbols) bindIn(n lengths, b graph.Binding) (lengths, error) {
	if n == nil {
		n = make(lengths, len(y.names))
	}
	for i, name := range y.names {
		v, ok := b[name]
		if !ok {
			return nil, fmt.Errorf("engine: axis %q is not bound", name)
		}
		if v < 0 {
			return nil, fmt.Errorf("engine: axis %q is bound to %d, a negative length", name, v)
		}
		n[i] = v
	}
	return n, nil
}

// shape lists the lengths of a value's axes, outermost first.
type shape []size

func (s shape) equal(t shape) bool { return slices.Equal(s, t) }

func (s shape) count() size {
	p := one
	for _, d := range s {
		p = p.times(d)
	}
	return p
}

// last is the length of the last axis, 1 for a scalar.
func (s shape) last() size {
	if len(s) == 0 {
		return one
	}
	return s[len(s)-1]
}

// rows is the product of the axes before the last at the given lengths.
func (s shape) rows(n lengths) int {
	p := 1
	for _, d := range s.lead() {
		p = times(p, d.at(n))
	}
	return p
}

func (s shape) lead() shape {
	if len(s) == 0 {
		return nil
	}
	return s[:len(s)-1]
}

// isRowOf reports whether s stands for a vector of t's last axis, the
// same for all rows.
func (s shape) isRowOf(t shape) bool {
	if len(s) == 0 || len(t) == 0 || s.last() != t.last() || s.last() == one {
		return false
	}
	for _, d := range s.lead() {
		if d != one {
			return false
		}
	}
	return true
}
