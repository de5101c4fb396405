package train

import (
	"fmt"

	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/tasks"
)

// slotBest is where a checkpoint keeps the weights of the best epoch so far.
const slotBest = "best"

// best is the epoch whose weights training ends with under train.keep_best.
type best struct {
	Epoch int         `json:"epoch"`
	Valid tasks.Score `json:"valid"`
}

// consider keeps the weights if they are the best so far, and reports whether
// they are. Of equal epochs the first one counts.
func (t *trainer) consider(valid tasks.Score) bool {
	if !t.Config.Train.KeepBest || t.at.Best != nil && !t.Problem.Terms().Better(valid, t.at.Best.Valid) {
		return false
	}
	t.at.Best = &best{t.at.Epoch, valid}
	t.best = t.tensors(t.update.tested)
	return true
}

// loadBest takes the best epoch's weights out of a checkpoint's slots. A
// finished run has none: its weights are they.
func (t *trainer) loadBest(slots map[string]map[string]tensor.Dense[float32]) error {
	if t.at.Best == nil || t.at.Finished {
		return nil
	}
	t.best = slots[slotBest]
	for _, p := range t.g.Params {
		if d, ok := t.best[p.Name]; !ok || len(d.Data) != p.Size() {
			return fmt.Errorf("train: the checkpoint lacks %q of the best epoch", p.Name)
		}
	}
	return nil
}

// takeBest makes the best epoch's weights those of the model.
func (t *trainer) takeBest() {
	if t.best == nil {
		return
	}
	for _, p := range t.g.Params {
		copy(t.m.Param(p.Name), t.best[p.Name].Data)
	}
	t.m.Changed()
	t.best, t.at.Valid = nil, t.at.Best.Valid
	t.Report.Note(fmt.Sprintf("the weights kept are those of epoch %d, the best of %d on valid", t.at.Best.Epoch+1, t.at.Epoch))
}

// last is the epoch whose weights the model has at the end.
func (t *trainer) last() int {
	if t.at.Best != nil {
		return t.at.Best.Epoch
	}
	return t.at.Epoch - 1
}
