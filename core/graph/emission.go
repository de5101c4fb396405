package graph

// Emitter is where an operation writes itself down in primitive operators of
// ONNX (opset 17). Names stand for tensors. core/onnx implements it.
type Emitter interface {
	// In is the name of operand i.
	In(i int) string
	// Out says that result i is the tensor of that name.
	Out(i int, name string)
	// Add applies an operator with one result and returns the result's name.
	Add(operator string, attributes Attributes, in ...string) string
	// Floats is a literal; no shape is a scalar.
	Floats(data []float64, shape ...int) string
	// Longs is a literal of 64-bit integers with one axis.
	Longs(data ...int64) string
	// Lengths is a shape as a tensor of 64-bit integers with one axis; symbols
	// have the lengths that they have when the model runs.
	Lengths(s Shape) string
	// Loop writes a Scan and its body.
	Loop(n *Node) error
}

// Attributes of an operator of ONNX: int64, float32, string, []int64 or []string.
type Attributes map[string]any

// Exporter is the emission facet: how the operation is written for another
// runtime, as it is in evaluation. An operation without it cannot be exported;
// those of gradients have none.
type Exporter interface {
	ONNX(e Emitter, n *Node) error
}

// scalar is a literal of one number.
func scalar(e Emitter, v float64) string { return e.Floats([]float64{v}) }

// axisOf is an axis counted from the end, counted from the front.
func axisOf(v Value, axis int) int64 { return int64(v.Rank() + axis) }
