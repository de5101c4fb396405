package engine

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/kernel"
)

// arrangement says which elements go where in an operation that only moves
// them: index from[i] of an axis becomes index to[i]. Without an axis every
// element keeps its place.
type arrangement struct {
	axis     int // from the end, 0: none
	from, to []int
	gaps     bool // there are places that nothing goes to: they are zero
	add      bool // several may meet in one place
}

// arrange is the arrangement of an operation, or nil.
func arrange(op graph.Op, n *graph.Node) *arrangement {
	switch op := op.(type) {
	case *graph.GatherOp:
		return &arrangement{axis: op.Axis, from: op.At, to: count(0, 1, len(op.At))}
	case *graph.ScatterOp:
		return &arrangement{axis: op.Axis, from: count(0, 1, len(op.At)), to: op.At, gaps: true, add: true}
	case *graph.SpreadOp:
		k := n.In[0].Shape()[n.In[0].Rank()+op.Axis].Size
		return &arrangement{axis: op.Axis, from: count(0, 1, k), to: count(op.Start, op.Step, k), gaps: true}
	}
	return nil
}

func count(start, step, n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = start + i*step
	}
	return s
}

// moveStep copies elements, whatever the strides.
type moveStep struct {
	arrangement
	in, out view

	src, dst     loc // without the axis, unless it is the last
	srcAt, dstAt int // strides of the axis
	size         int // of the axis of dst
}

func (s *moveStep) bind(n lengths) {
	s.src.bind(s.in, n)
	s.dst.bind(s.out, n)
	if s.axis == 0 || s.axis == -1 {
		return
	}
	s.srcAt, _ = s.src.without(s.axis)
	s.dstAt, s.size = s.dst.without(s.axis)
}

// without takes an axis out of a loc and returns its stride and length.
func (l *loc) without(axis int) (stride, size int) {
	k := len(l.dims) + axis
	stride, size = l.stride[k], l.dims[k]
	l.dims = append(l.dims[:k], l.dims[k+1:]...)
	l.stride = append(l.stride[:k], l.stride[k+1:]...)
	return stride, size
}

func (s *moveStep) run(x *worker) {
	src, dst := s.src.from(x), s.dst.from(x)
	lo, hi := x.share(s.dst.rows())
	for r := lo; r < hi; r++ {
		a, d := s.src.row(r), s.dst.row(r)
		switch s.axis {
		case 0:
			copyRow(dst[d:], s.dst.gap(), src[a:], s.src.gap(), s.dst.width())
		case -1:
			s.arrangeRow(dst[d:], src[a:])
		default:
			s.arrangeRows(dst[d:], src[a:])
		}
	}
}

// arrangeRow arranges the elements of one row.
func (s *moveStep) arrangeRow(dst, src []float32) {
	gd, gs := s.dst.gap(), s.src.gap()
	if s.gaps {
		clearRow(dst, gd, s.dst.width())
	}
	if s.add {
		for i, k := range s.to {
			dst[k*gd] += src[s.from[i]*gs]
		}
		return
	}
	for i, k := range s.to {
		dst[k*gd] = src[s.from[i]*gs]
	}
}

// arrangeRows arranges rows along an outer axis.
func (s *moveStep) arrangeRows(dst, src []float32) {
	gd, gs, n := s.dst.gap(), s.src.gap(), s.dst.width()
	if s.gaps {
		for i := range s.size {
			clearRow(dst[i*s.dstAt:], gd, n)
		}
	}
	for i, k := range s.to {
		if s.add {
			addRow(dst[k*s.dstAt:], gd, src[s.from[i]*s.srcAt:], gs, n)
		} else {
			copyRow(dst[k*s.dstAt:], gd, src[s.from[i]*s.srcAt:], gs, n)
		}
	}
}

func copyRow(dst []float32, gd int, src []float32, gs, n int) {
	if gd == 1 && gs == 1 {
		copy(dst[:n], src[:n])
		return
	}
	for i := range n {
		dst[i*gd] = src[i*gs]
	}
}

func addRow(dst []float32, gd int, src []float32, gs, n int) {
	if gd == 1 && gs == 1 {
		kernel.Axpy(dst[:n], src[:n], 1)
		return
	}
	for i := range n {
		dst[i*gd] += src[i*gs]
	}
}

func clearRow(dst []float32, gap, n int) {
	if gap == 1 {
		clear(dst[:n])
		return
	}
	for i := range n {
		dst[i*gap] = 0
	}
}

func (s *moveStep) about() (string, float64) {
	return fmt.Sprintf("move %d elements", s.dst.count()), 0
}
