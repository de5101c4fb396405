// Package tasks holds the contract of a task (what can be learned, on which
// data, how it is judged) and the configuration of a run.
//
// A task opens a configuration to a Problem: a traced model and its data. The
// loop in tasks/train, the bench and the report work on Problems and know no
// task by name.
package tasks

import (
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/registry"
)

// Task is something that can be learned.
type Task interface {
	Name() string
	Doc() string // one sentence
	// Presets are configurations with a name.
	Presets() []Preset
	// Open reads the data and traces the model at its configured sizes.
	Open(cfg Config, cells *registry.Catalogue[core.CellPlugin]) (Problem, error)
	// Trace is Open without data, for a model whose sizes the configuration
	// (and, where the data decides, vocab) tells; vocab 0 is that of the data
	// which cfg names or, if it names none, of the task's known data set.
	Trace(cfg Config, cells *registry.Catalogue[core.CellPlugin], vocab int) (*graph.Graph, error)
}

// Preset is a named configuration, as a JSON document that says what differs
// from its parent, named in its field "preset".
type Preset struct {
	Name     string
	Doc      string // one sentence
	Document []byte
}

// Problem is a configured model with its data.
type Problem interface {
	// Graph is the model at its configured sizes. Output "loss" is what is
	// minimised, in its unit λ is; carried states are inputs and outputs of
	// one name.
	Graph() *graph.Graph
	Data() Data
	// Train are the batches of an epoch.
	Train() Batches
	// Evaluate measures the model that m computes (outputs "loss" and the
	// carried states) on part "valid" or "test". m's binding is changed; stop
	// is asked between batches.
	Evaluate(part string, m graph.Machine[float32], stop func() error) (Score, error)
	// EvalBinding is the largest binding that Evaluate uses for a part.
	EvalBinding(part string) graph.Binding
	// Sample fills the inputs of m, bound to b by the caller, with window i of
	// part "valid", to replay a model on.
	Sample(i int, b graph.Binding, m Inputs)
	// Better reports whether score a is better than b.
	Better(a, b Score) bool
}

// Inputs is the input side of a machine of any precision.
type Inputs interface {
	Ints(input string) []int32
}

// Data says what a model was trained on.
type Data struct {
	Name   string            // for people
	Path   string            `json:",omitempty"`
	SHA256 string            // of all of it
	Vocab  int               // types
	Files  map[string][]byte `json:"-"` // what belongs into the run directory, such as vocab.txt
	Notes  []string          // what a user should know: dropped words, unknown corpus
}

// Batches are the training batches of an epoch, loaded in order.
type Batches interface {
	Binding() graph.Binding // of a batch
	Len() int               // batches in an epoch
	Tokens() int            // predictions in a batch
	// Load fills the inputs of m with batch i. Carried states start anew at i = 0.
	Load(i int, m Inputs)
}

// Score is the result of an evaluation.
type Score struct {
	Loss       float64 `json:"loss"`                 // nats per prediction
	Perplexity float64 `json:"perplexity,omitempty"` // exp(Loss)
	Floor      float64 `json:"floor,omitempty"`      // perplexity of the source itself on the same text, where it is known
	Tokens     int     `json:"tokens"`               // predictions
}
