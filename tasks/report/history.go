package report

import (
	"encoding/json"
	"fmt"

	"github.com/seed391906a2/iss/tasks/runs"
	"github.com/seed391906a2/iss/tasks/train"
)

// History is what metrics.jsonl tells of a training.
type History struct {
	Steps  []train.StepMetric
	Epochs []train.EpochMetric
}

// readHistory reads a run's metrics. Of those that cannot be read it returns
// what stands before the fault.
func readHistory(dir string) (h History, err error) {
	lines, err := runs.ReadMetrics(dir)
	if err != nil {
		return h, err
	}
	for i, line := range lines {
		var kind struct{ Kind string }
		err := json.Unmarshal(line, &kind)
		switch {
		case err != nil:
		case kind.Kind == "step":
			var m train.StepMetric
			if err = json.Unmarshal(line, &m); err == nil {
				h.Steps = append(h.Steps, m)
			}
		case kind.Kind == "epoch":
			var m train.EpochMetric
			if err = json.Unmarshal(line, &m); err == nil {
				h.Epochs = append(h.Epochs, m)
			}
		}
		if err != nil {
			return h, fmt.Errorf("report: %s: line %d of the metrics: %w", dir, i+1, err)
		}
	}
	return h, nil
}

// end is how far the training came, in epochs.
func (h History) end() float64 {
	if n := len(h.Epochs); n > 0 {
		return float64(n)
	}
	return 0
}

// at places a step on an axis of epochs: epoch i lies between i and i+1.
func (h History) at(step uint64) float64 {
	per := 0.0
	begin := uint64(0)
	for _, e := range h.Epochs {
		per = float64(e.Step - begin)
		if step <= e.Step && per > 0 {
			return float64(e.Epoch) + float64(step-begin)/per
		}
		begin = e.Step
	}
	if per == 0 {
		return 0
	}
	return float64(len(h.Epochs)) + float64(step-begin)/per
}
