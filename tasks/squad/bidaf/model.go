// Package bidaf is the model "bidirectional attention flow" for answering
// questions on a paragraph by a span of it, with the variable names and layouts
// of the code that Wen et al. (ICLR 2018) learned structures in, so that its
// published group files apply unchanged.
//
//	g, err := bidaf.Trace(bidaf.Config{Words: 1170, Chars: 290, …})
//
// A paragraph and a question come as ids of words and characters, time-major,
// with the frozen vectors of words that are not learned beside them:
//
//	context_words [context, batch], context_chars [context, batch, width]
//	context_vectors [context, batch, dim], context_frozen [context, batch, 1]
//	context_lengths [batch]; the same of question_…; start, end [1, batch]
//
// Results are "loss" (mean over the batch of the cross-entropy of start and
// end, in nats), "nll" [1, batch], and the probabilities "start_at" and
// "end_at" [1, batch, context] that an answer starts or ends at a token.
//
// Source: Seo et al., arXiv:1611.01603, and its public code.
package bidaf

import (
	"fmt"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/nn"
)

// Config describes a model.
type Config struct {
	Words, Chars int // rows of the tables that are learned
	WordDim      int // of a word's vector, learned or frozen
	CharDim      int
	CharWidth    int // characters at which words are cut
	CharFilters  int
	CharTaps     int
	Highways     int // highway layers
	Layers       [Layers]Layer
	Keep         map[string]float64 // chances to keep, by place; see Places
}

// Layers is the number of bidirectional layers: contextual, two of modelling,
// output.
const Layers = 4

// Layer is a bidirectional layer, a cell for each direction.
type Layer struct{ Fw, Bw core.Cell }

// Names are the scopes of the layers; classes are NAME/fw and NAME/bw.
var Names = [Layers]string{"u1", "g0", "g1", "g2"}

// Places may have dropout: the characters' vectors; what a layer reads, drawn
// anew for each direction and step; what the two ends of the answer are read
// from.
var Places = []string{"chars", "ends", "recurrent"}

// Inputs are the widths that the layers read, for a width of the embedded word
// and the output widths of the layers below: the caller makes cells with it.
func Inputs(word int, out func(layer int) int) [Layers]int {
	p0 := 4 * out(0)
	return [Layers]int{word, p0, out(1), p0 + 3*out(2)}
}

// Trace writes the model. Where the published model passes a question and a
// context through one layer, the question has dropout and the context none, as
// there.
func Trace(c Config) (*graph.Graph, error) {
	if c.CharTaps > c.CharWidth {
		return nil, fmt.Errorf("bidaf: filters of %d characters do not fit words of %d; take fewer taps or wider words", c.CharTaps, c.CharWidth)
	}
	return graph.Trace("BiDAF", func(s *graph.Scope) {
		m := &model{c, s.WithInit(graph.Glorot{})}
		question, context := m.text("question"), m.text("context")
		prepro := m.s.Sub("prepro")
		u := m.layer(prepro, 0, question.embedded, question, m.keep("recurrent"))
		h := m.layer(prepro, 0, context.embedded, context, 1)
		m.answer(context, question, h, u)
	})
}

// model is a trace under way.
type model struct {
	Config
	s *graph.Scope
}

// text is a sequence of words.
type text struct {
	lengths  graph.Value // [batch]
	embedded graph.Value // [time, batch, filters + dim]
}

func (m *model) keep(place string) float64 {
	if k, ok := m.Keep[place]; ok {
		return k
	}
	return 1
}

// text is the input of that name, embedded: each word by its characters and by
// its vector, through the highway layers.
func (m *model) text(name string) text {
	time, batch := graph.Symbol(name), graph.Symbol("batch")
	words, chars := m.s.Ints(name+"_words", time, batch), m.s.Ints(name+"_chars", time, batch, graph.Fixed(m.CharWidth))
	vectors := m.s.Input(name+"_vectors", time, batch, graph.Fixed(m.WordDim))
	frozen := m.s.Input(name+"_frozen", time, batch, graph.Fixed(1))
	lengths := m.s.Ints(name+"_lengths", batch)

	emb := m.s.Sub("emb")
	table := emb.Sub("emb_var").Layer("", "chars").Param("char_emb_mat", nil, m.Chars, m.CharDim)
	c := graph.Lookup(table, chars)
	flat := emb.Sub("char").Dropout(name, graph.Reshape(c, 2, m.CharWidth*m.CharDim), m.keep("chars"), graph.PerStep)
	c = graph.Reshape(flat, 1, m.CharWidth, m.CharDim)
	conv := emb.Layer(fmt.Sprintf("char/conv/xx/conv1d_%d", m.CharTaps), "filters")
	c = nn.CharConv(conv, c, m.CharTaps, m.CharFilters)

	learned := emb.Sub("emb_var").Layer("", "words").Param("word_emb_mat", graph.Normal{Deviation: 1}, m.Words, m.WordDim)
	w := graph.Select(frozen, vectors, graph.Lookup(learned, words))
	x := nn.Highway(m.s.Layer("highway/highway_network", "highway"), graph.Concat(-1, c, w), m.Highways)
	return text{lengths, x}
}

// layer runs a bidirectional layer below a scope.
func (m *model) layer(s *graph.Scope, i int, x graph.Value, t text, keep float64) graph.Value {
	l := m.Layers[i]
	return nn.Bidirectional(s.Layer(Names[i], Names[i]), l.Fw, l.Bw, x, t.lengths, keep)
}

// answer is what lies above the contextual layer: h of the context, u of the
// question.
func (m *model) answer(context, question text, h, u graph.Value) {
	main := m.s.Sub("main")
	attention := main.Layer("p0/bi_attention/u_logits/first", "u_logits")
	ua, ha := nn.BiAttention(attention, h, u, context.lengths, question.lengths)
	main.Sub("p0")
	p0 := graph.Concat(-1, h, ua, graph.Mul(h, ua), graph.Mul(h, ha))

	keep := m.keep("recurrent")
	g0 := m.layer(main, 1, p0, context, keep)
	g1 := m.layer(main, 2, g0, context, keep)
	start := m.end(main.Layer("logits1", "logits1"), g1, p0, context)

	main.Sub("a1i")
	a1i := graph.Expand(nn.Attend(start, g1), g1.Shape()...)
	g2 := m.layer(main, 3, graph.Concat(-1, p0, g1, a1i, graph.Mul(g1, a1i)), context, keep)
	end := m.end(main.Layer("logits2", "logits2"), g2, p0, context)

	main.Sub("loss")
	batch := h.Shape()[1]
	nll := nn.SpanLoss(start, end, m.s.Ints("start", graph.Fixed(1), batch), m.s.Ints("end", graph.Fixed(1), batch))
	m.s.Output("loss", graph.Mean(nll, -1, -2))
	m.s.Output("nll", nll)
	m.s.Output("start_at", graph.Softmax(start))
	m.s.Output("end_at", graph.Softmax(end))
}

// end are the scores of one end of the answer, read from a layer and from p0
// with dropout on both.
func (m *model) end(s *graph.Scope, g, p0 graph.Value, context text) graph.Value {
	keep := m.keep("ends")
	x := graph.Concat(-1, s.Dropout("g", g, keep, graph.PerStep), s.Dropout("p0", p0, keep, graph.PerStep))
	return nn.Span(s.Sub("first"), x, context.lengths)
}
