package equation

import "strings"

// String writes an expression in one form, so that equal ones have equal texts.
func (n *node) String() string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

func (n *node) write(b *strings.Builder) {
	if n == nil {
		return
	}
	b.WriteString(n.op)
	b.WriteByte(' ')
	switch n.op {
	case opNumber, opTruth:
		b.WriteString(display(n.num))
	default:
		b.WriteString(n.text)
	}
	b.WriteByte('(')
	for i, k := range n.kids {
		if i > 0 {
			b.WriteByte(',')
		}
		k.write(b)
	}
	b.WriteByte(')')
}
