package engine

import "slices"

// view is where a value lies: a window into a buffer with a stride for each
// axis (0 where it is broadcast), in symbols. Inside a loop it moves with the
// steps.
type view struct {
	buf    *buffer
	shape  shape
	stride []size
	off    []size // summed
	adv    []advance
	parity []advance // off += stride where the loop's number of steps is odd
}

// advance says how a view moves with the steps of a loop.
type advance struct {
	loop   *loop
	stride size
	ring   bool // two blocks in turn, counted by iteration from shift
	shift  int
}

// axis turns an axis counted from the end into an index.
func (v view) axis(a int) int { return len(v.shape) + a }

func (v view) clone() view {
	v.shape, v.stride, v.off = slices.Clone(v.shape), slices.Clone(v.stride), slices.Clone(v.off)
	v.adv, v.parity = slices.Clone(v.adv), slices.Clone(v.parity)
	return v
}

func (v *view) shift(s size) {
	if s.n == 0 {
		return
	}
	for i := range v.off {
		if v.off[i].syms == s.syms {
			v.off[i].n += s.n
			return
		}
	}
	v.off = append(v.off, s)
}

// slice takes n indices from start on, step apart, of an axis counted from the end.
func (v view) slice(axis, start, step, n int) view {
	v = v.clone()
	k := v.axis(axis)
	v.shift(v.stride[k].times(fixed(start)))
	v.shape[k] = fixed(n)
	v.stride[k] = v.stride[k].times(fixed(step))
	return v
}

// expand repeats the view up to a shape.
func (v view) expand(to shape) view {
	w := v.clone()
	w.shape, w.stride = slices.Clone(to), make([]size, len(to))
	for i := 1; i <= len(v.shape); i++ {
		if v.shape[len(v.shape)-i] != one || to[len(to)-i] == one {
			w.stride[len(to)-i] = v.stride[len(v.shape)-i]
		}
	}
	return w
}

// squeeze drops and inserts axes of one element.
func (v view) squeeze(to shape) view {
	w := v.clone()
	w.shape, w.stride = slices.Clone(to), make([]size, len(to))
	k := 0
	for i, d := range to {
		if d == one {
			continue
		}
		for v.shape[k] == one {
			k++
		}
		w.stride[i] = v.stride[k]
		k++
	}
	return w
}

// reshape replaces the last from axes; false if the elements do not lie so
// that strides can say it.
func (v view) reshape(from int, to []int) (view, bool) {
	w := v.clone()
	lead := len(v.shape) - from
	inner := size{n: 1}
	count := one
	first := true
	for i := len(v.shape) - 1; i >= lead; i-- {
		if v.shape[i] == one {
			continue
		}
		if first {
			inner, first = v.stride[i], false
		} else if v.stride[i] != inner.times(count) {
			return view{}, false
		}
		count = count.times(v.shape[i])
	}
	w.shape, w.stride = w.shape[:lead], w.stride[:lead]
	strides := make([]size, len(to))
	for i := len(to) - 1; i >= 0; i-- {
		strides[i] = inner
		inner = inner.times(fixed(to[i]))
	}
	for i, d := range to {
		w.shape, w.stride = append(w.shape, fixed(d)), append(w.stride, strides[i])
	}
	return w, true
}

// enter is the slice of a sequence [time, ...] at the present step of a loop.
func (v view) enter(l *loop) view {
	w := v.clone()
	w.adv = append(w.adv, advance{loop: l, stride: v.stride[0]})
	w.shape, w.stride = w.shape[1:], w.stride[1:]
	return w
}

// leave is the view of all steps of a loop, [time, ...], of a value in its
// body; one that does not move is repeated.
func (v view) leave(l *loop) view {
	w := v.clone()
	w.adv = nil
	step := size{}
	for _, a := range v.adv {
		if a.loop == l {
			step = a.stride
		} else {
			w.adv = append(w.adv, a)
		}
	}
	w.shape = append(shape{l.time}, w.shape...)
	w.stride = append([]size{step}, w.stride...)
	return w
}

// unit reports whether the last axis is without gaps.
func (v view) unit() bool {
	return len(v.shape) == 0 || v.shape.last() == one || v.stride[len(v.stride)-1] == one
}

// streams reports whether the last axis is without gaps or broadcast.
func (v view) streams() bool {
	return v.unit() || v.stride[len(v.stride)-1].n == 0
}

// matrix reports whether the view is a matrix: its leading axes are rows at
// one distance, its last axis has no gaps.
func (v view) matrix() bool {
	if !v.unit() {
		return false
	}
	next := size{}
	for i := len(v.shape) - 2; i >= 0; i-- {
		if v.shape[i] == one {
			continue
		}
		if v.stride[i].n == 0 || next.n != 0 && v.stride[i] != next {
			return false
		}
		next = v.stride[i].times(v.shape[i])
	}
	return true
}

// rowStride is the distance of a matrix's rows.
func (v view) rowStride() size {
	for i := len(v.shape) - 2; i >= 0; i-- {
		if v.shape[i] != one {
			return v.stride[i]
		}
	}
	return v.shape.last()
}

// dense reports whether the elements follow each other in order, without gaps.
func (v view) dense() bool {
	at := one
	for k := len(v.shape) - 1; k >= 0; k-- {
		if v.shape[k] != one && v.stride[k] != at {
			return false
		}
		at = at.times(v.shape[k])
	}
	return true
}
