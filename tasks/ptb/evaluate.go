package ptb

import (
	"fmt"
	"math"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/tasks"
)

// part returns the windows on which a part is measured, by the conventions of
// the published code: valid in batches of the preset's size, the tail dropped;
// test as one stream at batch 1, with all n-1 predictions.
func (p *problem) part(name string) (b *Batches, batch int, err error) {
	switch name {
	case "valid":
		return p.valid, p.cfg.Train.Batch, nil
	case "test":
		return p.test, 1, nil
	}
	return nil, 0, fmt.Errorf("ptb: no part %q to evaluate; known: test, valid", name)
}

// EvalBinding implements tasks.Problem.
func (p *problem) EvalBinding(part string) graph.Binding {
	_, batch, err := p.part(part)
	if err != nil {
		batch = 1
	}
	return graph.Binding{"time": p.cfg.Train.Steps, "batch": batch}
}

// Evaluate implements tasks.Problem: without dropout, states at their start
// before the first window, then carried.
func (p *problem) Evaluate(part string, m graph.Machine[float32], stop func() error) (tasks.Score, error) {
	b, batch, err := p.part(part)
	if err != nil {
		return tasks.Score{}, err
	}
	bound := 0
	total := 0.0
	b.Seek(0)
	var carried [][]float32
	for w, ok := b.Next(); ok; w, ok = b.Next() {
		if err := stop(); err != nil {
			return tasks.Score{}, err
		}
		if w.Valid != bound {
			if err := m.Bind(graph.Binding{"time": w.Valid, "batch": batch}); err != nil {
				return tasks.Score{}, err
			}
			bound = w.Valid
			carried = restore(p.g, m, carried)
		}
		copy(m.Ints("x"), w.X[:w.Valid*batch])
		copy(m.Ints("y"), w.Y[:w.Valid*batch])
		if err := m.Run(graph.Mode{}); err != nil {
			return tasks.Score{}, err
		}
		total += float64(m.Output("loss")[0]) * float64(batch)
		carried = save(p.g, m, carried)
		restore(p.g, m, carried)
	}
	s := tasks.Score{Loss: total / float64(b.Predictions()), Tokens: b.Predictions(), Floor: p.floors[part]}
	s.Perplexity = math.Exp(s.Loss)
	return s, nil
}

// save copies the carried states out of a machine's outputs.
func save(g *graph.Graph, m graph.Machine[float32], into [][]float32) [][]float32 {
	if into == nil {
		into = make([][]float32, len(g.Inputs))
	}
	for i, v := range g.Inputs {
		if in := v.Node.Op.(*graph.InputOp); in.Role == graph.Carried {
			into[i] = append(into[i][:0], m.Output(in.Label)...)
		}
	}
	return into
}

// restore writes carried states to a machine's inputs; nil means their start.
func restore(g *graph.Graph, m graph.Machine[float32], from [][]float32) [][]float32 {
	for i, v := range g.Inputs {
		in := v.Node.Op.(*graph.InputOp)
		if in.Role != graph.Carried {
			continue
		}
		to := m.Floats(in.Label)
		if from != nil {
			copy(to, from[i])
			continue
		}
		for k := range to {
			to[k] = float32(in.Start)
		}
	}
	return from
}

// findFloors computes what the grammar itself reaches on exactly the tokens
// that are predicted.
func (p *problem) findFloors() error {
	for name, ids := range map[string][]int32{"valid": p.corpus.Valid.IDs, "test": p.corpus.Test.IDs} {
		logs, err := GrammarLogProbs(p.corpus.Vocab, ids)
		if err != nil {
			return err
		}
		b, _, err := p.part(name)
		if err != nil {
			return err
		}
		p.floors[name] = math.Exp(-b.Mean(logs))
	}
	return nil
}
