package celltest

import (
	"regexp"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/schemas"
)

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// askDescription: people and configurations can refer to the plug-in, and its
// options are described by a schema.
func (x *exam) askDescription() {
	p := x.plugin
	if !nameForm.MatchString(p.Name) {
		x.faultf(variant{}, "the name %q is not lower-case letters, digits, - and _; configurations call the cell by it", p.Name)
	}
	for what, text := range map[string]string{"Doc": p.Doc, "Source": p.Source} {
		if strings.TrimSpace(text) == "" {
			x.faultf(variant{}, "the plug-in has no %s; iss show %s prints it", what, p.Name)
		}
	}
	if p.New == nil {
		x.faultf(variant{}, "the plug-in has no New")
	}
	if len(p.Options) > 0 {
		if err := schemas.CheckSchema("Options", p.Options); err != nil {
			x.faultf(variant{}, "the schema of the options is not valid: %v", err)
		} else if _, err := schemas.Compile(p.Options); err != nil {
			x.faultf(variant{}, "the schema of the options is not valid: %s", strings.TrimSpace(err.Error()))
		}
	}
	for _, doc := range x.documents {
		if err := x.valid(doc); err != nil {
			x.faultf(variant{}, "the options %s, which the test passes, are not what the schema allows: %v", doc, err)
		}
	}
	if len(x.hidden) < 2 || slices.Min(x.hidden) < 3 || slices.Max(x.hidden) == slices.Min(x.hidden) {
		x.faultf(variant{}, "celltest.Hidden%v: the exam needs two different numbers of units, all larger than 2", x.hidden)
	}
}

// valid checks a document of options.
func (x *exam) valid(doc string) error {
	schema := x.plugin.Options
	if len(schema) == 0 {
		schema = []byte(`{"type": "object", "additionalProperties": false}`)
	}
	s, err := schemas.Compile(schema)
	if err != nil {
		return err
	}
	return s.Validate("options", []byte(doc))
}
