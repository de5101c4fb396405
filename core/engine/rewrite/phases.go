package rewrite

import "github.com/seed391906a2/iss/core/graph"

// movePhases takes work out of loops. In front of a Scan goes, for all time
// steps at once, every product that no state reaches, and what it needs;
// behind it goes every product that no next state needs, and what depends on
// it. Element-wise operations stay in the loop otherwise: there they are fused
// with what is next to them.
func movePhases(g *graph.Graph) *graph.Graph { return copyGraph(g, phasePass{}) }

type phasePass struct{ plain }

func (phasePass) scan(b *block, n *graph.Node) bool {
	m := &mover{block: b, n: n, op: n.Op.(*graph.ScanOp), memo: map[graph.Value]graph.Value{}}
	m.classify()
	m.chooseFront()
	m.chooseBack()
	m.move()
	return true
}

// change says with what a value of a body changes.
type change uint8

const (
	never change = iota // captured values and what is computed from them
	byTime
	byState
)

// mover divides the body of one Scan into what goes in front, what goes behind
// and what stays. The sets hold values of the old body.
type mover struct {
	*block // around the Scan
	n      *graph.Node
	op     *graph.ScanOp

	change map[graph.Value]change
	able   map[graph.Value]bool // could go in front
	front  map[graph.Value]bool
	back   map[graph.Value]bool

	l    *loop
	memo map[graph.Value]graph.Value // lifted values: [time, ...] in the graph around
}

// nodes lists the live nodes of the body that compute something.
func (m *mover) nodes() (list []*graph.Node) {
	for _, n := range m.op.Body.Nodes {
		if _, ok := n.Op.(*graph.InputOp); !ok && m.live.node(n) {
			list = append(list, n)
		}
	}
	return list
}

func (m *mover) classify() {
	m.change = map[graph.Value]change{}
	for i, v := range m.op.Body.Inputs {
		switch {
		case i < m.op.Seqs:
			m.change[v] = byTime
		case i < m.op.Seqs+m.op.States && m.op.Body.Outputs[i-m.op.Seqs] != v:
			m.change[v] = byState
		}
	}
	for _, n := range m.op.Body.Nodes {
		for _, v := range n.In {
			for i := range n.Shapes {
				m.change[n.At(i)] = max(m.change[n.At(i)], m.change[v])
			}
		}
	}
}

// chooseFront finds the products that no state reaches and what they need.
func (m *mover) chooseFront() {
	m.able, m.front = map[graph.Value]bool{}, map[graph.Value]bool{}
	for _, v := range m.op.Body.Inputs {
		m.able[v] = m.change[v] == byTime
	}
	sums := map[graph.Value]bool{}
	for _, n := range m.nodes() {
		v := n.At(0)
		able := m.change[v] == byTime && m.liftable(n)
		for _, u := range n.In {
			able = able && (m.change[u] == never || m.able[u])
		}
		m.able[v] = able
		if !able {
			continue
		}
		sums[v] = isProduct(v) || isSum(n) && (sums[n.In[0]] || sums[n.In[1]])
		if sums[v] || heavy(n.Op) {
			m.need(v)
		}
	}
}

func (m *mover) need(v graph.Value) {
	if m.change[v] != byTime || m.front[v] {
		return
	}
	m.front[v] = true
	for _, u := range v.Node.In {
		m.need(u)
	}
}

// chooseBack finds the products that no next state needs and what depends on them.
func (m *mover) chooseBack() {
	m.back = map[graph.Value]bool{}
	fate := &fates{loop: map[graph.Value]bool{}}
	for i := range m.op.States {
		if m.live.state(m.n, i) {
			fate.mark(m.op.Body.Outputs[i])
		}
	}
	nodes := m.nodes()
	read := map[graph.Value]bool{} // by something that stays
	free := map[*graph.Node]bool{}
	for i := len(nodes) - 1; i >= 0; i-- {
		n := nodes[i]
		v := n.At(0)
		free[n] = m.change[v] == byState && !fate.loop[v] && !read[v] && m.liftable(n)
		if !free[n] {
			for _, u := range n.In {
				read[u] = true
			}
		}
	}
	for _, n := range nodes {
		if !free[n] {
			continue
		}
		goes := heavy(n.Op)
		for _, u := range n.In {
			goes = goes || m.back[u]
		}
		m.back[n.At(0)] = goes
	}
}

// heavy reports whether an operation is worth its place outside the loop: it
// is neither element-wise nor a view.
func heavy(op graph.Op) bool {
	switch op.(type) {
	case *graph.UnaryOp, *graph.BinaryOp, *graph.SelectOp, *graph.FillOp, *graph.ConstOp,
		*graph.SliceOp, *graph.ConcatOp, *graph.ExpandOp, *graph.ViewOp, *graph.ReshapeOp:
		return false
	}
	return true
}

// move writes the three parts.
func (m *mover) move() {
	l, inner := m.enter(m.n)
	m.l = l
	for _, n := range m.op.Body.Nodes {
		v := n.At(0)
		switch {
		case !m.live.node(n) || m.back[v]:
		case m.front[v]:
			if _, ok := n.Op.(*graph.InputOp); !ok {
				m.place, m.moved = n.Place, true
				m.vals[v] = l.sequence(m.lifted(v))
			}
		default:
			inner.one(n)
		}
	}
	m.finish(inner)
}

// finish emits what is left of the Scan, then what goes behind it, and gives
// the results their new values.
func (m *mover) finish(inner *block) {
	body, l := m.op.Body, m.l
	carried := map[int]int{}
	for i := range m.op.States {
		if m.live.state(m.n, i) && body.Outputs[i] != body.Inputs[m.op.Seqs+i] {
			carried[i] = l.carry(m.vals[body.Outputs[i]])
		}
	}
	stacked := map[graph.Value]int{}
	stack := func(v graph.Value) {
		if m.change[v] == never || m.back[v] || m.able[v] {
			return
		}
		if outer, ok := l.outside(m.vals[v]); ok {
			m.memo[v] = outer
			return
		}
		stacked[v] = l.output(m.vals[v])
	}
	for i := m.op.States; i < len(body.Outputs); i++ {
		if m.live.values[m.n.At(i)] {
			stack(body.Outputs[i])
		}
	}
	for _, n := range m.nodes() {
		if m.back[n.At(0)] {
			for _, u := range n.In {
				stack(u)
			}
		}
	}
	if len(carried)+len(stacked) > 0 {
		scan := l.finish()
		for v, i := range stacked {
			m.memo[v] = scan.At(len(carried) + i)
		}
		for i, k := range carried {
			m.vals[m.n.At(i)] = scan.At(k)
		}
	}
	for _, n := range m.nodes() {
		if m.back[n.At(0)] {
			m.place, m.moved = n.Place, true
			m.lifted(n.At(0))
		}
	}
	for i, v := range body.Outputs {
		switch {
		case i < m.op.States && m.live.state(m.n, i) && v == body.Inputs[m.op.Seqs+i]:
			m.vals[m.n.At(i)] = m.vals[m.n.In[m.op.Seqs+i]]
		case i >= m.op.States && m.live.values[m.n.At(i)]:
			m.vals[m.n.At(i)] = m.lifted(v)
		}
	}
}
