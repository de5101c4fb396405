package engine

import "time"

// Piece is a part of a plan, and what it did in all measured runs together.
type Piece struct {
	Place string        // scope of the model that it computes for; graph.Graph.Layer tells its layer
	Work  Work          // what it does
	Loop  bool          // it is inside a loop
	Runs  int           // how often it ran: in a loop, once a step
	Time  time.Duration // as worker 0 sees it, waiting for the others included
	FLOPs float64       // floating point operations; 0 for what moves and looks up
}

// Work says what a piece does.
type Work string

// The kinds of work.
const (
	Product   Work = "product"   // of matrices, with a bias and what it is added to
	Attention Work = "attention" // products of two sequences
	Program   Work = "program"   // element-wise operations that run together
	Softmax   Work = "softmax"   // and cross-entropy
	Reduction Work = "reduction" // sums, means, maxima
	Table     Work = "table"     // rows looked up, and their gradients added up
	Moving    Work = "moving"    // elements rearranged, masks drawn
	Packing   Work = "packing"   // weights put into the order in which products read them
	Looping   Work = "looping"   // what a loop takes beside its pieces
	Reference Work = "reference" // plain Go, of operations that this package does not know
)

// Pieces is where the time of the measured runs went (see Measure): all pieces
// of the plan, each as often as it has places. Bindings may have changed between
// runs. The times of all pieces add up to the time that worker 0 spent in the
// plan, so that shares can be made of them by place or by kind of work:
//
//   - What is run together for several places, as element-wise operations are,
//     is divided among them by the number of operations.
//   - Loops side by side, each on workers of its own, divide the time they take
//     together by the times that each of them takes.
//   - A piece that waits for other workers at a barrier has the time that it
//     waits.
//
// A measured run reads the clock twice for each piece, inside loops once a step
// too, and so takes longer than a run that is not measured, the more the smaller
// the pieces are. How long a run takes is measured without; shares of it come
// from here.
func (e *Engine) Pieces() []Piece {
	e.settle()
	l := &lister{}
	l.code(&e.p.root.code, 1, false)
	l.packs(e.p.packs, 1, false)
	return l.list
}

// lister lists pieces.
type lister struct{ list []Piece }

// code lists the steps of some code, whose times count so many times.
func (l *lister) code(c *code, scale float64, loop bool) {
	c.each(func(t *timed) { l.step(t, scale, loop) })
}

func (l *lister) step(t *timed, scale float64, loop bool) {
	switch s := t.step.(type) {
	case *scanStep:
		inside := int64(0)
		s.body.each(func(t *timed) { inside += t.ns })
		for _, k := range s.packs {
			inside += k.ns
		}
		l.add(t.place, Looping, loop, clock{ns: max(0, t.ns-inside), runs: t.runs}, scale)
		l.packs(s.packs, scale, loop)
		l.code(s.body, scale, true)
	case *besideStep:
		together := int64(0)
		for _, k := range s.loops {
			together += k.ns
		}
		for _, k := range s.loops {
			l.step(k, scale*float64(t.ns)/float64(max(1, together)), loop)
		}
	default:
		if len(t.parts) == 0 {
			l.add(t.place, workOf(t.step), loop, t.clock, scale)
		}
		for _, place := range t.parts {
			part := t.clock
			part.work /= float64(len(t.parts))
			l.add(place, workOf(t.step), loop, part, scale/float64(len(t.parts)))
		}
	}
}

func (l *lister) packs(list []*pack, scale float64, loop bool) {
	for _, k := range list {
		l.add(k.place, Packing, loop, clock{ns: k.ns, runs: k.runs}, scale)
	}
}

func (l *lister) add(place string, w Work, loop bool, c clock, scale float64) {
	l.list = append(l.list, Piece{
		Place: place, Work: w, Loop: loop, Runs: int(c.runs), Time: time.Duration(scale * float64(c.ns)), FLOPs: c.work,
	})
}

func workOf(s step) Work {
	switch s.(type) {
	case *productStep:
		return Product
	case *attendStep:
		return Attention
	case *program:
		return Program
	case *softmaxStep, *entropyStep:
		return Softmax
	case *reduceStep, *deviationStep:
		return Reduction
	case *lookupStep, *lookupGradStep:
		return Table
	case *referenceStep:
		return Reference
	}
	return Moving
}
