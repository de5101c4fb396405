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

// readHistory reads a run's metrics. If a line cannot be read it returns those
// before it, too.
func readHistory(dir string) (h History, err error) {
	lines, damage := runs.ReadMetrics(dir)
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
	return h, damage
}

// unit is what time is counted in: epochs, or steps before the first is at its
// end.
func (h History) unit() string {
	if len(h.Epochs) == 0 {
		return "steps"
	}
	return "epochs"
}

// at places a step on the axis of time: epoch i lies between i and i+1.
func (h History) at(step uint64) float64 {
	begin, per, next := uint64(0), uint64(1), 0
	for _, e := range h.Epochs {
		if e.Step > begin {
			per = e.Step - begin
		}
		if step <= e.Step {
			return float64(e.Epoch) + float64(step-begin)/float64(per)
		}
		begin, next = e.Step, e.Epoch+1
	}
	return float64(next) + float64(step-begin)/float64(per)
}
