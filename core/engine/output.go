package engine

import "github.com/seed391906a2/iss/core/kernel"

// output is a named result: memory of the plan where it is without gaps, else
// a copy.
type output struct {
	name string
	from view
	loc  loc
	buf  []float32 // of a copy
	data []float32 // at the present lengths
}

// copied is the number of floats that a copy takes, 0 where none is needed.
func (o *output) copied(most lengths) int {
	if o.from.dense() {
		return 0
	}
	return o.from.shape.count().at(most)
}

func (o *output) allocate(most lengths) {
	if !o.from.dense() {
		o.buf = kernel.Floats(o.copied(most))
	}
}

func (o *output) bind(n lengths) {
	o.loc.bind(o.from, n)
	if o.buf != nil {
		o.data = o.buf[:o.loc.count()]
	} else {
		o.data = o.loc.floats[o.loc.off:][:o.loc.count()]
	}
}

func (o *output) copy(x *worker) {
	if o.buf == nil {
		return
	}
	src := o.loc.from(x)
	n := o.loc.width()
	for r := range o.loc.rows() {
		copyRow(o.data[r*n:], 1, src[o.loc.row(r):], o.loc.gap(), n)
	}
}
