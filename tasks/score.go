package tasks

import (
	"encoding/json"
	"fmt"
	"math"
)

// Score is the result of an evaluation. In JSON its values stand beside the
// other fields, by the names of their metrics:
//
//	{"loss": 1.79, "perplexity": 5.99, "floor": 5.09, "items": 5600}
type Score struct {
	Loss   float64            // nats per item
	Values map[string]float64 // by metric
	Floor  float64            // chief metric of the data's own source, where that is known
	Items  int                // predictions
}

// reserved are the fields of a score that are no metrics; "tokens" is what
// items were called in format 1 of run.json at first.
var reserved = map[string]bool{"loss": true, "floor": true, "items": true, "tokens": true}

// Finite reports whether the loss and all values are numbers.
func (s Score) Finite() bool {
	for _, v := range s.Values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return !math.IsNaN(s.Loss) && !math.IsInf(s.Loss, 0)
}

// MarshalJSON implements json.Marshaler.
func (s Score) MarshalJSON() ([]byte, error) {
	fields := map[string]any{"loss": s.Loss, "items": s.Items}
	if s.Floor != 0 {
		fields["floor"] = s.Floor
	}
	for name, v := range s.Values {
		if reserved[name] {
			return nil, fmt.Errorf("tasks: a metric cannot be called %q", name)
		}
		fields[name] = v
	}
	return json.Marshal(fields)
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Score) UnmarshalJSON(text []byte) error {
	var fields map[string]float64
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	*s = Score{Loss: fields["loss"], Floor: fields["floor"], Items: int(fields["items"] + fields["tokens"])}
	for name, v := range fields {
		if reserved[name] {
			continue
		}
		if s.Values == nil {
			s.Values = map[string]float64{}
		}
		s.Values[name] = v
	}
	return nil
}
