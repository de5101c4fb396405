package groups_test

import (
	"fmt"
	"os"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

// Derive the units of a model, kill one, cut it out, prove that nothing changed.
func Example() {
	g, err := graph.Trace("rnn", func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		cell := s.Layer("rnn", "cell")
		x, h := s.Input("x", time, batch, graph.Fixed(2)), s.State("h", 0, batch, graph.Fixed(3))
		out, final := graph.Scan(cell, graph.ScanConfig{}, []graph.Value{x}, []graph.Carry{{Name: "h", Init: h}},
			func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
				w, b := s.Param("weights", nil, 2+3, 3), s.Param("biases", nil, 3)
				h := graph.Tanh(graph.Add(graph.MatMul(graph.Concat(-1, x[0], prev[0]), w), b))
				return []graph.Value{h}, []graph.Value{h}
			})
		s.Output("h", final[0])
		s.Output("y", graph.MatMul(out[0], s.Param("out", nil, 3, 2)))
	})
	check(err)
	weights := map[string]tensor.Dense[float32]{
		"rnn/weights": tensor.Of([]float32{
			1, 0, 2,
			3, 0, 1,
			1, 0, 2, // unit 0 is read
			0, 0, 0, // unit 1 is not
			2, 0, 1}, 5, 3),
		"rnn/biases": tensor.Of([]float32{0, 5, 1}, 3), // though it speaks
		"out":        tensor.Of([]float32{1, 2, 0, 0, 3, 1}, 3, 2),
	}
	param := func(name string) []float32 { return weights[name].Data }

	d, err := groups.Derive(g)
	check(err)
	classes, err := d.Select(nil)
	check(err)
	_, err = d.Spec(classes).WriteTo(os.Stdout)
	check(err)
	cert, err := groups.Certify(d, classes, param)
	check(err)
	for _, u := range cert.Classes[0].Units {
		fmt.Printf("unit %d can go by %s\n", u.ID, u.By())
	}
	small, err := groups.Compact(g, weights, nil, cert.Keep())
	check(err)
	fmt.Println(small.Tensors["rnn/weights"].Shape, small.Kept)
	report, err := groups.Verify(
		groups.Model{Graph: g, Tensors: weights}, groups.Model{Graph: small.Graph, Tensors: small.Tensors},
		[]groups.Batch{{Binding: graph.Binding{"time": 2, "batch": 1}, Floats: map[string][]float32{"x": {1, -1, 0.5, 2}}}},
		groups.VerifyOptions{})
	check(err)
	fmt.Println("equal bit for bit:", report.Bitwise)
	// Output:
	// {
	//   "groups": [
	//     [
	//       {"var_name": "rnn/weights", "multi": 1.0, "axis": 1, "start": 2, "end": 5},
	//       {"var_name": "rnn/weights", "multi": 1.0, "axis": 0, "start": 0, "end": 3},
	//       {"var_name": "out", "multi": 1.0, "axis": 1, "start": 0, "end": 3}
	//     ]
	//   ]
	// }
	// unit 1 can go by R
	// [4 2] map[cell:[0 2]]
	// equal bit for bit: true
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
