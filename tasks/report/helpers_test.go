package report_test

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/report"
	"github.com/seed391906a2/iss/tasks/runs"
	"github.com/seed391906a2/iss/tasks/train"
)

// Sizes of the model that is drawn: two LSTMs and a softmax.
const (
	in     = 5
	hidden = 12
	labels = 9
)

var terms = tasks.Terms{
	Metrics: []tasks.Metric{{Name: "perplexity", OfLoss: math.Exp}},
	Items:   "words", Step: "token", Answers: []string{"logits"},
}

// model traces it, of a cell; its weights are drawn, and none is zero.
func model(t testing.TB, p core.CellPlugin) (*groups.Derivation, report.Weights) {
	t.Helper()
	g, err := graph.Trace("two", func(s *graph.Scope) {
		x := s.Input("x", graph.Symbol("time"), graph.Symbol("batch"), graph.Fixed(in))
		for i := range 2 {
			cell, err := p.New(core.CellConfig{Input: x.Shape().Last().Size, Hidden: hidden, Options: []byte(`{}`)})
			require.NoError(t, err)
			label := fmt.Sprintf("cell_%d", i)
			x = nn.Recurrent(s.Layer(label, label), cell, x, graph.ScanConfig{}, false)
		}
		s.Output("logits", nn.Linear(s, "softmax", x, labels))
	})
	require.NoError(t, err)
	d, err := groups.Derive(g)
	require.NoError(t, err)
	w := report.Weights{}
	r := rand.New(rand.NewPCG(1, 2))
	for _, p := range g.Params {
		w[p.Name] = tensor.New[float32](p.Shape...)
		for i := range w[p.Name].Data {
			w[p.Name].Data[i] = 0.1 + r.Float32()
		}
	}
	return d, w
}

// dead are the units of each class that are all zero in the sparse run.
var dead = map[string][]int{"cell_0": {0, 4, 5, 11}, "cell_1": {3}}

// clear sets what belongs to units to zero.
func clear(t testing.TB, d *groups.Derivation, w report.Weights, units map[string][]int) {
	t.Helper()
	for name, list := range units {
		c, err := d.Class(name)
		if err != nil {
			continue // the cell makes one class of both layers
		}
		for _, e := range slices.Concat(c.Entries, c.Followers) {
			p := w[e.Var]
			for i := range p.Data {
				at := i
				if len(p.Shape) == 2 {
					at = []int{i / p.Shape[1], i % p.Shape[1]}[e.Axis]
				}
				if slices.ContainsFunc(list, func(k int) bool { return e.Index(k) == at }) {
					p.Data[i] = 0
				}
			}
		}
	}
}

// run is one of LSTMs at its end, with λ; 0: dense.
func run(t testing.TB, name string, lambda float64) *report.Run {
	t.Helper()
	return runOf(t, cells.LSTM, name, lambda)
}

func runOf(t testing.TB, p core.CellPlugin, name string, lambda float64) *report.Run {
	t.Helper()
	d, w := model(t, p)
	end := time.Unix(0, 0)
	r := &report.Run{Name: name, Status: "finished", Terms: terms, Model: d, Weights: w}
	r.Info = runs.Info{Finished: &end, Seed: 1, Data: runs.Data{Name: "words", SHA256: "5"}, Config: tasks.Config{
		Task: "ptb", Model: tasks.Model{Cell: p.Name, Hidden: []int{hidden, hidden}, InitScale: 0.1},
		Train: tasks.Train{Epochs: 2, Batch: 3, Steps: 4, Clip: 5, Optimizer: tasks.Optimizer{Kind: "sgd", Rate: 1}, Schedule: tasks.Schedule{Kind: "constant"}},
		ISS:   tasks.ISS{TauOn: "all", Count: "multiset", Biases: "follow"},
	}}
	classes, err := d.Select(nil)
	require.NoError(t, err)
	r.Groups = d.Groups(classes)
	require.NotEmpty(t, r.Groups)
	score := func(p float64) tasks.Score {
		return tasks.Score{Loss: math.Log(p), Values: map[string]float64{"perplexity": p}, Items: 7}
	}
	if lambda > 0 {
		r.Info.Config.ISS.Tau = 1e-4
		r.Info.Config.ISS.Regularizers = []tasks.Regularizer{{Kind: "group_lasso", On: "iss", Lambda: lambda}}
		clear(t, d, w, dead)
	}
	for i := range 5 {
		r.History.Steps = append(r.History.Steps, train.StepMetric{Step: uint64(4 * i), Epoch: i / 3, Cost: 20 - float64(i), Penalty: lambda * float64(9-i), GradNorm: 3, Rate: 1})
	}
	for i := range 2 {
		r.History.Epochs = append(r.History.Epochs, train.EpochMetric{Epoch: i, Step: uint64(10 * (i + 1)), Rate: 1, Speed: 1000,
			Train: score(40 - 10*float64(i)), Valid: score(50 - 10*float64(i) + lambda), Units: map[string][2]int{"cell_0": {12 - 4*i, 12}, "cell_1": {12 - i, 12}}})
	}
	return r
}

// compacted is a run without the units that are all zero in it.
func compacted(t testing.TB, r *report.Run) *report.Run {
	t.Helper()
	keep := map[string][]int{}
	for name, list := range dead {
		if _, err := r.Model.Class(name); err != nil {
			continue
		}
		for k := range hidden {
			if !slices.Contains(list, k) {
				keep[name] = append(keep[name], k)
			}
		}
	}
	c, err := groups.Compact(r.Model.Graph, r.Weights, nil, keep)
	require.NoError(t, err)
	out := *r
	out.Name, out.Weights, out.History = r.Name+"/compact", c.Tensors, report.History{}
	out.Model, err = groups.Derive(c.Graph)
	require.NoError(t, err)
	classes, err := out.Model.Select(nil)
	require.NoError(t, err)
	out.Groups = out.Model.Groups(classes)
	return &out
}

// says demands that a page holds a text, without printing the page.
func says(t testing.TB, page, text string) {
	t.Helper()
	assert.True(t, strings.Contains(page, text), "the page should say %q", text)
}

// silent demands the opposite.
func silent(t testing.TB, page, text string) {
	t.Helper()
	assert.False(t, strings.Contains(page, text), "the page should not say %q", text)
}

// shape is an element of a picture, with its text.
type shape struct {
	name, text string
	attrs      map[string]string
}

// drawing is a picture of a page.
type drawing struct {
	title, told string
	shapes      []shape
}

var (
	wholeSVG = regexp.MustCompile(`(?s)<svg .*?</svg>`)
	aFigure  = regexp.MustCompile(`(?s)<figure>\n<svg .*?</svg>\n<figcaption>.*?</figcaption>\n</figure>`)
)

// drawings reads all pictures of a page; every one must be XML.
func drawings(t testing.TB, page []byte) (out []drawing) {
	t.Helper()
	for _, text := range wholeSVG.FindAll(page, -1) {
		var d drawing
		decoder := xml.NewDecoder(bytes.NewReader(text))
		var open []int
		for {
			token, err := decoder.Token()
			if err == io.EOF {
				break
			}
			require.NoError(t, err, "%.200s", text)
			switch e := token.(type) {
			case xml.StartElement:
				s := shape{name: e.Name.Local, attrs: map[string]string{}}
				for _, a := range e.Attr {
					s.attrs[a.Name.Local] = a.Value
				}
				open = append(open, len(d.shapes))
				d.shapes = append(d.shapes, s)
			case xml.EndElement:
				open = open[:len(open)-1]
			case xml.CharData:
				if len(open) > 0 {
					d.shapes[open[len(open)-1]].text += string(e)
				}
			}
		}
		for _, s := range d.shapes {
			switch s.name {
			case "title":
				d.title = s.text
			case "desc":
				d.told = s.text
			}
		}
		out = append(out, d)
	}
	return out
}

// titled is the picture with that title.
func titled(t testing.TB, all []drawing, title string) drawing {
	t.Helper()
	i := slices.IndexFunc(all, func(d drawing) bool { return d.title == title })
	require.GreaterOrEqual(t, i, 0, title)
	return all[i]
}

// pixels decodes the picture of a matrix.
func (d drawing) pixels(t testing.TB) image.Image {
	t.Helper()
	for _, s := range d.shapes {
		if s.name == "image" {
			text, ok := strings.CutPrefix(s.attrs["href"], "data:image/png;base64,")
			require.True(t, ok)
			raw, err := base64.StdEncoding.DecodeString(text)
			require.NoError(t, err)
			img, err := png.Decode(bytes.NewReader(raw))
			require.NoError(t, err)
			return img
		}
	}
	require.FailNow(t, "no image in "+d.title)
	return nil
}

// of lists the shapes of a class.
func (d drawing) of(class string) (out []shape) {
	for _, s := range d.shapes {
		if s.attrs["class"] == class {
			out = append(out, s)
		}
	}
	return out
}
