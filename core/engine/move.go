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
	add      bool // several may meet in one place
}

// arrange is the arrangement of an operation, or nil.
func arrange(op graph.Op, n *graph.Node) *arrangement {
	switch op := op.(type) {
	case *graph.GatherOp:
		return &arrangement{axis: op.Axis, from: op.At, to: count(0, 1, len(op.At))}
	case *graph.ScatterOp:
		return &arrangement{axis: op.Axis, from: count(0, 1, len(op.At)), to: op.At, add: true}
	case *graph.SpreadOp:
		k := n.In[0].Shape()[n.In[0].Rank()+op.Axis].Size
		return &arrangement{axis: op.Axis, from: count(0, 1, k), to: count(op.Start, op.Step, k), add: true}
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

	src, dst     loc // without the axis
	srcAt, dstAt int // strides of the axis
	size         int // of the axis of dst
}

func (s *moveStep) bind(n lengths) {
	s.src.bind(s.in, n)
	s.dst.bind(s.out, n)
	if s.axis == 0 {
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
		if s.axis == 0 {
			copyRow(dst[d:], s.dst.gap(), src[a:], s.src.gap(), s.dst.width())
			continue
		}
		if s.add {
			for i := range s.size {
				clearRow(dst[d+i*s.dstAt:], s.dst.gap(), s.dst.width())
			}
		}
		for i := range len(s.to) {
			from, to := src[a+s.from[i]*s.srcAt:], dst[d+s.to[i]*s.dstAt:]
			if s.add {
				addRow(to, s.dst.gap(), from, s.src.gap(), s.dst.width())
			} else {
				copyRow(to, s.dst.gap(), from, s.src.gap(), s.dst.width())
			}
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
	for i := range n {
		dst[i*gap] = 0
	}
}

func (s *moveStep) about() (string, float64) {
	return fmt.Sprintf("move %d elements", s.dst.count()), 0
}
