package graph

import (
	"fmt"
	"strings"
)

// Dim is the length of an axis: a fixed number, or a named symbol (batch,
// time) that is bound when the graph runs.
type Dim struct {
	Size int    // length, when Sym is empty
	Sym  string // name of the symbol, or empty
}

// Fixed is an axis of n elements. It panics if n < 0.
func Fixed(n int) Dim {
	if n < 0 {
		panic(fmt.Sprintf("graph: an axis of %d elements", n))
	}
	return Dim{Size: n}
}

// Symbol is an axis whose length is bound when the graph runs. Symbolic axes
// are anonymous to the derivation of groups: nothing is ever cut out of them.
func Symbol(name string) Dim { return Dim{Sym: name} }

// IsFixed reports whether the axis has its length in the trace.
func (d Dim) IsFixed() bool { return d.Sym == "" }

func (d Dim) String() string {
	if d.Sym != "" {
		return d.Sym
	}
	return fmt.Sprint(d.Size)
}

// Shape is the list of a tensor's axes, outermost first.
type Shape []Dim

// Of makes a shape of fixed axes.
func Of(sizes ...int) Shape {
	s := make(Shape, len(sizes))
	for i, n := range sizes {
		s[i] = Fixed(n)
	}
	return s
}

func (s Shape) String() string {
	if len(s) == 0 {
		return "scalar"
	}
	p := make([]string, len(s))
	for i, d := range s {
		p[i] = d.String()
	}
	return strings.Join(p, "×")
}

// Equal reports whether two shapes have the same axes.
func (s Shape) Equal(t Shape) bool {
	if len(s) != len(t) {
		return false
	}
	for i := range s {
		if s[i] != t[i] {
			return false
		}
	}
	return true
}

// Last is the length of the last axis.
func (s Shape) Last() Dim { return s[len(s)-1] }

// With returns a copy in which axis (from the end, negative) has length d.
func (s Shape) With(axis int, d Dim) Shape {
	t := append(Shape(nil), s...)
	t[len(s)+axis] = d
	return t
}

// Binding gives symbols their lengths for a run.
type Binding map[string]int

// Bind returns the shape in numbers. It panics on an unbound symbol.
func (s Shape) Bind(b Binding) []int {
	n := make([]int, len(s))
	for i, d := range s {
		n[i] = d.Size
		if d.Sym != "" {
			v, ok := b[d.Sym]
			if !ok {
				panic(fmt.Sprintf("graph: axis %q is not bound", d.Sym))
			}
			n[i] = v
		}
	}
	return n
}

// Size is the number of elements under a binding.
func (s Shape) Size(b Binding) int { return product(s.Bind(b)) }

func product(n []int) int {
	p := 1
	for _, v := range n {
		p *= v
	}
	return p
}

// broadcast joins two shapes aligned at their last axes: equal lengths, or one
// of them 1 or missing.
func broadcast(a, b Shape) (Shape, error) {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := append(Shape(nil), a...)
	for i := 1; i <= len(b); i++ {
		x, y := a[len(a)-i], b[len(b)-i]
		switch {
		case x == y, y == Fixed(1):
		case x == Fixed(1):
			out[len(a)-i] = y
		default:
			return nil, fmt.Errorf("shapes %v and %v do not broadcast: axis %d is %v and %v", a, b, -i, x, y)
		}
	}
	return out, nil
}
