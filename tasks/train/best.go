package train

import (
	"fmt"

	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/tasks"
)

// slotBest is where a checkpoint keeps the weights of the best epoch so far.
const slotBest = "best"

// best is the epoch that is best on valid so far: training ends with its
// weights under train.keep_best, and when it is long past under train.patience.
type best struct {
	Epoch int         `json:"epoch"`
	Valid tasks.Score `json:"valid"`
}

// consider notes the epoch if it is the best so far, keeps its weights if that
// is asked for, and reports whether it is. Of equal epochs the first one counts.
func (t *trainer) consider(valid tasks.Score) bool {
	asked := t.Config.Train.KeepBest || t.Config.Train.Patience > 0
	if !asked || t.at.Best != nil && !t.Problem.Terms().Better(valid, t.at.Best.Valid) {
		return false
	}
	t.at.Best = &best{t.at.Epoch, valid}
	if t.Config.Train.KeepBest {
		t.best = t.tensors(t.update.tested)
		for name, w := range t.best {
			t.best[name] = w.Clone()
		}
	}
	return true
}

// stalled says that training is at its end before its last epoch, since as many
// epochs as train.patience has are past without a better one; "": it is not.
func (t *trainer) stalled() string {
	n := t.Config.Train.Patience
	if n == 0 || t.at.Best == nil || t.at.Epoch >= t.Config.Train.Epochs || t.at.Epoch-1-t.at.Best.Epoch < n {
		return ""
	}
	return fmt.Sprintf("stopped after epoch %d of %d: %s on valid has not got better since epoch %d",
		t.at.Epoch, t.Config.Train.Epochs, t.Problem.Terms().Chief().Name, t.at.Best.Epoch+1)
}

// loadBest takes the best epoch's weights out of a checkpoint's slots. A
// finished run has none: its weights are they.
func (t *trainer) loadBest(slots map[string]map[string]tensor.Dense[float32]) error {
	if !t.Config.Train.KeepBest || t.at.Best == nil || t.at.Finished {
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
	if t.Config.Train.KeepBest && t.at.Best != nil {
		return t.at.Best.Epoch
	}
	return t.at.Epoch - 1
}
