package graph

// NewGraph makes an empty graph, for code that writes graphs instead of
// models: passes of a compiler. With a parent it is the body of a Scan that
// will lie there.
func NewGraph(name string, parent *Graph) *Graph { return newGraph(name, parent) }

// AddInput appends an input.
func (g *Graph) AddInput(op *InputOp) Value {
	v := g.newInput(op)
	g.Inputs = append(g.Inputs, v)
	return v
}

// AddParam appends a parameter; graphs may share one.
func (g *Graph) AddParam(p *Param) Value { return g.addParam(p) }

// Capture is v as g reads it: v itself, or an input of g if v is of a graph
// around it. It panics if v is of another graph.
func (g *Graph) Capture(v Value) Value { return g.capture(v) }
