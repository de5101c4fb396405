package ptb

import (
	"bytes"
	"fmt"
	"math"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/tasks"
)

// importPath is that of this package.
const importPath = "github.com/seed391906a2/iss/tasks/ptb"

// types is what Sizes call the vocabulary's size.
const types = "types"

// Terms are those of language models.
var Terms = tasks.Terms{
	Metrics: []tasks.Metric{{Name: "perplexity", OfLoss: math.Exp}},
	Items:   "words", Step: "token", Answers: []string{"logits"},
}

// charTerms are those of models that predict characters.
var charTerms = tasks.Terms{
	Metrics: append(slices.Clone(Terms.Metrics), tasks.Metric{Name: "bits_per_char", OfLoss: func(nats float64) float64 { return nats / math.Ln2 }}),
	Items:   "characters", Step: "character", Answers: Terms.Answers,
}

func termsOf(u Unit) tasks.Terms {
	if u == Char {
		return charTerms
	}
	return Terms
}

// New is the task "ptb": a language model on the Penn TreeBank or a text of
// one's own.
func New() tasks.Task {
	t := languageModel(&task{name: "ptb"},
		"Language model on the Penn TreeBank, or on a text of your own (--data DIR, --text FILE).", treebankPresets())
	t.Published = publishedTimes
	return t
}

// NewGrammar is the task "grammar": a language model on the embedded corpus.
func NewGrammar() tasks.Task {
	return languageModel(&task{name: "grammar", embedded: true},
		"Language model on a text drawn from an embedded grammar, whose own perplexity is known; needs no data.", grammarPresets())
}

func languageModel(t *task, doc string, presets []tasks.Preset) tasks.Task {
	return tasks.Task{
		Name: t.name, Doc: doc, Source: importPath, Terms: Terms, Presets: presets,
		Needs: []string{"/model/embedding", "/train/steps"},
		Open:  t.open, Trace: t.trace,
	}
}

// publishedTimes are those of table 1 of Wen et al. (ICLR 2018), of the large
// model: batch 10, 30 steps, softmax included.
var publishedTimes = []tasks.PublishedTime{
	{Name: "table 1, baseline", Weights: "66.0M", MS: 157.0},
	{Name: "table 1, ISS", Units: "cell_0=373,cell_1=315", Weights: "21.8M", MS: 14.82},
	{Name: "table 1, ISS, smaller λ", Units: "cell_0=381,cell_1=535", Weights: "25.2M", MS: 22.11},
}

// task is a language model on a text; embedded marks the one that needs no data.
type task struct {
	name     string
	embedded bool
}

func (t *task) open(cfg tasks.Config, cells *tasks.Cells) (tasks.Problem, error) {
	corpus, err := t.corpus(cfg)
	if err != nil {
		return nil, err
	}
	g, err := t.trace(cfg, cells, tasks.Sizes{types: corpus.Vocab.Len()})
	if err != nil {
		return nil, err
	}
	return newProblem(cfg, corpus, g, t.embedded)
}

func (t *task) corpus(cfg tasks.Config) (*Corpus, error) {
	var text Text
	if cfg.Text != nil {
		text = Text{File: cfg.Text.File, Unit: Unit(cfg.Text.Unit), Vocab: cfg.Text.Vocab}
	}
	given := cfg.Data != "" || text.File != ""
	switch {
	case t.embedded && given:
		return nil, fmt.Errorf("ptb: task %q has its text embedded; for a text of your own take a preset of task \"ptb\", such as ptb-small", t.name)
	case !t.embedded && !given:
		return nil, fmt.Errorf("ptb: no data: name the folder of the Penn TreeBank (or of your own train, valid and test text) with --data DIR, or one text with --text FILE; the preset demo needs none; fetch the Penn TreeBank with: iss data get ptb")
	}
	if cfg.Text == nil || cfg.Text.Tokens == "" {
		return Open(cfg.Data, text)
	}
	v, err := openVocabulary(cfg.Text.Tokens, text)
	if err != nil {
		return nil, err
	}
	return OpenWith(cfg.Data, text, v)
}

func (t *task) trace(cfg tasks.Config, cells *tasks.Cells, sizes tasks.Sizes) (*graph.Graph, error) {
	vocab := sizes[types]
	if vocab == 0 {
		var err error
		if vocab, err = t.vocab(cfg); err != nil {
			return nil, err
		}
	}
	m := cfg.Model
	stack, err := m.Stack(cells, m.Embedding, nn.LanguagePlaces)
	if err != nil {
		return nil, err
	}
	return nn.LanguageModel(nn.LMConfig{
		Vocab: vocab, Embedding: m.Embedding, Cells: stack.Cells, Hidden: stack.Sizes,
		Tied: m.Tied, Residual: m.Residual, Names: m.Names,
		Keep: stack.Keep, Masks: m.Masks, Scale: m.InitScale,
	})
}

// vocab is the number of types that a model of cfg has: of its text where it
// has one, else of the Penn TreeBank.
func (t *task) vocab(cfg tasks.Config) (int, error) {
	if cfg.Text != nil && cfg.Text.Tokens != "" {
		v, err := openVocabulary(cfg.Text.Tokens, Text{Unit: Unit(cfg.Text.Unit)})
		if err != nil {
			return 0, err
		}
		return v.Len(), nil
	}
	if !t.embedded && cfg.Data == "" && (cfg.Text == nil || cfg.Text.File == "") {
		if cfg.Text != nil && cfg.Text.Vocab > 0 {
			return min(cfg.Text.Vocab, knownTypes), nil
		}
		return knownTypes, nil
	}
	corpus, err := t.corpus(cfg)
	if err != nil {
		return 0, err
	}
	return corpus.Vocab.Len(), nil
}

// problem is a language model with its corpus.
type problem struct {
	cfg    tasks.Config
	corpus *Corpus
	g      *graph.Graph
	train  *batches
	parts  map[string]*batches
	floors map[string]float64 // perplexity of the source by part, where it is known
}

var _ tasks.Problem = (*problem)(nil)

func newProblem(cfg tasks.Config, c *Corpus, g *graph.Graph, embedded bool) (*problem, error) {
	p := &problem{cfg: cfg, corpus: c, g: g, floors: map[string]float64{}}
	train, err := NewBatches("train", c.Train.IDs, cfg.Train.Batch, cfg.Train.Steps)
	if err != nil {
		return nil, err
	}
	p.train = &batches{train}
	valid, err := NewBatches("valid", c.Valid.IDs, cfg.Train.Batch, cfg.Train.Steps)
	if err != nil {
		return nil, err
	}
	stream, err := NewStream("valid", c.Valid.IDs, cfg.Train.Steps)
	if err != nil {
		return nil, err
	}
	test, err := NewStream("test", c.Test.IDs, cfg.Train.Steps)
	if err != nil {
		return nil, err
	}
	p.parts = map[string]*batches{"valid": {valid}, tasks.ValidStream: {stream}, "test": {test}}
	if embedded {
		return p, p.findFloors()
	}
	return p, nil
}

func (p *problem) Graph() *graph.Graph     { return p.g }
func (p *problem) Terms() tasks.Terms      { return termsOf(p.corpus.Vocab.Unit()) }
func (p *problem) Train(int) tasks.Batches { return p.train }

func (p *problem) Data() tasks.Data {
	var vocab bytes.Buffer
	if err := p.corpus.Vocab.Write(&vocab); err != nil {
		panic(err) // a buffer takes everything
	}
	d := tasks.Data{
		Name: p.corpus.Name, Path: p.cfg.Data, SHA256: p.corpus.Fingerprint.SHA256, Sizes: tasks.Sizes{types: p.corpus.Vocab.Len()},
		Files: map[string][]byte{"vocab.txt": vocab.Bytes()},
	}
	for _, part := range []Part{p.corpus.Valid, p.corpus.Test} {
		if part.Outside.Tokens > 0 {
			d.Notes = append(d.Notes, fmt.Sprintf("%s: %v", part.Name, part.Outside))
		}
	}
	return d
}

// batches adapts Batches to the contract: windows of [time, batch].
type batches struct{ *Batches }

// Binding implements tasks.Batches; only a last window can be shorter.
func (b *batches) Binding(i int) graph.Binding {
	return graph.Binding{"time": min(b.steps, b.targets-i*b.steps), "batch": b.batch}
}

// Items implements tasks.Batches.
func (b *batches) Items(i int) int { return b.batch * min(b.steps, b.targets-i*b.steps) }

// Load implements tasks.Batches.
func (b *batches) Load(i int, m tasks.Inputs) {
	b.Seek(i)
	w, _ := b.Next()
	copy(m.Ints("x"), w.X)
	copy(m.Ints("y"), w.Y)
}
