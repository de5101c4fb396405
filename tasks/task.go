// Package tasks holds the contract of a task (what can be learned, on which
// data, how it is judged) and the configuration of a run.
//
// A task opens a configuration to a Problem: a traced model and its data. The
// loop in tasks/train, the bench and the command line work on Problems and know
// no task by name, nor what it predicts: a task brings the words for that too.
//
//	var Digits = tasks.Task{
//		Name: "digits", Doc: "Classify spoken digits.", Source: "example.org/digits",
//		Terms: tasks.Terms{
//			Metrics: []tasks.Metric{{Name: "accuracy", Higher: true, Percent: true}},
//			Items: "sequences", Step: "frame", Answers: []string{"logits"}, Judged: []string{"logits"},
//		},
//		Open: open, Trace: trace,
//	}
package tasks

import (
	"embed"
	"errors"
	"io"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/registry"
)

// Cells is a catalogue of cells.
type Cells = registry.Catalogue[core.CellPlugin]

// Task describes something that can be learned to registries, schemas and
// manuals, and makes it.
type Task struct {
	Name    string   // as in configurations: "ptb"
	Doc     string   // one sentence
	Source  string   // where it comes from: an import path
	Terms   Terms    // what programs that know no task by name must call things
	Needs   []string // fields that a configuration must have, as JSON pointers: "/train/steps"
	Options []byte   // JSON Schema (draft-07) of the field options; nil: there are none
	Presets []Preset
	// Open reads the data and traces the model at its configured sizes.
	Open func(cfg Config, cells *Cells) (Problem, error)
	// Trace is Open without data. Sizes are those that the data decided; nil
	// is those of the data which cfg names or, if it names none, of the task's
	// known data set.
	Trace func(cfg Config, cells *Cells, sizes Sizes) (*graph.Graph, error)
	// Sized are the sizes of a model by the class of units that each is of, for
	// whoever trains a model afresh at sizes that one has learned; nil: those of
	// a Stack with an embedding.
	Sized func(m *Model) map[string][]*int
	// Ask prepares a question on a text of the user's; nil: models of this task
	// answer none.
	Ask func(q Question) (Asked, error)
	// Sample are n fixed examples of a problem's part "valid", one a batch, on
	// which inference is timed; fewer if it has fewer. nil: what a model is fed
	// makes no difference but by its length, which can be chosen, as in language
	// models.
	Sample func(p Problem, n int) Batches
	// Published are times that were published of this task's models.
	Published []PublishedTime
}

// Identity makes a task a plug-in of a command line.
func (t Task) Identity() registry.Identity {
	return registry.Identity{Kind: "task", Name: t.Name, Source: t.Source}
}

// Preset is a named configuration, as a JSON document that says what differs
// from its parent, named in its field "preset".
type Preset struct {
	Name     string
	Doc      string // one sentence
	Document []byte
	// WithTwin says that the dense twin is trained in the same job: the preset
	// needs no data and little time.
	WithTwin bool
}

// EmbeddedPreset is the preset of which documents holds the file
// presets/NAME.json. It panics without the file, which a task embeds.
func EmbeddedPreset(documents embed.FS, name, doc string) Preset {
	d, err := documents.ReadFile("presets/" + name + ".json")
	if err != nil {
		panic(err)
	}
	return Preset{Name: name, Doc: doc, Document: d}
}

// ErrNoData is what Open returns where a configuration names no data and the task
// has none of its own.
var ErrNoData = errors.New("no data")

// Sizes are those of a model's axes that its data decide, by what is counted:
// {"types": 10000} of a text, {"features": 12, "classes": 9} of sequences.
type Sizes map[string]int

// Problem is a configured model with its data. Methods are not called from
// several goroutines at once.
type Problem interface {
	// Graph is the model at its configured sizes. Output "loss" is what is
	// minimised, a mean over the axis "batch" in nats; λ is in its unit.
	// States that are carried from batch to batch are inputs and outputs of
	// one name; whoever runs the model feeds them on.
	Graph() *graph.Graph
	Data() Data
	Terms() Terms
	// Train are the batches of an epoch, 0 the first. They depend on nothing
	// but the configuration and the epoch, so that a run can be resumed.
	Train(epoch int) Batches
	// Part are the batches of part "valid" or "test", or of ValidStream where
	// the configuration asks for that.
	Part(name string) (Batches, error)
	// Judge begins to judge a model on a part.
	Judge(part string) Judge
}

// Batches are loaded in order; carried states start anew at batch 0.
type Batches interface {
	Len() int
	// Binding holds the lengths of batch i, "batch" among them.
	Binding(i int) graph.Binding
	// Items is the number of predictions in batch i.
	Items(i int) int
	// Load fills the inputs of m, bound to Binding(i), with batch i.
	Load(i int, m Inputs)
}

// Inputs is the input side of a machine; see Feed for one of other precision.
type Inputs interface {
	Ints(input string) []int32
	Floats(input string) []float32
}

// Outputs is the output side of a machine.
type Outputs interface {
	Output(name string) []float32
}

// Judge sees the outputs of all batches of a part, in order, and then knows the
// score.
type Judge interface {
	// See reads "loss" and the outputs that Terms.Judged names, after batch i.
	See(i int, m Outputs)
	Score() Score
}

// Data says what a model was trained on.
type Data struct {
	Name   string            // for people
	Path   string            `json:",omitempty"`
	SHA256 string            // of all of it
	Sizes  Sizes             // what of the model they decide
	Files  map[string][]byte `json:"-"` // what belongs into the run directory, such as vocab.txt
	Notes  []string          // what a user should know: dropped words, unknown corpus
}

// Answerer is implemented by judges that can write down what the model
// answered, in the format in which the task's answers are exchanged.
type Answerer interface {
	WriteAnswers(w io.Writer) error
}
