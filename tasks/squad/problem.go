package squad

import (
	"io"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/tasks"
)

// problem is a model with its questions. Both "valid" and "test" are dev, the
// one part that SQuAD gives away beside train.
type problem struct {
	cfg  tasks.Config
	data *corpus
	g    *graph.Graph
}

var _ tasks.Problem = (*problem)(nil)

func (p *problem) Graph() *graph.Graph { return p.g }
func (p *problem) Terms() tasks.Terms  { return Terms }
func (p *problem) Data() tasks.Data    { return p.data.data(p.cfg.Data) }

// Train implements tasks.Problem.
func (p *problem) Train(epoch int) tasks.Batches {
	b := NewBatches(p.data.encodedTrain, p.cfg.Train.Batch, p.cfg.Seed, epoch)
	return &feeder{Batches: b, data: p.data, first: uint64(epoch * b.Len())}
}

// Part implements tasks.Problem.
func (p *problem) Part(name string) (tasks.Batches, error) {
	if name != "valid" && name != "test" {
		return nil, registry.Unknown("part", name, []string{"test", "valid"})
	}
	return p.dev(), nil
}

func (p *problem) dev() *feeder {
	return &feeder{Batches: NewEvaluation(p.data.encodedDev, p.cfg.Train.Batch), data: p.data}
}

// Judge implements tasks.Problem.
func (p *problem) Judge(string) tasks.Judge {
	return &judge{feeder: p.dev(), predictions: Predictions{}}
}

// feeder feeds batches to a model.
type feeder struct {
	*Batches
	data  *corpus
	first uint64 // training step of batch 0
}

// Binding implements tasks.Batches.
func (f *feeder) Binding(i int) graph.Binding {
	rows, context, question := f.Sizes(i)
	return graph.Binding{"batch": rows, "context": context, "question": question}
}

// Items implements tasks.Batches.
func (f *feeder) Items(i int) int { return len(f.order[i]) }

// Load implements tasks.Batches.
func (f *feeder) Load(i int, m tasks.Inputs) {
	b := f.Batch(i, f.first+uint64(i))
	f.text(m, "context", b.ContextWords, b.ContextChars, b.ContextLens)
	f.text(m, "question", b.QuestionWords, b.QuestionChars, b.QuestionLens)
	for _, end := range []struct {
		name string
		at   []int32
	}{{"start", b.Start}, {"end", b.End}} {
		to := m.Ints(end.name)
		for k := range to {
			to[k] = max(0, end.at[k]) // without an answer the loss means nothing
		}
	}
}

// text feeds words: a learned one by its row, one with a frozen vector by that.
func (f *feeder) text(m tasks.Inputs, name string, words, chars, lengths []int32) {
	copy(m.Ints(name+"_chars"), chars)
	copy(m.Ints(name+"_lengths"), lengths)
	ids, frozen, vectors := m.Ints(name+"_words"), m.Floats(name+"_frozen"), m.Floats(name+"_vectors")
	dim := len(vectors) / max(1, len(words))
	learned := int32(len(f.data.vocab.Words))
	for k, id := range words {
		to := vectors[k*dim:][:dim]
		if id < learned {
			ids[k], frozen[k] = id, 0
			clear(to)
			continue
		}
		ids[k], frozen[k] = NullID, 1
		copy(to, f.data.vectors.Vectors[int(id-learned)*dim:])
	}
}

var _ tasks.Answerer = (*judge)(nil)

// judge points at spans and judges them by the official rules.
type judge struct {
	*feeder
	predictions Predictions
	loss        float64
}

// See implements tasks.Judge.
func (j *judge) See(i int, m tasks.Outputs) {
	j.loss += float64(m.Output("loss")[0]) * float64(j.Items(i))
	start, end := m.Output("start_at"), m.Output("end_at")
	time := len(start) / j.Items(i)
	for row, k := range j.order[i] {
		e := &j.set.Examples[k]
		passage := &j.data.passages[e.Passage]
		if n := len(passage.Context.Tokens); n > 0 {
			span, _ := BestSpan(start[row*time:][:n], end[row*time:][:n])
			j.predictions[e.ID] = passage.Context.Phrase(span)
		}
	}
}

// Score implements tasks.Judge.
func (j *judge) Score() tasks.Score {
	n := len(j.set.Examples)
	s := j.data.dev.Score(j.predictions)
	return tasks.Score{
		Loss: j.loss / float64(n), Items: n,
		Values: map[string]float64{"em": s.EM / 100, "f1": s.F1 / 100},
	}
}

// WriteAnswers implements tasks.Answerer, in the official format.
func (j *judge) WriteAnswers(w io.Writer) error { return j.predictions.Write(w) }
