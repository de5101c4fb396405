package ptb

import "fmt"

// Batches walks through a stream of tokens, a window at a time.
//
// The stream is cut into batch parallel streams of equal length. Each window
// holds the next steps tokens of all of them, so that a model's state carries
// over from one window to the next. The position is an int: a run that stopped
// in the middle of an epoch goes on with Seek.
type Batches struct {
	ids          []int32
	batch, steps int
	span         int // tokens in one of the parallel streams
	targets      int // predictions in one of them
	pos          int // window that Next returns
	window       Window
}

// Window is one batch of inputs and targets, valid until the next one.
type Window struct {
	// X and Y are [steps, batch], time-major: X[t*batch+b] is a token of stream
	// b, Y[t*batch+b] the token after it.
	X, Y []int32
	// Valid is how many steps count. It is less than steps only in the last
	// window of NewStream; X and Y are 0 beyond it.
	Valid int
}

// NewBatches returns the batches of training and validation: of each of the
// batch streams, n/batch tokens long, as many whole windows as it has with a
// target for each token. What is left over at the ends is not used. The part's
// name is for the error, if the stream is too short for one window.
//
// NewBatches panics if batch or steps is less than 1.
//
// Source: ptb_iterator of TensorFlow's tutorial, which the paper's code uses.
func NewBatches(part string, ids []int32, batch, steps int) (*Batches, error) {
	b := newBatches(ids, batch, steps)
	if need := batch * (steps + 1); len(ids) < need {
		return nil, fmt.Errorf("ptb: %s has %d tokens; batch %d × (%d steps + 1) needs %d at the least; take fewer steps, a smaller batch or more text",
			part, len(ids), batch, steps, need)
	}
	b.targets = (b.span - 1) / steps * steps
	return b, nil
}

// NewStream returns the batches of the final test: one stream (batch 1) with all
// n tokens and n−1 predictions. Only the last window can be shorter.
//
// NewStream panics if steps is less than 1.
func NewStream(part string, ids []int32, steps int) (*Batches, error) {
	b := newBatches(ids, 1, steps)
	if len(ids) < 2 {
		return nil, fmt.Errorf("ptb: %s has %d tokens; a prediction needs 2 at the least", part, len(ids))
	}
	b.targets = b.span - 1
	return b, nil
}

func newBatches(ids []int32, batch, steps int) *Batches {
	if batch < 1 || steps < 1 {
		panic(fmt.Sprintf("ptb: batch is %d and steps is %d; both must be 1 or more", batch, steps))
	}
	return &Batches{
		ids: ids, batch: batch, steps: steps, span: len(ids) / batch,
		window: Window{X: make([]int32, steps*batch), Y: make([]int32, steps*batch)},
	}
}

// Len returns the number of windows in an epoch.
func (b *Batches) Len() int { return (b.targets + b.steps - 1) / b.steps }

// Predictions returns the number of tokens that an epoch predicts.
func (b *Batches) Predictions() int { return b.batch * b.targets }

// Pos returns the position: how many windows of the epoch lie behind.
func (b *Batches) Pos() int { return b.pos }

// Seek moves to a position; 0 begins an epoch, Len() is its end.
// It panics if pos is not in [0, Len()].
func (b *Batches) Seek(pos int) {
	if pos < 0 || pos > b.Len() {
		panic(fmt.Sprintf("ptb: position %d is outside an epoch of %d windows", pos, b.Len()))
	}
	b.pos = pos
}

// Next returns the next window, and false at the end of the epoch. It does not
// allocate: the window's memory is that of the last one.
func (b *Batches) Next() (Window, bool) {
	if b.pos == b.Len() {
		return Window{}, false
	}
	start := b.pos * b.steps
	w := &b.window
	w.Valid = min(b.steps, b.targets-start)
	for s := range b.batch {
		stream := b.ids[s*b.span+start:]
		for t := range w.Valid {
			w.X[t*b.batch+s] = stream[t]
			w.Y[t*b.batch+s] = stream[t+1]
		}
	}
	clear(w.X[w.Valid*b.batch:])
	clear(w.Y[w.Valid*b.batch:])
	b.pos++
	return *w, true
}

// Mean returns the mean of values[t] over exactly those tokens t of the stream
// that an epoch predicts. With the log-probabilities of a known source it gives
// that source's perplexity, exp(−mean), on what a model is measured on.
// It panics if values and tokens differ in number.
func (b *Batches) Mean(values []float64) float64 {
	if len(values) != len(b.ids) {
		panic(fmt.Sprintf("ptb: %d values for %d tokens", len(values), len(b.ids)))
	}
	sum := 0.0
	for s := range b.batch {
		for _, v := range values[s*b.span+1:][:b.targets] {
			sum += v
		}
	}
	return sum / float64(b.Predictions())
}
