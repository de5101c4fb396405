package modeltest

import (
	"encoding/json"
	"slices"
)

// Recipe says what a model is made of. As JSON it is what a test prints and
// takes back.
type Recipe struct {
	Vocab     int     `json:"vocab"`
	Embedding int     `json:"embedding"`
	Features  int     `json:"features,omitempty"` // numbers fed beside each word
	Lengths   bool    `json:"lengths,omitempty"`  // rows end where "lengths" says
	Words     bool    `json:"words,omitempty"`    // dropout of whole words
	Layers    []Layer `json:"layers"`
	Tied      bool    `json:"tied,omitempty"`    // the softmax reads the embedding
	Labels    int     `json:"labels,omitempty"`  // of a second output, read from the last layer
	Summary   int     `json:"summary,omitempty"` // of a third, read from the mean over time of the first layer
	Time      int     `json:"time"`
	Batch     int     `json:"batch"`
}

// Layer is a recurrent layer and what stands behind it.
type Layer struct {
	Cell     Cell   `json:"cell"`
	Back     *Cell  `json:"back,omitempty"`    // of the other direction, side by side
	Reverse  bool   `json:"reverse,omitempty"` // it runs from the last step to the first
	Dropout  string `json:"dropout,omitempty"` // "step" or "window"
	Residual bool   `json:"residual,omitempty"`
	Norm     string `json:"norm,omitempty"` // "layer" or "rms"
	Mix      bool   `json:"mix,omitempty"`  // a mix over positions, by attention, and its product beside the output
}

// Cell is a cell with its size and options.
type Cell struct {
	Name    string             `json:"name"`
	Hidden  int                `json:"hidden"`
	Options json.RawMessage    `json:"options,omitempty"`
	Keep    map[string]float64 `json:"keep,omitempty"`
}

// String is the recipe as JSON.
func (r Recipe) String() string {
	text, err := json.Marshal(r)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Simpler lists recipes that leave one thing of r out.
func (r Recipe) Simpler() (out []Recipe) {
	add := func(change func(r *Recipe)) {
		s := r
		s.Layers = slices.Clone(r.Layers)
		change(&s)
		if s.String() != r.String() {
			out = append(out, s)
		}
	}
	for i := range r.Layers {
		if len(r.Layers) > 1 {
			add(func(r *Recipe) { r.Layers = slices.Delete(r.Layers, i, i+1) })
		}
	}
	add(func(r *Recipe) { r.Features = 0 })
	add(func(r *Recipe) { r.Words = false })
	add(func(r *Recipe) { r.Labels = 0 })
	add(func(r *Recipe) { r.Summary = 0 })
	add(func(r *Recipe) { r.Tied = false })
	add(func(r *Recipe) { r.Lengths = false })
	for i := range r.Layers {
		layer := func(change func(l *Layer)) { add(func(r *Recipe) { change(&r.Layers[i]) }) }
		layer(func(l *Layer) { l.Mix = false })
		layer(func(l *Layer) { l.Norm = "" })
		layer(func(l *Layer) { l.Residual = false })
		layer(func(l *Layer) { l.Dropout = "" })
		layer(func(l *Layer) { l.Back = nil })
		layer(func(l *Layer) { l.Reverse = false })
		layer(func(l *Layer) { l.Cell.Keep = nil })
		layer(func(l *Layer) { l.Cell.Options = nil })
		layer(func(l *Layer) { l.Cell = Cell{Name: "rnn", Hidden: l.Cell.Hidden} })
		layer(func(l *Layer) { l.Cell.Hidden = min(l.Cell.Hidden, 2) })
	}
	add(func(r *Recipe) { r.Embedding = min(r.Embedding, 2) })
	add(func(r *Recipe) { r.Vocab = min(r.Vocab, 2) })
	add(func(r *Recipe) { r.Time = min(r.Time, 2) })
	add(func(r *Recipe) { r.Batch = 1 })
	return out
}
