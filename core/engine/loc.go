package engine

// loc is a view under a binding, in numbers.
type loc struct {
	floats []float32
	words  []int32
	off    int
	dims   []int
	stride []int
	adv    []motion
}

// motion says how a loc moves with a loop.
type motion struct {
	level, stride, shift int
	ring                 bool
}

func (l *loc) bind(v view, n lengths) {
	l.floats, l.words = v.buf.floats, v.buf.words
	l.off = 0
	for _, s := range v.off {
		l.off += s.at(n)
	}
	for _, a := range v.parity {
		if a.loop.time.at(n)%2 == 1 {
			l.off += a.stride.at(n)
		}
	}
	l.dims, l.stride, l.adv = l.dims[:0], l.stride[:0], l.adv[:0]
	for i := range v.shape {
		l.dims = append(l.dims, v.shape[i].at(n))
		l.stride = append(l.stride, v.stride[i].at(n))
	}
	for _, a := range v.adv {
		l.adv = append(l.adv, motion{a.loop.level, a.stride.at(n), a.shift, a.ring})
	}
}

// at is where the view begins at the worker's present steps.
func (l *loc) at(x *worker) int {
	o := l.off
	for i := range l.adv {
		a := &l.adv[i]
		if a.ring {
			o += a.stride * ((x.count[a.level] + a.shift) & 1)
		} else {
			o += a.stride * x.time[a.level]
		}
	}
	return o
}

// from is the memory from the view's beginning on.
func (l *loc) from(x *worker) []float32 { return l.floats[l.at(x):] }

// rows is the number of rows, the last axis taken as a row.
func (l *loc) rows() int {
	r := 1
	for i := 0; i < len(l.dims)-1; i++ {
		r *= l.dims[i]
	}
	return r
}

// width is the length of a row.
func (l *loc) width() int {
	if len(l.dims) == 0 {
		return 1
	}
	return l.dims[len(l.dims)-1]
}

func (l *loc) count() int { return l.rows() * l.width() }

// row is where row r begins, counted from the view's beginning.
func (l *loc) row(r int) int { return l.index(r, len(l.dims)-1) }

// element is where element i is, counted from the view's beginning.
func (l *loc) element(i int) int { return l.index(i, len(l.dims)) }

func (l *loc) index(i, axes int) int {
	o := 0
	for k := axes - 1; k > 0; k-- {
		d := l.dims[k]
		o += i % d * l.stride[k]
		i /= d
	}
	if axes > 0 {
		o += i * l.stride[0]
	}
	return o
}

// gap is the distance of neighbours in a row.
func (l *loc) gap() int {
	if len(l.stride) == 0 {
		return 1
	}
	return l.stride[len(l.stride)-1]
}
