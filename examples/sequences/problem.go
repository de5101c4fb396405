package sequences

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/rng"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/tasks"
)

// problem is a configured model with its data.
type problem struct {
	cfg  tasks.Config
	data *data
	g    *graph.Graph
}

var _ tasks.Problem = (*problem)(nil)

func newProblem(cfg tasks.Config, d *data, g *graph.Graph) *problem { return &problem{cfg, d, g} }

func (p *problem) Graph() *graph.Graph { return p.g }
func (p *problem) Terms() tasks.Terms  { return terms }

func (p *problem) Data() tasks.Data {
	return tasks.Data{Name: p.data.name, Path: p.data.path, SHA256: p.data.sum, Sizes: p.data.sizes}
}

// Train implements tasks.Problem: all sequences once, in an order of the epoch's own.
func (p *problem) Train(epoch int) tasks.Batches {
	b := newBatches(p.data.parts["train"], p.cfg.Train.Batch)
	r := rng.New(p.cfg.Seed, fmt.Sprintf("sequences/epoch %d", epoch))
	for i := range b.order {
		k := i + r.Intn(len(b.order)-i)
		b.order[i], b.order[k] = b.order[k], b.order[i]
	}
	return b
}

// Part implements tasks.Problem.
func (p *problem) Part(name string) (tasks.Batches, error) {
	part, ok := p.data.parts[name]
	if !ok {
		return nil, registry.Unknown("part", name, Parts)
	}
	return newBatches(part, p.cfg.Train.Batch), nil
}

// Judge implements tasks.Problem.
func (p *problem) Judge(part string) tasks.Judge {
	return &judge{batches: newBatches(p.data.parts[part], p.cfg.Train.Batch), classes: p.data.sizes[classes]}
}

// batches are sequences in an order, each batch as long as its longest.
type batches struct {
	Part
	order []int
	batch int
}

func newBatches(p Part, batch int) *batches {
	b := &batches{Part: p, order: make([]int, len(p.Y)), batch: batch}
	for i := range b.order {
		b.order[i] = i
	}
	return b
}

// rows are the sequences of batch i; the last batch can have fewer.
func (b *batches) rows(i int) []int {
	return b.order[i*b.batch : min((i+1)*b.batch, len(b.order))]
}

func (b *batches) Len() int        { return (len(b.order) + b.batch - 1) / b.batch }
func (b *batches) Items(i int) int { return len(b.rows(i)) }

func (b *batches) Binding(i int) graph.Binding {
	time := 0
	for _, r := range b.rows(i) {
		time = max(time, int(b.Lengths[r]))
	}
	return graph.Binding{"time": time, "batch": len(b.rows(i))}
}

// Load turns [n, time, features] to [time, batch, features].
func (b *batches) Load(i int, m tasks.Inputs) {
	rows := b.rows(i)
	x, y, lengths := m.Floats("x"), m.Ints("y"), m.Ints("lengths")
	for k, r := range rows {
		if y != nil {
			y[k] = b.Y[r]
		}
		lengths[k] = b.Lengths[r]
		for t := range len(x) / (len(rows) * b.Features) {
			copy(x[(t*len(rows)+k)*b.Features:][:b.Features], b.X[(r*b.Time+t)*b.Features:])
		}
	}
}

// judge counts the sequences whose class has the largest logit.
type judge struct {
	*batches
	classes, right int
	loss           float64
}

// See implements tasks.Judge.
func (j *judge) See(i int, m tasks.Outputs) {
	rows := j.rows(i)
	j.loss += float64(m.Output("loss")[0]) * float64(len(rows))
	logits := m.Output("logits")
	for k, r := range rows {
		best := 0
		for c, v := range logits[k*j.classes:][:j.classes] {
			if v > logits[k*j.classes+best] {
				best = c
			}
		}
		if best == int(j.Y[r]) {
			j.right++
		}
	}
}

// Score implements tasks.Judge.
func (j *judge) Score() tasks.Score {
	n := len(j.Y)
	return tasks.Score{
		Loss: j.loss / float64(n), Items: n,
		Values: map[string]float64{"accuracy": float64(j.right) / float64(n)},
	}
}
