package engine

import "github.com/seed391906a2/iss/core/graph"

// referenceStep runs an operation that the engine does not know by its
// reference forward, on one worker.
type referenceStep struct {
	node *node
	call graph.Call[float32]
	in   []view
	out  []view

	from, to []loc
}

func (s *referenceStep) bind(n lengths) {
	s.from, s.to = make([]loc, len(s.in)), make([]loc, len(s.out))
	s.call = graph.Call[float32]{Node: s.node.graph, In: arrays(s.from, s.in, n), Out: arrays(s.to, s.out, n)}
}

func arrays(l []loc, v []view, n lengths) []graph.Array[float32] {
	a := make([]graph.Array[float32], len(v))
	for i := range v {
		l[i].bind(v[i], n)
		a[i].Shape = l[i].dims
		if v[i].buf.ints {
			a[i].Ints = make([]int32, l[i].count())
		} else {
			a[i].Data = make([]float32, l[i].count())
		}
	}
	return a
}

func (s *referenceStep) run(x *worker) {
	if x.w > 0 {
		return
	}
	for i := range s.from {
		l, a := &s.from[i], &s.call.In[i]
		for k := range a.Ints {
			a.Ints[k] = l.words[l.at(x)+l.element(k)]
		}
		for k := range a.Data {
			a.Data[k] = l.floats[l.at(x)+l.element(k)]
		}
	}
	for i := range s.call.Out {
		clear(s.call.Out[i].Data)
	}
	s.call.Mode = x.mode
	s.node.op.Forward32(&s.call)
	for i := range s.to {
		l, a := &s.to[i], &s.call.Out[i]
		for k, v := range a.Data {
			l.floats[l.at(x)+l.element(k)] = v
		}
	}
}

func (s *referenceStep) about() (string, float64) {
	return "reference forward of " + s.node.op.Name(), 0
}
