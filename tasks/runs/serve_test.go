package runs_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/ptb"
	"github.com/seed391906a2/iss/tasks/runs"
	"github.com/seed391906a2/iss/tasks/train"
)

// A run is served: opened, planned for two streams that are answered a word at a
// time, their states carried. A stream that begins anew is answered as the
// first one was at its beginning; a step allocates nothing.
func ExampleRun_Graph() {
	root, err := os.MkdirTemp("", "runs")
	check(err)
	defer os.RemoveAll(root)
	dir := filepath.Join(root, "tiny")
	trainTiny(dir) // as iss train tiny.json --out DIR

	run, err := runs.Open(dir)
	check(err)
	known, err := cells.Catalogue(cells.All()...)
	check(err)
	task := ptb.NewGrammar() // run.Info().Config.Task names it
	g, err := run.Graph(task, known)
	check(err)
	weights, err := run.Tensors(g)
	check(err)
	vocabulary, err := ptb.OpenVocabulary(filepath.Join(dir, "vocab.txt"), ptb.Word)
	check(err)

	// The answers alone, and the states; the loss would ask for the next words.
	const streams = 2
	model, err := engine.NewSession(graph.Subset(g, "logits", "cell_0/c", "cell_0/h"), engine.Options{
		Max: graph.Binding{"time": 1, "batch": streams}, Threads: 1,
	})
	check(err)
	defer model.Close()
	for name, w := range weights {
		copy(model.Param(name), w.Data)
	}
	model.Changed()
	check(model.Bind(graph.Binding{"time": 1, "batch": streams}))

	// step reads a word of each stream and returns what it takes for the likeliest next.
	next := make([]int32, streams)
	step := func(words ...int32) []int32 {
		copy(model.Ints("x"), words) // [time, batch]
		check(model.Run(graph.Mode{}))
		logits := model.Output("logits") // [time, batch, words]
		for s := range next {
			row := logits[s*len(logits)/streams:][:len(logits)/streams]
			next[s] = 0
			for i, v := range row {
				if v > row[next[s]] {
					next[s] = int32(i)
				}
			}
		}
		return next
	}
	the, _ := vocabulary.ID("the")
	in, _ := vocabulary.ID("in")
	first := step(the, in)[0]
	step(first, in)
	model.Begin(1) // the second stream begins another text, the first goes on
	again := step(in, the)[1]
	fmt.Println("the same answer:", vocabulary.Token(first) == vocabulary.Token(again))
	two := []int32{the, in}
	fmt.Println("allocations of a step:", testing.AllocsPerRun(100, func() { step(two...) }))
	// Output:
	// the same answer: true
	// allocations of a step: 0
}

// trainTiny trains a small model, which leaves a run in dir.
func trainTiny(dir string) {
	known, err := cells.Catalogue(cells.All()...)
	check(err)
	cfg, err := tasks.Resolve(tasks.Query{Cells: known, File: "tiny.json", Document: []byte(`{
	  "task": "grammar", "seed": 3,
	  "model": {"cell": "lstm", "embedding": 8, "hidden": [8]},
	  "train": {"batch": 20, "steps": 10, "epochs": 1, "clip": 5, "optimizer": {"kind": "sgd", "rate": 1}}
	}`)})
	check(err)
	problem, err := ptb.NewGrammar().Open(cfg, known)
	check(err)
	run, err := runs.Create(dir, runs.Info{Config: cfg, Data: runs.DataOf(problem.Data())}, problem.Data().Files)
	check(err)
	_, err = train.Train(context.Background(), train.Options{Problem: problem, Config: cfg, Journal: run, Threads: 1})
	check(err)
	check(run.Finish(map[string]any{}))
	check(run.Close())
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
