package squad

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/squad/bidaf"
)

// importPath is that of this package.
const importPath = "github.com/seed391906a2/iss/tasks/squad"

// Names of what the data decide: rows of the learned tables.
const (
	rowsOfWords = "words"
	rowsOfChars = "chars"
)

// Terms are those of questions on paragraphs, judged by the official rules.
var Terms = tasks.Terms{
	Metrics: []tasks.Metric{{Name: "f1", Higher: true, Percent: true}, {Name: "em", Higher: true, Percent: true}},
	Items:   "questions", Step: "token",
	Answers: []string{"start_at", "end_at"}, Judged: []string{"start_at", "end_at"},
	TestIsValid: true,
	Layers: []tasks.LayerName{ // those with components as in tables 3 to 5 of Wen et al.
		{Name: "embedding", Of: []string{"emb", "chars", "filters", "words", "highway"}},
		{Name: "contextual", Of: []string{"u1"}},
		{Name: "attention", Of: []string{"u_logits", "main/p0", "main/a1i"}},
		{Name: "ModFwd1", Of: []string{"g0/fw"}}, {Name: "ModBwd1", Of: []string{"g0/bw"}},
		{Name: "ModFwd2", Of: []string{"g1/fw"}}, {Name: "ModBwd2", Of: []string{"g1/bw"}},
		{Name: "OutFwd", Of: []string{"g2/fw"}}, {Name: "OutBwd", Of: []string{"g2/bw"}},
		{Name: "logits", Of: []string{"logits1", "logits2", "main/loss"}},
	},
}

// New is the task "squad": questions on the paragraphs of a folder in the
// format of SQuAD.
func New() tasks.Task {
	return answering(&task{name: "squad"},
		"Questions on paragraphs, answered by a span of them: a folder in the format of SQuAD (--data DIR).", squadPresets())
}

// NewEmbedded is the task "questions": the same on paragraphs drawn from
// templates.
func NewEmbedded() tasks.Task {
	return answering(&task{name: "questions", embedded: true},
		"Questions on paragraphs that are drawn from templates; needs no data.", embeddedPresets())
}

func answering(t *task, doc string, presets []tasks.Preset) tasks.Task {
	return tasks.Task{
		Name: t.name, Doc: doc, Source: importPath, Terms: Terms, Presets: presets,
		Needs: []string{"/model/embedding"}, Options: optionsSchema,
		Open: t.open, Trace: t.trace, Sized: sized, Ask: ask, Sample: sample, Published: publishedTimes(),
	}
}

// task answers questions; embedded marks the one that needs no data.
type task struct {
	name     string
	embedded bool
}

func (t *task) open(cfg tasks.Config, cells *tasks.Cells) (tasks.Problem, error) {
	o, err := readOptions(cfg)
	if err != nil {
		return nil, err
	}
	d, err := t.load(cfg, o)
	if err != nil {
		return nil, err
	}
	g, err := t.trace(cfg, cells, d.sizes())
	if err != nil {
		return nil, err
	}
	return &problem{cfg, d, g}, nil
}

// Rows of the learned tables of a model that is shown or drawn without its
// data. The paper does not tell them. Its counts of weights, all nine of which
// fit 8·chars + 100·words from 119,800 to 122,400, do; these are of that size.
const (
	knownWords = 1175
	knownChars = 290
)

// trace is BiDAF.
func (t *task) trace(cfg tasks.Config, cells *tasks.Cells, sizes tasks.Sizes) (*graph.Graph, error) {
	o, err := readOptions(cfg)
	if err != nil {
		return nil, err
	}
	if sizes == nil {
		if sizes, err = t.sizes(cfg, o); err != nil {
			return nil, err
		}
	}
	m := cfg.Model
	if m.Tied || m.Residual || m.Names != "" || m.Masks != nil {
		return nil, fmt.Errorf("squad: model.tied, residual, names and masks belong to language models; take them away")
	}
	if len(m.Hidden) != bidaf.Layers {
		return nil, fmt.Errorf("squad: model.hidden has %d sizes; BiDAF has %d layers: contextual, two of modelling, output", len(m.Hidden), bidaf.Layers)
	}
	if m.Backward != nil && len(m.Backward) != bidaf.Layers {
		return nil, fmt.Errorf("squad: model.backward has %d sizes; BiDAF has %d layers", len(m.Backward), bidaf.Layers)
	}
	make, err := m.Maker(cells, bidaf.Places)
	if err != nil {
		return nil, err
	}
	c := bidaf.Config{
		Words: sizes[rowsOfWords], Chars: sizes[rowsOfChars], WordDim: m.Embedding,
		CharDim: o.CharDim, CharWidth: CharWidth, CharFilters: o.CharFilters, CharTaps: o.CharTaps, Highways: o.Highways, Keep: make.Keep,
	}
	out := [bidaf.Layers]int{}
	for i, hidden := range m.Hidden {
		in := bidaf.Inputs(o.CharFilters+m.Embedding, func(k int) int { return out[k] })[i]
		fw, n, err := make.Cell(in, hidden)
		if err != nil {
			return nil, err
		}
		if m.Backward != nil {
			hidden = m.Backward[i]
		}
		bw, k, err := make.Cell(in, hidden)
		if err != nil {
			return nil, err
		}
		c.Layers[i], out[i] = bidaf.Layer{Fw: fw, Bw: bw}, n+k
	}
	return bidaf.Trace(c)
}

// sized are the sizes of the layers by their classes, a class for each direction.
func sized(m *tasks.Model) map[string][]*int {
	if m.Backward == nil {
		m.Backward = slices.Clone(m.Hidden)
	}
	of := map[string][]*int{}
	for i, layer := range bidaf.Names {
		of[layer+"/fw"], of[layer+"/bw"] = []*int{&m.Hidden[i]}, []*int{&m.Backward[i]}
	}
	return of
}

// sizes are those of the data that cfg names, or the known ones.
func (t *task) sizes(cfg tasks.Config, o options) (tasks.Sizes, error) {
	if !t.embedded && cfg.Data == "" {
		return tasks.Sizes{rowsOfWords: knownWords, rowsOfChars: knownChars}, nil
	}
	d, err := t.load(cfg, o)
	if err != nil {
		return nil, err
	}
	return d.sizes(), nil
}
