package train_test

import (
	"context"
	"fmt"
	"os"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/ptb"
	"github.com/seed391906a2/iss/tasks/train"
)

// leaky is a cell of one's own: h' = a∘h + (1−a)∘tanh([x, h]·W), with a = σ(b).
// That is all there is to write; no backward pass, no groups, no pruning.
var leaky = core.CellPlugin{
	Name: "leaky", Doc: "A vanilla network that forgets slowly.", Source: "this example",
	New: func(c core.CellConfig) (core.Cell, error) { return leakyCell{c.Input, c.Hidden}, nil },
}

type leakyCell struct{ in, hidden int }

func (c leakyCell) States() []core.State { return []core.State{{Name: "h", Size: c.hidden}} }

func (c leakyCell) Step(s *graph.Scope, x graph.Value, prev []graph.Value) (graph.Value, []graph.Value) {
	W := s.Param("leaky/weights", nil, c.in+c.hidden, c.hidden)
	a := graph.Sigmoid(s.Param("leaky/leak", graph.Constant{}, c.hidden))
	h := graph.Add(graph.Mul(a, prev[0]), graph.Mul(graph.OneMinus(a), graph.Tanh(graph.MatMul(graph.Concat(-1, x, prev[0]), W))))
	return h, []graph.Value{h}
}

// What iss train does, in calls: open a task with a cell of one's own, derive
// and print its groups, train, certify which units can go, cut them out, verify.
func Example() {
	known, err := cells.Catalogue(append(cells.All(), leaky)...)
	check(err)
	cfg, err := tasks.Resolve(tasks.Query{
		Cells: known, File: "mine.json",
		Document: []byte(`{
		  "task": "grammar", "seed": 3,
		  "model": {"cell": "leaky", "embedding": 8, "hidden": [8]},
		  "train": {"batch": 20, "steps": 10, "epochs": 1, "clip": 5, "optimizer": {"kind": "sgd", "rate": 0.1}},
		  "iss": {"tau": 0.05, "regularizers": [{"kind": "group_lasso", "on": "iss", "lambda": 0.15}]}
		}`),
	})
	check(err)
	problem, err := ptb.NewGrammar().Open(cfg, known)
	check(err)

	d, err := groups.Derive(problem.Graph())
	check(err)
	classes, err := d.Select(cfg.ISS.Classes)
	check(err)
	_, err = d.Spec(classes[:1]).WriteTo(os.Stdout)
	check(err)

	trained, err := train.Train(context.Background(), train.Options{Problem: problem, Config: cfg, Groups: d.Groups(classes), Threads: 1})
	check(err)
	cert, err := groups.Certify(d, classes, func(name string) []float32 { return trained.Tensors[name].Data })
	check(err)
	small, err := groups.Compact(problem.Graph(), trained.Tensors, nil, cert.Keep())
	check(err)
	left := len(small.Kept["cell_0"])
	fmt.Println("some units are gone:", 0 < left && left < 8)

	test, err := problem.Part("test")
	check(err)
	feed := tasks.NewFeed(problem.Graph(), test.Binding(0))
	test.Load(0, feed)
	report, err := groups.Verify(
		groups.Model{Graph: problem.Graph(), Tensors: trained.Tensors}, groups.Model{Graph: small.Graph, Tensors: small.Tensors},
		[]groups.Batch{{Binding: test.Binding(0), Ints: feed.IntsOf}}, groups.VerifyOptions{})
	check(err)
	fmt.Println("equal:", report.Equal, "bit for bit:", report.Bitwise)
	// Output:
	// {
	//   "groups": [
	//     [
	//       {"var_name": "Model/RNN/multi_rnn_cell/cell_0/leaky/weights", "multi": 1.0, "axis": 1, "start": 8, "end": 16},
	//       {"var_name": "Model/RNN/multi_rnn_cell/cell_0/leaky/weights", "multi": 1.0, "axis": 0, "start": 0, "end": 8},
	//       {"var_name": "Model/softmax_w", "multi": 1.0, "axis": 1, "start": 0, "end": 8}
	//     ]
	//   ]
	// }
	// some units are gone: true
	// equal: true bit for bit: true
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
