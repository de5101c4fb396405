package graph_test
import ("testing";"fmt"; "github.com/seed391906a2/iss/core/graph")
func TestZZ(t *testing.T) {
		c := random(444)
		atoms := graph.Index(c.Graph)
		var list []graph.Atom
		for _, u := range free(atoms) {
			if !alone(atoms, u) {
				list = append(list, u)
			}
		}
		fmt.Println(places(atoms.Carry(list[0])))
		fmt.Println(places(atoms.Carry(list[len(list)-1])))
		half, _ := graph.Restrict(c.Graph, atoms.Keep(func(u graph.Atom) bool { return u == list[0] }))
		again := graph.Index(half)
		for _, u := range again.All() { fmt.Println(places(again.Carry(u)), again.Pins(u)) }
		for _, p := range c.Graph.Params { fmt.Println(p.Name, p.Shape, half.Param(p.Name).Shape) }
		for _, n := range c.Graph.Nodes { if s, ok := n.Op.(*graph.ScanOp); ok { for _, m := range s.Body.Nodes { if r, ok := m.Op.(*graph.ReshapeOp); ok { fmt.Println(r.Name()) } } } }
}
