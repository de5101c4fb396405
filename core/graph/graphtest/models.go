package graphtest

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
)

// RNN is a language model with tanh(W·[x, h] + b).
func RNN(z Sizes) *Case { return language("rnn", z, cell{only, rnn}) }

// LSTM is a language model with packed gates in one weight.
func LSTM(z Sizes) *Case { return language("lstm", z, cell{withC, lstm}) }

// GRU is a language model whose reset gate stands before the product.
func GRU(z Sizes) *Case { return language("gru", z, cell{only, gru}) }

// GRUAfter is a language model whose reset gate stands behind the product.
func GRUAfter(z Sizes) *Case { return language("gru-after", z, cell{only, gruAfter}) }

// RHN is a language model with a recurrent highway of depth 3 and masks.
func RHN(z Sizes) *Case { return language("rhn", z, cell{only, rhn}) }

// Peephole is a language model with diagonal weights.
func Peephole(z Sizes) *Case { return language("peephole", z, cell{withC, peephole}) }

// Projection is a language model whose recurrent state is narrower than its cell.
func Projection(z Sizes) *Case { return language("projection", z, cell{projectedStates, projection}) }

// Normed is a language model with layer norm, RMS norm and relu.
func Normed(z Sizes) *Case { return language("normed", z, cell{only, normed}) }

// Odd is a language model with two inner sizes, interleaved gates and a
// constant per unit.
func Odd(z Sizes) *Case { return language("odd", z, cell{oddStates, odd}) }

// Named returns all named cases at small sizes; some have two layers.
func Named() []*Case {
	two := Small
	two.Layers = 2
	return []*Case{
		RNN(Small), LSTM(Small), LSTM(two), GRU(Small), GRUAfter(two), RHN(Small), Peephole(Small),
		Projection(two), Normed(Small), Odd(Small), Odd(two), Tied(Small), Bidirectional(Small), Residual(two),
	}
}

// trace panics where a model of this package does not trace: a fault of the model.
func trace(name string, build func(s *graph.Scope)) *graph.Graph {
	g, err := graph.Trace(name, build)
	if err != nil {
		panic(err)
	}
	return g
}

func (z Sizes) binding() graph.Binding { return graph.Binding{"time": z.Time, "batch": z.Batch} }

func symbols() (time, batch graph.Dim) { return graph.Symbol("time"), graph.Symbol("batch") }

// run scans a cell over x with carried states named by the layer and puts
// their last values out.
func (c cell) run(s *graph.Scope, n int, x graph.Value, cfg graph.ScanConfig) graph.Value {
	_, batch := symbols()
	var carries []graph.Carry
	for _, st := range c.states(n) {
		name := s.Owner() + "/" + st.name
		carries = append(carries, graph.Carry{Name: st.name, Init: s.State(name, 0, batch, graph.Fixed(st.width))})
	}
	out, final := graph.Scan(s, cfg, []graph.Value{x}, carries,
		func(s *graph.Scope, x, prev []graph.Value) (out, next []graph.Value) {
			next = c.step(s, n, x[0], prev)
			return next[:1:1], next
		})
	for i, st := range c.states(n) {
		s.Output(s.Owner()+"/"+st.name, final[i])
	}
	return out[0]
}

func layer(s *graph.Scope, i int) *graph.Scope {
	name := fmt.Sprint("cell_", i)
	return s.Layer("RNN/"+name, name)
}

// language is embedding, layers with dropout between them, softmax, and the
// loss summed over time and averaged over the batch.
func language(name string, z Sizes, c cell) *Case {
	g := trace(name, func(s *graph.Scope) {
		time, batch := symbols()
		x, y := s.Ints("x", time, batch), s.Ints("y", time, batch)
		h := graph.Lookup(s.Param("embedding", nil, z.Vocab, z.Embed), x)
		for i := range z.Layers {
			h = s.Dropout(fmt.Sprint("dropout_", i), h, 0.75, graph.PerStep)
			h = c.run(layer(s, i), z.Hidden, h, graph.ScanConfig{})
		}
		logits := graph.Add(graph.MatMul(h, s.Param("softmax_w", nil, width(h), z.Vocab)), s.Param("softmax_b", nil, z.Vocab))
		s.Output("loss", graph.Sum(graph.Mean(graph.CrossEntropy(logits, y), -1), -1))
		s.Output("logits", logits)
	})
	return &Case{Name: fmt.Sprint(name, " ", z.Layers), Graph: g, Binding: z.binding(), Limits: map[string]int{"x": z.Vocab, "y": z.Vocab}}
}

// Tied is an RNN whose softmax reads the embedding transposed, with words
// dropped out whole. Embed is not used.
func Tied(z Sizes) *Case {
	g := trace("tied", func(s *graph.Scope) {
		time, batch := symbols()
		x, y := s.Ints("x", time, batch), s.Ints("y", time, batch)
		table := s.Param("embedding", nil, z.Vocab, z.Hidden)
		h := s.DropoutWords("words", graph.Lookup(table, x), x, 0.75)
		h = cell{only, rnn}.run(layer(s, 0), z.Hidden, h, graph.ScanConfig{})
		h = s.Dropout("output", h, 0.75, graph.PerWindow)
		logits := graph.Add(graph.MatMulT(h, table), s.Param("softmax_b", nil, z.Vocab))
		s.Output("loss", graph.Sum(graph.Mean(graph.CrossEntropy(logits, y), -1), -1))
		s.Output("logits", logits)
	})
	return &Case{Name: "tied", Graph: g, Binding: z.binding(), Limits: map[string]int{"x": z.Vocab, "y": z.Vocab}}
}

// Residual is an LSTM stack in which each layer adds its input to its output.
// Embed is not used.
func Residual(z Sizes) *Case {
	g := trace("residual", func(s *graph.Scope) {
		time, batch := symbols()
		x, y := s.Ints("x", time, batch), s.Ints("y", time, batch)
		h := graph.Lookup(s.Param("embedding", nil, z.Vocab, z.Hidden), x)
		for i := range z.Layers {
			h = graph.Add(h, cell{withC, lstm}.run(layer(s, i), z.Hidden, h, graph.ScanConfig{}))
		}
		logits := graph.MatMul(h, s.Param("softmax_w", nil, z.Hidden, z.Vocab))
		s.Output("loss", graph.Sum(graph.Mean(graph.CrossEntropy(logits, y), -1), -1))
		s.Output("logits", logits)
	})
	return &Case{Name: "residual", Graph: g, Binding: z.binding(), Limits: map[string]int{"x": z.Vocab, "y": z.Vocab}}
}

// Bidirectional tags sequences of different lengths with an LSTM in each
// direction, one of them over the reversed sequence, and a GRU on both.
func Bidirectional(z Sizes) *Case {
	g := trace("bidirectional", func(s *graph.Scope) {
		time, batch := symbols()
		x, y, lengths := s.Ints("x", time, batch), s.Ints("y", time, batch), s.Ints("lengths", batch)
		e := graph.Lookup(s.Param("embedding", nil, z.Vocab, z.Embed), x)
		cfg := graph.ScanConfig{Lengths: lengths}
		back := graph.ScanConfig{Lengths: lengths, Reverse: true}
		h := graph.Concat(-1,
			cell{withC, lstm}.run(s.Layer("forward", "forward"), z.Hidden, e, cfg),
			cell{withC, lstm}.run(s.Layer("backward", "backward"), half(z.Hidden), e, back),
			graph.Reverse(cell{only, rnn}.run(s.Layer("turned", "turned"), z.Hidden, graph.Reverse(e, lengths), cfg), lengths))
		h = cell{only, gru}.run(s.Layer("output", "output"), z.Hidden, h, cfg)
		logits := graph.MatMul(h, s.Param("tags", nil, z.Hidden, z.Vocab))
		valid := graph.Sum(graph.Valid(lengths, time), -1)
		loss := graph.Mul(graph.CrossEntropy(logits, y), valid)
		s.Output("loss", graph.Mean(graph.Sum(loss, -2), -1))
		s.Output("logits", logits)
	})
	return &Case{Name: "bidirectional", Graph: g, Binding: z.binding(), Limits: map[string]int{"x": z.Vocab, "y": z.Vocab}}
}
