package engine_test

import (
	"fmt"
	"sync"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
)

// A model is served step by step, its state carried from call to call, while
// streams come and go.
func ExampleSession() {
	streams := graph.Symbol("batch")
	g, err := graph.Trace("leaky sum", func(s *graph.Scope) {
		h := s.State("h", 0, streams, graph.Fixed(1))
		h = graph.Add(graph.Mul(s.Param("leak", nil, 1), h), s.Input("x", streams, graph.Fixed(1)))
		s.Output("h", h)
	})
	if err != nil {
		panic(err)
	}
	model, err := engine.NewSession(g, engine.Options{Max: graph.Binding{"batch": 2}, Threads: 1})
	if err != nil {
		panic(err)
	}
	defer model.Close()
	model.Param("leak")[0] = 0.5
	model.Changed()

	step := func(batch int, x ...float32) {
		if err := model.Bind(graph.Binding{"batch": batch}); err != nil {
			panic(err)
		}
		copy(model.Floats("x"), x)
		if err := model.Run(graph.Mode{}); err != nil {
			panic(err)
		}
		fmt.Println(model.Output("h"))
	}
	step(1, 8)
	step(1, 0)
	step(2, 0, 1) // a second stream begins
	model.Begin(0)
	step(2, 3, 0) // the first begins another text
	step(1, 0)    // the second has ended
	// Output:
	// [8]
	// [4]
	// [2 1]
	// [3 0.5]
	// [1.5]
}

// A model served by several goroutines: one Session for each, of one worker,
// all planned from one graph. Each runs several streams side by side, whose
// states it carries; what arrives decides how many steps a call makes. After
// NewSession nothing allocates.
func ExampleSession_goroutines() {
	steps, streams := graph.Symbol("time"), graph.Symbol("batch")
	g, err := graph.Trace("running mean", func(s *graph.Scope) {
		x := s.Input("x", steps, streams, graph.Fixed(1))
		state := []graph.Carry{{Name: "mean", Init: s.State("mean", 0, streams, graph.Fixed(1))}}
		out, last := graph.Scan(s, graph.ScanConfig{}, []graph.Value{x}, state, func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
			keep := s.Param("keep", nil, 1)
			mean := graph.Add(graph.Mul(keep, prev[0]), graph.Mul(graph.OneMinus(keep), x[0]))
			return []graph.Value{mean}, []graph.Value{mean}
		})
		s.Output("means", out[0])
		s.Output("mean", last[0])
	})
	if err != nil {
		panic(err)
	}

	serve := func(first float32) (answers []float32) {
		most := graph.Binding{"time": 4, "batch": 2}
		model, err := engine.NewSession(g, engine.Options{Max: most, Threads: 1})
		if err != nil {
			panic(err)
		}
		defer model.Close()
		model.Param("keep")[0] = 0.5
		model.Changed()
		for _, n := range []int{4, 1} { // four steps of both streams, then one more
			if err := model.Bind(graph.Binding{"time": n, "batch": 2}); err != nil {
				panic(err)
			}
			x := model.Floats("x") // [time, batch, 1]
			for i := range x {
				x[i] = first + float32(i%2)
			}
			if err := model.Run(graph.Mode{}); err != nil {
				panic(err)
			}
		}
		return append(answers, model.Output("mean")...) // what Output returns is the session's own
	}

	answers := make([][]float32, 3)
	var wait sync.WaitGroup
	for i := range answers {
		wait.Go(func() { answers[i] = serve(float32(32 * i)) })
	}
	wait.Wait()
	for _, a := range answers {
		fmt.Println(a)
	}
	// Output:
	// [0 0.96875]
	// [31 31.96875]
	// [62 62.96875]
}
