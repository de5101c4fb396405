package groups

import (
	"encoding/json"

	"github.com/seed391906a2/iss/schemas"
)

// groupless recognises files of the published code that hold no groups
// (l1.json, from_scratch.json, finetuned_vars.json), and says what they are;
// nil for all others.
func groupless(d *schemas.Document) *schemas.Fault {
	fields, _ := d.Value.(map[string]any)
	has := func(name string) bool { _, ok := fields[name]; return ok }
	if has("groups") || has("grouplasso") {
		return nil
	}
	const wanted = `; --groups takes a file with "groups" or "grouplasso"`
	if has("var_names") {
		f := d.Fault("/var_names", "a list of variables to fine-tune, not of groups"+wanted)
		return &f
	}
	if n, ok := fields["weight_decay"].(json.Number); ok {
		if v, err := n.Float64(); err == nil && v > 0 {
			f := d.Fault("/weight_decay", "a training configuration of the published code without groups, with an l1 decay of %v: a regulariser of single weights, which belongs into iss.regularizers of a configuration"+wanted, n)
			return &f
		}
	}
	for _, name := range []string{"save_path", "learning_rate", "weight_decay", "dropout_keep_prob"} {
		if has(name) {
			f := d.Fault(schemas.Pointer(name), "a training configuration of the published code without groups; what it sets belongs into a configuration (iss schema config)"+wanted)
			return &f
		}
	}
	return nil
}
