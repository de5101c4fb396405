package mapping

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Check holds a model's cell and its options, defaults included, against what
// the rules need. The error says what to set.
func (n Needs) Check(cell string, options map[string]any) error {
	if n.Cell != "" && cell != n.Cell {
		return fmt.Errorf("mapping: the model's cell is %s, and the mapping is for %s; take another preset or mapping, or say: --set model.cell=%s", cell, n.Cell, n.Cell)
	}
	var is, sets []string
	for _, name := range slices.Sorted(maps.Keys(n.Options)) {
		want, got := literal(n.Options[name]), literal(options[name])
		if want != got {
			is = append(is, fmt.Sprintf("%s is %s", name, got))
			sets = append(sets, fmt.Sprintf("--set model.options.%s=%s", name, want))
		}
	}
	if len(sets) == 0 {
		return nil
	}
	return fmt.Errorf("mapping: the model's option %s, and the file is of another form; say: %s", strings.Join(is, ", "), strings.Join(sets, " "))
}

// literal is a value as it is typed behind --set.
func literal(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
