package onnx

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/seed391906a2/iss/core/graph"
)

// largest is what protocol buffers can hold in one message.
const largest = math.MaxInt32

// Element types of tensors in onnx.proto.
const (
	typeFloat = 1
	typeInt32 = 6
	typeInt64 = 7
)

// message is a protocol buffer being written. Weights are long, so they are
// kept as they are and converted when the message is written out.
type message struct {
	parts []part
	size  int
}

type part struct {
	bytes  []byte
	floats []float32
}

func (m *message) add(b []byte) {
	m.parts = append(m.parts, part{bytes: b})
	m.size += len(b)
}

// The kinds of fields, by the numbers that onnx.proto gives them.

func (m *message) number(field protowire.Number, v int64) {
	m.add(protowire.AppendVarint(protowire.AppendTag(nil, field, protowire.VarintType), uint64(v)))
}

func (m *message) text(field protowire.Number, s string) {
	m.add(protowire.AppendString(protowire.AppendTag(nil, field, protowire.BytesType), s))
}

func (m *message) float(field protowire.Number, v float32) {
	m.add(protowire.AppendFixed32(protowire.AppendTag(nil, field, protowire.Fixed32Type), math.Float32bits(v)))
}

func (m *message) inner(field protowire.Number, in *message) {
	m.add(protowire.AppendVarint(protowire.AppendTag(nil, field, protowire.BytesType), uint64(in.size)))
	m.parts = append(m.parts, in.parts...)
	m.size += in.size
}

// raw is a field of little-endian numbers.
func (m *message) raw(field protowire.Number, floats []float32) {
	m.add(protowire.AppendVarint(protowire.AppendTag(nil, field, protowire.BytesType), uint64(4*len(floats))))
	m.parts = append(m.parts, part{floats: floats})
	m.size += 4 * len(floats)
}

func (m *message) write(w io.Writer) error {
	buf := make([]byte, 0, 1<<16)
	for _, p := range m.parts {
		if _, err := w.Write(p.bytes); err != nil {
			return err
		}
		for piece := range slices.Chunk(p.floats, cap(buf)/4) {
			buf = buf[:0]
			for _, v := range piece {
				buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v))
			}
			if _, err := w.Write(buf); err != nil {
				return err
			}
		}
	}
	return nil
}

// Write writes the model as a file of ONNX. It is an error if that would be
// larger than 2 GiB, the most that the format holds.
func (m *Model) Write(w io.Writer) error {
	g := graphMessage(m.Graph)
	for i := range m.Weights {
		g.inner(5, tensorMessage(&m.Weights[i]))
	}
	set := &message{}
	set.text(1, "")
	set.number(2, opset)
	out := &message{}
	out.number(1, irVersion)
	out.text(2, "iss")
	out.text(6, m.Doc)
	out.inner(7, g)
	out.inner(8, set)
	if out.size > largest {
		return fmt.Errorf("onnx: the model has %d bytes; a file of ONNX holds %d at most", out.size, largest)
	}
	if err := out.write(w); err != nil {
		return fmt.Errorf("onnx: %w", err)
	}
	return nil
}

func graphMessage(g *Graph) *message {
	m := &message{}
	for _, n := range g.Nodes {
		m.inner(1, nodeMessage(n))
	}
	m.text(2, g.Name)
	for _, v := range g.Inputs {
		m.inner(11, infoMessage(v))
	}
	for _, v := range g.Outputs {
		m.inner(12, infoMessage(v))
	}
	return m
}

func nodeMessage(n *Node) *message {
	m := &message{}
	for _, name := range n.In {
		m.text(1, name)
	}
	for _, name := range n.Out {
		m.text(2, name)
	}
	m.text(3, n.Name)
	m.text(4, n.Op)
	for _, name := range slices.Sorted(maps.Keys(n.Attributes)) {
		m.inner(5, attributeMessage(name, n.Attributes[name]))
	}
	if n.Body != nil {
		a := &message{}
		a.text(1, "body")
		a.inner(6, graphMessage(n.Body))
		a.number(20, 5)
		m.inner(5, a)
	}
	return m
}

// attributeMessage panics on a value that is not as graph.Attributes demands.
func attributeMessage(name string, value any) *message {
	m := &message{}
	m.text(1, name)
	switch v := value.(type) {
	case float32:
		m.float(2, v)
		m.number(20, 1)
	case int64:
		m.number(3, v)
		m.number(20, 2)
	case string:
		m.text(4, v)
		m.number(20, 3)
	case []int64:
		for _, x := range v {
			m.number(8, x)
		}
		m.number(20, 7)
	case []string:
		for _, x := range v {
			m.text(9, x)
		}
		m.number(20, 8)
	default:
		panic(fmt.Sprintf("onnx: attribute %s is a %T; see graph.Attributes", name, value))
	}
	return m
}

func infoMessage(v Info) *message {
	shape := &message{}
	for _, d := range v.Shape {
		dim := &message{}
		if d.IsFixed() {
			dim.number(1, int64(d.Size))
		} else {
			dim.text(2, d.Sym)
		}
		shape.inner(1, dim)
	}
	tensor := &message{}
	tensor.number(1, cmp.Or(map[graph.Kind]int64{graph.Int: typeInt32}[v.Kind], typeFloat))
	tensor.inner(2, shape)
	kind := &message{}
	kind.inner(1, tensor)
	m := &message{}
	m.text(1, v.Name)
	m.inner(2, kind)
	return m
}

func tensorMessage(w *Weight) *message {
	m := &message{}
	for _, n := range w.Shape {
		m.number(1, int64(n))
	}
	m.text(8, w.Name)
	if w.Longs == nil {
		m.number(2, typeFloat)
		m.raw(9, w.Floats)
		return m
	}
	m.number(2, typeInt64)
	for _, x := range w.Longs {
		m.number(7, x)
	}
	return m
}
