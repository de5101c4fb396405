package tasks

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// JSON returns the configuration in full, indented, as a document from which
// Resolve makes the same configuration without looking at the preset. It panics
// if a number is not finite.
func (c Config) JSON() []byte {
	document := struct {
		Preset   string `json:"preset,omitempty"`
		Complete bool   `json:"complete,omitempty"`
		Config          // its Preset gives way to the one above
	}{c.Preset, c.Preset != "", c}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(document); err != nil {
		panic(fmt.Errorf("tasks: %w", err))
	}
	return b.Bytes()
}

// MarshalJSON writes the fields of the schedule's kind, zeros included.
func (s Schedule) MarshalJSON() ([]byte, error) {
	switch s.Kind {
	case "hold":
		return json.Marshal(struct {
			Kind   string  `json:"kind"`
			Hold   int     `json:"hold"`
			Factor float64 `json:"factor"`
		}{s.Kind, s.Hold, s.Factor})
	case "every":
		return json.Marshal(struct {
			Kind   string  `json:"kind"`
			Every  int     `json:"every"`
			Factor float64 `json:"factor"`
		}{s.Kind, s.Every, s.Factor})
	}
	return json.Marshal(struct {
		Kind string `json:"kind"`
	}{s.Kind})
}
