package graph

import (
	"fmt"

	"github.com/seed391906a2/iss/core/tensor"
)

// AttendKind names a product over pairs of positions.
type AttendKind uint8

// Products over pairs of a position t of one sequence and a position j of
// another, batch row by batch row. Each is a gradient of the two others.
const (
	ScoreOf   AttendKind = iota // p_tj = Σ_d a_td·w_d·b_jd
	MixOf                       // y_t = Σ_j p_tj·v_j
	CollectOf                   // y_j = Σ_t p_tj·a_t
)

var attendNames = [...]string{"attention score", "attention mix", "attention collect"}

func (k AttendKind) String() string { return attendNames[k] }

// AttendOp is a product over pairs of positions. Operands and result:
//
//	score:   a [t, batch, d], b [j, batch, d] and perhaps w [d, 1]  ->  [t, batch, j]
//	mix:     p [t, batch, j], v [j, batch, d]                       ->  [t, batch, d]
//	collect: p [t, batch, j], a [t, batch, d]                       ->  [j, batch, d]
//
// A mix and a collection add positions up and keep the features of what they
// mix, so the features' units go on: this is what ties the readers of an
// attended sequence to the units of that sequence.
type AttendOp struct{ Kind AttendKind }

// Score compares each position of a [t, batch, d] with each of b [j, batch, d]:
// [t, batch, j] of Σ_d a·w·b, for weights w [d, 1] or, if w is the zero Value,
// without (Seo et al., arXiv:1611.01603, eq. 1).
func Score(a, b, w Value) Value {
	if w.IsZero() {
		return emit(&AttendOp{ScoreOf}, a, b)
	}
	return emit(&AttendOp{ScoreOf}, a, b, w)
}

// Mix adds the rows of v [j, batch, d] up for each position t, weighted by p
// [t, batch, j]: [t, batch, d].
func Mix(p, v Value) Value { return emit(&AttendOp{MixOf}, p, v) }

// Name implements Op.
func (o *AttendOp) Name() string { return o.Kind.String() }

// Infer implements Op.
func (o *AttendOp) Infer(in []Shape) ([]Shape, error) {
	a, b := in[0], in[1]
	if len(a) != 3 || len(b) != 3 || a[1] != b[1] {
		return nil, fmt.Errorf("two operands [position, batch, …] of the same batch are needed")
	}
	switch o.Kind {
	case ScoreOf:
		if a[2] != b[2] {
			return nil, fmt.Errorf("features %v and %v differ", a[2], b[2])
		}
		if len(in) == 3 && !in[2].Equal(Shape{a[2], Fixed(1)}) {
			return nil, fmt.Errorf("weights are not one for each of %v features, as [features, 1]", a[2])
		}
		return []Shape{{a[0], a[1], b[0]}}, nil
	case MixOf:
		if a[2] != b[0] {
			return nil, fmt.Errorf("%v weights for %v positions", a[2], b[0])
		}
		return []Shape{{a[0], a[1], b[2]}}, nil
	}
	if a[0] != b[0] {
		return nil, fmt.Errorf("weights of %v positions for %v", a[0], b[0])
	}
	return []Shape{{a[2], a[1], b[2]}}, nil
}

// Index implements Op: features are compared one by one, or go on; so do
// positions that are not added up.
func (o *AttendOp) Index(x *Indexer, n *Node) {
	a, b, y := n.In[0], n.In[1], n.At(0)
	x.Unify(a, -2, y, -2)
	x.Unify(b, -2, y, -2)
	switch o.Kind {
	case ScoreOf:
		x.Unify(a, -3, y, -3)
		x.Unify(b, -3, y, -1)
		x.Unify(a, -1, b, -1)
		if len(n.In) == 3 {
			x.Unify(a, -1, n.In[2], -2)
			x.Uses(n.In[2], -2, Reads)
		}
	case MixOf:
		x.Unify(a, -3, y, -3)
		x.Unify(a, -1, b, -3)
		x.Unify(b, -1, y, -1)
	case CollectOf:
		x.Unify(a, -3, b, -3)
		x.Unify(a, -1, y, -3)
		x.Unify(b, -1, y, -1)
	}
}

// Contracts implements Op: a score reads features, by weights if there are
// some; the others add positions up.
func (o *AttendOp) Contracts(n *Node) []Contraction {
	a, b := n.In[0], n.In[1]
	switch {
	case o.Kind == ScoreOf && len(n.In) == 3:
		w := n.In[2]
		return []Contraction{
			{X: a, Axis: -1, How: ReadByWeight, W: w, Sum: -2},
			{X: b, Axis: -1, How: ReadByWeight, W: w, Sum: -2},
		}
	case o.Kind == ScoreOf:
		return []Contraction{{X: a, Axis: -1, How: AddedUp}, {X: b, Axis: -1, How: AddedUp}}
	case o.Kind == MixOf:
		return []Contraction{{X: a, Axis: -1, How: AddedUp}, {X: b, Axis: -3, How: AddedUp}}
	}
	return []Contraction{{X: a, Axis: -3, How: AddedUp}, {X: b, Axis: -3, How: AddedUp}}
}

// Zero implements Op: a mixed feature is zero if it is zero at all positions.
func (o *AttendOp) Zero(z *Zeros, n *Node) [][]bool {
	for _, v := range n.In {
		if z.allZero(v) {
			return eachZero(n.At(0), func(int) bool { return true })
		}
	}
	if o.Kind == ScoreOf {
		return [][]bool{nil}
	}
	return [][]bool{z.Of(n.In[1])}
}

// Restrict implements Op: kept terms are added in the same order.
func (o *AttendOp) Restrict(*Restriction, *Node) (Op, error) { return o, nil }

// Gradient implements Op.
func (o *AttendOp) Gradient(t *Tape, n *Node, g []Value) {
	a, b := n.In[0], n.In[1]
	collect := func(p, v Value) Value { return emit(&AttendOp{CollectOf}, p, v) }
	switch o.Kind {
	case ScoreOf:
		o.gradientOfScore(t, n, g[0], collect)
	case MixOf:
		if t.Needs(a) {
			t.Add(a, Score(g[0], t.Use(b), Value{}))
		}
		if t.Needs(b) {
			t.Add(b, collect(t.Use(a), g[0]))
		}
	case CollectOf:
		if t.Needs(a) {
			t.Add(a, Score(t.Use(b), g[0], Value{}))
		}
		if t.Needs(b) {
			t.Add(b, Mix(t.Use(a), g[0]))
		}
	}
}

func (o *AttendOp) gradientOfScore(t *Tape, n *Node, g Value, collect func(p, v Value) Value) {
	a, b := n.In[0], n.In[1]
	weigh := func(v Value) Value { return v }
	if len(n.In) == 3 {
		w := t.Use(n.In[2])
		row := view(w, w.Shape()[:1])
		weigh = func(v Value) Value { return Mul(v, row) }
	}
	if t.Needs(b) {
		t.Add(b, weigh(collect(g, t.Use(a))))
	}
	if !t.Needs(a) && (len(n.In) < 3 || !t.Needs(n.In[2])) {
		return
	}
	m := Mix(g, t.Use(b))
	if t.Needs(a) {
		t.Add(a, weigh(m))
	}
	if len(n.In) == 3 && t.Needs(n.In[2]) {
		t.Add(n.In[2], view(Sum(Mul(t.Use(a), m), -3, -2), n.In[2].Shape()))
	}
}

// Forward32 implements Op.
func (o *AttendOp) Forward32(c *Call[float32]) { forwardAttend(o, c) }

// Forward64 implements Op.
func (o *AttendOp) Forward64(c *Call[float64]) { forwardAttend(o, c) }

// forwardAttend adds in the order of the summed index, starting at +0.
func forwardAttend[T tensor.Float](o *AttendOp, c *Call[T]) {
	a, b, y := c.In[0], c.In[1], c.Out[0]
	batch := y.Shape[1]
	clear(y.Data)
	for t := range a.Shape[0] {
		for r := range batch {
			row := a.Data[(t*batch+r)*a.Last():][:a.Last()]
			switch o.Kind {
			case ScoreOf:
				for j := range b.Shape[0] {
					var sum T
					for d, v := range b.Data[(j*batch+r)*b.Last():][:b.Last()] {
						x := row[d]
						if len(c.In) == 3 {
							x = T(x * c.In[2].Data[d])
						}
						sum += T(x * v)
					}
					y.Data[(t*batch+r)*y.Last()+j] = sum
				}
			case MixOf:
				for j, p := range row {
					addScaled(y.Data[(t*batch+r)*y.Last():][:y.Last()], b.Data[(j*batch+r)*b.Last():], p)
				}
			case CollectOf:
				for j, p := range row {
					addScaled(y.Data[(j*batch+r)*y.Last():][:y.Last()], b.Data[(t*batch+r)*b.Last():], p)
				}
			}
		}
	}
}

func addScaled[T tensor.Float](y, x []T, p T) {
	for i := range y {
		y[i] += T(p * x[i])
	}
}
