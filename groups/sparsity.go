package groups

import "github.com/seed391906a2/iss/core/graph"

// Sparsity is what is zero in a model.
type Sparsity struct {
	Groups  []UnitCount
	Tensors []ZeroCount
}

// UnitCount says how many units of a group are left.
type UnitCount struct {
	Name string
	Left int // components with a scalar that is not zero
	Of   int // components
}

// ZeroCount says how many weights of a variable are zero.
type ZeroCount struct {
	Name  string
	Zeros int
	Of    int
}

// CountZeros counts zeros in a model's weights. A unit is gone if every scalar
// of its component is zero: the paper's count, which biases are not in. It
// reads only. It panics if the groups are those of another model.
func CountZeros(g *graph.Graph, groups []Group, param func(name string) []float32) Sparsity {
	var s Sparsity
	for _, p := range g.Params {
		z := ZeroCount{Name: p.Name, Of: p.Size()}
		for _, v := range param(p.Name) {
			if v == 0 {
				z.Zeros++
			}
		}
		s.Tensors = append(s.Tensors, z)
	}
	live := &liveness{g: g, param: param, known: map[spot][]bool{}}
	for _, group := range groups {
		u := UnitCount{Name: group.Name, Of: group.Units}
		for k := range group.Units {
			if live.component(group, k) {
				u.Left++
			}
		}
		s.Groups = append(s.Groups, u)
	}
	return s
}

// liveness knows which rows and columns hold a scalar that is not zero.
type liveness struct {
	g     *graph.Graph
	param func(name string) []float32
	known map[spot][]bool
}

// component reports whether component k of a group holds such a scalar.
func (l *liveness) component(group Group, k int) bool {
	for _, e := range group.Entries {
		if l.axis(e.Var, e.Axis)[e.Index(k)] {
			return true
		}
	}
	return false
}

// axis tells for each index of an axis whether a scalar there is not zero.
func (l *liveness) axis(name string, axis int) []bool {
	key := spot{name, axis}
	if live, ok := l.known[key]; ok {
		return live
	}
	shape := findParam(l.g, name).Shape
	live := make([]bool, shape[axis])
	inner := 1
	for _, n := range shape[axis+1:] {
		inner *= n
	}
	w := l.param(name)
	for len(w) > 0 {
		for k := range live {
			if inner == 1 {
				live[k] = live[k] || w[k] != 0
			} else {
				live[k] = live[k] || anyNonZero(w[k*inner:(k+1)*inner])
			}
		}
		w = w[len(live)*inner:]
	}
	l.known[key] = live
	return live
}

func anyNonZero(w []float32) bool {
	for _, v := range w {
		if v != 0 {
			return true
		}
	}
	return false
}
