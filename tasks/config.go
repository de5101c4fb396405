package tasks

import (
	"encoding/json"

	"github.com/seed391906a2/iss/core/optim"
)

// Config is a run's configuration in full: presets, files and flags are
// merged and checked before it is made. Its JSON form is schemas/config.
type Config struct {
	Preset  string         `json:"preset,omitempty"`
	Task    string         `json:"task"`
	Seed    uint64         `json:"seed"`
	Options map[string]any `json:"options,omitempty"` // of the task, as its schema allows
	Data    string         `json:"data,omitempty"`    // folder of the data set
	Text    *Text          `json:"text,omitempty"`    // how to read a text of one's own
	Model   Model          `json:"model"`
	Train   Train          `json:"train"`
	ISS     ISS            `json:"iss"`
	Twin    *string        `json:"twin,omitempty"` // preset whose dense model the result is held against
}

// Text says how a text of one's own is read.
type Text struct {
	File  string `json:"file,omitempty"`  // one file, split 90/5/5
	Unit  string `json:"unit,omitempty"`  // "word" or "char"
	Vocab int    `json:"vocab,omitempty"` // largest number of types
	// Tokens is a file of the vocabulary, such as the vocab.txt of a run, for
	// models whose ids are settled; "": the training part makes it.
	Tokens string `json:"tokens,omitempty"`
}

// Model is what is trained.
type Model struct {
	Cell      string             `json:"cell"`
	Document  json.RawMessage    `json:"-"`                   // of a cell that is written as equations here; its JSON form is "cell"
	Options   map[string]any     `json:"options,omitempty"`   // as the cell's schema allows
	Embedding int                `json:"embedding,omitempty"` // units of the embedded input
	Hidden    []int              `json:"hidden"`              // units of each layer, from the input up; in layers of two directions of each, or of the forward one
	Backward  []int              `json:"backward,omitempty"`  // of the backward direction; nil: as Hidden
	Tied      bool               `json:"tied,omitempty"`      // softmax weights are the embedding's
	Residual  bool               `json:"residual,omitempty"`  // each layer adds its input to its output
	Names     string             `json:"names,omitempty"`     // whose variable names: "rhn", or "" (in documents also "ptb")
	Keep      map[string]float64 `json:"keep,omitempty"`      // chances to keep, by place of the model or its cells
	Masks     map[string]string  `json:"masks,omitempty"`     // how often masks are drawn, by place of the model: "step", "window", "word"
	InitScale float64            `json:"init_scale"`          // weights start uniform in ±init_scale
}

// Train is how it is trained.
type Train struct {
	Batch     int       `json:"batch"`
	Steps     int       `json:"steps,omitempty"` // time steps of a window (truncated BPTT)
	Epochs    int       `json:"epochs"`
	Clip      float64   `json:"clip"` // largest global norm of the gradient of loss plus penalty
	Optimizer Optimizer `json:"optimizer"`
	Schedule  Schedule  `json:"schedule"`
	// Average is the decay of averages of the weights, which are what is tested
	// and kept; 0: the weights themselves are.
	Average float64 `json:"average,omitempty"`
	// KeepBest ends with the weights of the epoch that is best on valid.
	KeepBest bool `json:"keep_best,omitempty"`
	// Patience is the number of epochs without a better valid after which
	// training ends; 0: it trains all epochs.
	Patience int `json:"patience,omitempty"`
	// FinalValid says how valid is measured at the end: "stream", as test is,
	// or "" (in documents also "batches"), as after each epoch.
	FinalValid string `json:"final_valid,omitempty"`
	// Only names the variables that are trained, with * for anything; none: all.
	Only []string `json:"only,omitempty"`
	// Freeze says which zeros of the initial weights stay zero: "elements",
	// "groups" or "" (in documents also "none").
	Freeze string `json:"freeze,omitempty"`
}

// ValidStream is the part "valid" measured as "test" is.
const ValidStream = "valid_stream"

// ReportedPart is the part that Problem.Evaluate is to measure for the final
// result on "valid" or "test".
func (c Config) ReportedPart(part string) string {
	if part == "valid" && c.Train.FinalValid == "stream" {
		return ValidStream
	}
	return part
}

// Optimizer is how weights move: kind "sgd" by rate times the gradient; "adam"
// by rate times its running mean over the root of its running square.
type Optimizer struct {
	Kind string  `json:"kind"`
	Rate float64 `json:"rate"`
}

// Schedule is a factor on the learning rate in epoch i = 0, 1, ...:
// hold: factor^max(i+1-hold, 0); every: factor^(i div every); constant: 1.
type Schedule struct {
	Kind   string  `json:"kind"`
	Hold   int     `json:"hold,omitempty"`
	Every  int     `json:"every,omitempty"`
	Factor float64 `json:"factor,omitempty"`
}

// ISS is how hidden units are driven to zero. Without a regularizer that does,
// a model is dense.
type ISS struct {
	Tau          float64       `json:"tau"`                  // |w| below it becomes 0 after each batch
	TauAlways    bool          `json:"tau_always,omitempty"` // also without a regularizer that makes zeros
	TestTau      float64       `json:"test_tau,omitempty"`   // larger threshold at which results are told too; 0: none
	TauOn        string        `json:"tau_on"`               // "all" parameters, those that "groups" name, or those below scopes: "prepro,main"
	Count        string        `json:"count"`                // "multiset" (published) or "distinct"
	Biases       string        `json:"biases"`               // "follow", "penalise" or "zero-with-group"
	Groups       string        `json:"groups,omitempty"`     // group file; else groups are derived
	Classes      []string      `json:"classes,omitempty"`
	Regularizers []Regularizer `json:"regularizers,omitempty"`
	Shrink       *Shrink       `json:"shrink,omitempty"` // nil: the model keeps its size while it is trained
}

// Shrink says how a model gets smaller while it is trained: after every so many
// steps, units that nothing reads any more are sealed, all that belongs to them
// set to zero, and then removed.
type Shrink struct {
	After    int  `json:"after"`
	SealOnly bool `json:"seal_only,omitempty"` // sealed units stay, held at zero
}

// Rate is the learning rate in epoch 0, 1, ...
func (c Config) Rate(epoch int) float64 {
	s := c.Train.Schedule
	switch s.Kind {
	case "hold":
		return c.Train.Optimizer.Rate * optim.Hold(epoch, s.Hold, s.Factor)
	case "every":
		return c.Train.Optimizer.Rate * optim.Every(epoch, s.Every, s.Factor)
	}
	return c.Train.Optimizer.Rate
}
