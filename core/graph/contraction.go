package graph

import "fmt"

// Contraction is an axis of an operand along which an operation runs indices
// of different units together, so that a result depends on all of them.
// Removing a unit that is read there is exact under a condition that How names.
type Contraction struct {
	Node *Node // set by Contractions
	X    Value // the operand
	Axis int   // of X, counted from the end
	How  Contracting
	W    Value // of ReadByWeight: the weights, one for each index of the axis and any further axes
	Sum  int   // of ReadByWeight: W's axis that goes with the contracted one, counted from the end
}

// Contracting says what makes the removal of a contracted index exact.
type Contracting uint8

// Ways in which an axis is contracted.
const (
	// ReadByWeight: x is multiplied by weights and summed; either may be zero.
	ReadByWeight Contracting = iota
	// AddedUp: zero is neutral, to the last bit. A mean that divides by its
	// original width is of this kind.
	AddedUp
	// Averaged: zero is neutral, but the sum is grouped anew, so a result may
	// round differently.
	Averaged
	// NeverExact: nothing makes removal exact. A maximum, a softmax, a look-up.
	NeverExact
)

var contractingNames = [...]string{"read by weight", "added up", "averaged", "never exact"}

func (c Contracting) String() string { return contractingNames[c] }

// contractEach contracts several axes of one operand in one way.
func contractEach(x Value, how Contracting, axes ...int) []Contraction {
	list := make([]Contraction, len(axes))
	for i, a := range axes {
		list[i] = Contraction{X: x, Axis: a, How: how}
	}
	return list
}

// leading lists the axes of v in front of the last n, counted from the end.
func leading(v Value, n int) (axes []int) {
	for k := n + 1; k <= v.Rank(); k++ {
		axes = append(axes, -k)
	}
	return axes
}

// Contractions lists what the operations of a graph contract, in the order of
// the nodes, bodies of loops included. Everything else in a trace maps each
// index to the index of the same unit. A rule that names what is not there is
// an error.
func Contractions(g *Graph) ([]Contraction, error) {
	var list []Contraction
	for _, n := range g.Nodes {
		if scan, ok := n.Op.(*ScanOp); ok {
			inner, err := Contractions(scan.Body)
			if err != nil {
				return nil, err
			}
			list = append(list, inner...)
		}
		for _, c := range n.Op.Contracts(n) {
			c.Node = n
			if err := c.check(); err != nil {
				return nil, fmt.Errorf("graph: %v: its contraction rule: %w", n, err)
			}
			list = append(list, c)
		}
	}
	return list, nil
}

// check returns what is wrong with a rule.
func (c Contraction) check() error {
	if err := c.operand("X", c.X, c.Axis); err != nil {
		return err
	}
	if c.How > NeverExact {
		return fmt.Errorf("there is no way %d to contract an axis", c.How)
	}
	if c.How != ReadByWeight {
		return nil
	}
	if err := c.operand("W", c.W, c.Sum); err != nil {
		return err
	}
	if a, b := c.X.Shape()[c.X.Rank()+c.Axis], c.W.Shape()[c.W.Rank()+c.Sum]; a != b {
		return fmt.Errorf("axis %d of X has length %v, axis %d of W %v", c.Axis, a, c.Sum, b)
	}
	return nil
}

func (c Contraction) operand(name string, v Value, axis int) error {
	for _, in := range c.Node.In {
		if in == v {
			if axis >= 0 || v.Rank()+axis < 0 {
				return fmt.Errorf("%s, of shape %v, has no axis %d (axes count from the end, -1 is the last)", name, v.Shape(), axis)
			}
			return nil
		}
	}
	return fmt.Errorf("%s is none of its operands", name)
}

// literal reports whether a value is made of parameters and constants only.
func literal(v Value) bool {
	switch op := v.Node.Op.(type) {
	case *InputOp:
		return op.Role == Capture && literal(op.Outer)
	case *ScanOp, *MaskOp:
		return false
	}
	for _, u := range v.Node.In {
		if !literal(u) {
			return false
		}
	}
	return true
}
