package groups

import (
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// elem is one index of one axis of a value.
type elem struct {
	axis  graph.Axis
	index int
}

// edge leads from an elem to another that is the same unit.
type edge struct {
	to   elem
	node *graph.Node // whose rule says so
}

// A course is the way in which a chain follows the data.
type course uint8

const (
	upstream   course = iota // from what is read back to what makes it
	downstream               // from what makes a unit on to where it goes
	anywhere                 // two operands of one operation are one unit too
)

// path is a shortest chain of unifications from an elem to one where goal
// holds, inside one atom; nil if start itself is such a place or none is
// reached. A weight that reads is followed upstream and one that makes units
// downstream, which says more than the shortest way: an attention mix that is
// multiplied by its source is one unit with it by the product, but the row that
// reads the mix does so by the mix.
func (d *Derivation) path(start elem, atom graph.Atom, role graph.Role, goal func(elem) bool) []Step {
	for _, c := range []course{upstream, downstream, anywhere} {
		if c == upstream && role&graph.Reads == 0 || c == downstream && role&graph.Makes == 0 {
			continue
		}
		if found, ok := d.chain(start, atom, c, goal); ok {
			return found
		}
	}
	return nil
}

// chain is path on one course.
func (d *Derivation) chain(start elem, atom graph.Atom, c course, goal func(elem) bool) ([]Step, bool) {
	links := map[graph.Axis][]graph.Link{}
	for _, l := range d.Atoms.Links() {
		links[l.A] = append(links[l.A], l)
		links[l.B] = append(links[l.B], l)
	}
	divides := map[graph.Value][]*graph.Node{}
	for _, n := range d.Atoms.Divisions() {
		for _, v := range []graph.Value{n.In[0], n.At(0)} {
			divides[v] = append(divides[v], n)
		}
	}
	from := map[elem]elem{}
	by := map[elem]*graph.Node{}
	seen := map[elem]bool{start: true}
	for queue := []elem{start}; len(queue) > 0; queue = queue[1:] {
		e := queue[0]
		if goal(e) {
			return steps(start, e, from, by), true
		}
		for _, next := range slices.Concat(unified(e, links[e.axis]), d.factors(e, atom, divides[e.axis.Value])) {
			if !seen[next.to] && c.allows(e.axis.Value, next.node) {
				seen[next.to], from[next.to], by[next.to] = true, e, next.node
				queue = append(queue, next.to)
			}
		}
	}
	return nil, false
}

// allows reports whether a chain on this course may leave a value by the rule
// of an operation. What is made of weights alone has no course, and a loop joins
// what is around it with what is in it, and a state with itself.
func (c course) allows(v graph.Value, by *graph.Node) bool {
	if _, loop := by.Op.(*graph.ScanOp); loop || c == anywhere || fromParams(v) {
		return true
	}
	if c == upstream {
		return v.Node == by
	}
	return slices.Contains(by.In, v)
}

// steps walks a found chain back to its start and turns it round.
func steps(start, end elem, from map[elem]elem, by map[elem]*graph.Node) (out []Step) {
	for e := end; e != start; e = from[e] {
		s := Step{Op: by[e].String(), From: from[e].String(), To: e.String(), Inert: fromParams(e.axis.Value)}
		if op, ok := e.axis.Value.Node.Op.(*graph.InputOp); ok && op.Role == graph.Previous {
			s.State = op.Owner + "/" + op.Label
		}
		out = append(out, s)
	}
	slices.Reverse(out)
	return out
}

// unified follows the links of an axis from one of its indices.
func unified(e elem, links []graph.Link) (out []edge) {
	hop := func(l graph.Link, a, b graph.Axis, from, fromStep, to, toStep int) {
		k := e.index - from
		if e.axis != a || k%fromStep != 0 || k/fromStep < 0 || k/fromStep >= l.Count || k < 0 {
			return
		}
		out = append(out, edge{elem{b, to + k/fromStep*toStep}, l.Node})
	}
	for _, l := range links {
		hop(l, l.A, l.B, l.From, l.FromStep, l.To, l.ToStep)
		hop(l, l.B, l.A, l.To, l.ToStep, l.From, l.FromStep)
	}
	return out
}

// factors crosses operations that divide or join an axis: the indices on their
// other side that hold the atom.
func (d *Derivation) factors(e elem, atom graph.Atom, nodes []*graph.Node) (out []edge) {
	for _, n := range nodes {
		other := n.In[0]
		if other == e.axis.Value {
			other = n.At(0)
		}
		for k, dim := range other.Shape() {
			for i := range dim.Size {
				if slices.Contains(d.Atoms.Of(other, k, i), atom) {
					out = append(out, edge{elem{graph.Axis{Value: other, Axis: k}, i}, n})
				}
			}
		}
	}
	return out
}
