package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/seed391906a2/iss/core/checkpoint"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
)

// Options say what is trained and where its traces go.
type Options struct {
	Problem tasks.Problem
	Config  tasks.Config
	Graph   *graph.Graph   // what is trained; nil: Problem.Graph(). A cut model gives its own
	Groups  []groups.Group // what the group Lasso penalises and Units counts
	Journal Journal        // nil: nothing is kept
	Report  Reporter       // nil: silent
	Threads int            // workers; 0: all cores

	Init   map[string]tensor.Dense[float32] // initial weights; nil: drawn from the seed
	Resume bool                             // go on from the journal's checkpoint
	// SaveEvery is the time between checkpoints within an epoch; 0: 5 minutes.
	SaveEvery time.Duration
}

// Journal keeps a run: its metrics and its last checkpoint.
type Journal interface {
	// Append writes one metric, a JSON object, as a line.
	Append(metric any) error
	// Position is the length of the metrics so far; Rewind cuts what is behind it.
	Position() int64
	Rewind(position int64) error
	Save(checkpoint.Snapshot) error
	Load() (checkpoint.Snapshot, error)
}

// Reporter is told how training goes.
type Reporter interface {
	// Begin starts an epoch (0, 1, ... of total) of so many batches, at batch done.
	Begin(epoch, total, batches, done int)
	// Progress tells of a batch.
	Progress(p Progress)
	// Epoch ends an epoch.
	Epoch(e EpochMetric)
	// Note is a line for the user.
	Note(line string)
}

// Progress is the state after a batch.
type Progress struct {
	Batch         int               // done in this epoch
	Cost          float64           // of the batch: output "loss", without penalty
	Train         tasks.Score       // what the loss of this epoch so far says
	Speed         float64           // items a second
	Units         map[string][2]int // left, of; as of the last epoch's end
	Penalty, Norm float64
}

// EpochMetric is a line of metrics.jsonl at the end of an epoch.
type EpochMetric struct {
	Kind       string             `json:"kind"` // "epoch"
	Epoch      int                `json:"epoch"`
	Step       uint64             `json:"step"`
	Rate       float64            `json:"rate"`
	Train      tasks.Score        `json:"train"`                // without penalty
	Perplexity float64            `json:"perplexity,omitempty"` // of training, where that is a metric
	Valid      tasks.Score        `json:"valid"`
	Penalty    float64            `json:"penalty"`
	Terms      map[string]float64 `json:"terms,omitempty"`    // of the penalty, by name
	Units      map[string][2]int  `json:"units,omitempty"`    // left, of
	Speed      float64            `json:"words_per_s"`        // items a second
	Seconds    float64            `json:"seconds"`            // of training in this epoch
	Evaluation float64            `json:"eval_seconds"`       // of measuring valid
	Best       bool               `json:"best,omitempty"`     // the best so far, where that is looked for
	Revivals   int                `json:"revivals,omitempty"` // components that were all zero and are not any more
}

// StepMetric is a line of metrics.jsonl for some of the steps.
type StepMetric struct {
	Kind     string             `json:"kind"` // "step"
	Step     uint64             `json:"step"`
	Epoch    int                `json:"epoch"`
	Cost     float64            `json:"cost"` // output "loss"
	Penalty  float64            `json:"penalty"`
	Terms    map[string]float64 `json:"terms,omitempty"` // of the penalty, by name
	GradNorm float64            `json:"grad_norm"`       // of loss plus penalty, before clipping
	Rate     float64            `json:"rate"`
}

// EvalMetric is a line of metrics.jsonl for an evaluation.
type EvalMetric struct {
	Kind  string      `json:"kind"` // "eval"
	Part  string      `json:"part"`
	Epoch int         `json:"epoch"`
	Score tasks.Score `json:"score"`
	Peak  int64       `json:"peak_bytes,omitempty"` // at the end: the most memory of the process so far
}

// EventMetric is a line of metrics.jsonl for what happens now and then: "seal"
// or "shrink".
type EventMetric struct {
	Kind  string         `json:"kind"` // "event"
	Event string         `json:"event"`
	Step  uint64         `json:"step"`
	Epoch int            `json:"epoch"`
	Gone  map[string]int `json:"gone"` // units, by class
}

// Shrinker is implemented by journals that note which units are left in a model
// that shrinks, by the numbers of the first ancestor, after each checkpoint of
// a smaller model.
type Shrinker interface {
	Shrunk(kept map[string][]int) error
}

// Result is a finished training.
type Result struct {
	Graph       *graph.Graph
	Tensors     map[string]tensor.Dense[float32]
	Valid, Test tasks.Score
	Units       map[string][2]int // left, of
	Steps       uint64
	Seconds     float64 // of training, without evaluation
	Speed       float64 // items a second
	Peak        int64   // bytes, the most memory of the process until its training ended; 0: not known
	Stopped     string  // why before the last epoch, under train.patience; "": at its end
}

// ErrStopped says that training was stopped from outside and can be resumed.
var ErrStopped = errors.New("train: stopped; the run is saved")

// DivergedError says that the loss or its gradient is no longer a number. The
// last checkpoint is untouched.
type DivergedError struct {
	Step     uint64
	Epoch    int
	Cost     float64
	GradNorm float64
}

func (e *DivergedError) Error() string {
	return fmt.Sprintf("train: at step %d (epoch %d) the cost is %g and the gradient norm %g: training has diverged; "+
		"the last good checkpoint is kept; try a smaller train.optimizer.rate, a smaller train.clip, or a smaller lambda",
		e.Step, e.Epoch, e.Cost, e.GradNorm)
}

// position is what a checkpoint says of where training is.
type position struct {
	Epoch    int              `json:"epoch"` // being trained
	Batch    int              `json:"batch"` // next in it
	Step     uint64           `json:"step"`
	NLL      float64          `json:"nll"`   // sum over the items of this epoch so far
	Items    int              `json:"items"` // of the epochs behind
	Seconds  float64          `json:"seconds"`
	InEpoch  float64          `json:"in_epoch"` // seconds of this epoch so far
	Metrics  int64            `json:"metrics"`  // length of metrics.jsonl
	Valid    tasks.Score      `json:"valid"`
	Best     *best            `json:"best,omitempty"`     // under train.keep_best or patience
	Revivals int              `json:"revivals,omitempty"` // of this epoch so far
	Kept     map[string][]int `json:"kept,omitempty"`     // under iss.shrink: units that are left
	Finished bool             `json:"finished"`
	Saved    time.Duration    `json:"-"`
}

func (p position) json() json.RawMessage {
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // numbers that training has checked
	}
	return b
}
