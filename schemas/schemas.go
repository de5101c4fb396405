// Package schemas holds the JSON Schemas of the documents that people write
// for iss (draft-07, embedded) and checks documents against them. It reports
// every fault at once, each as "file:line:col pointer: message" and with the
// name that was probably meant:
//
//	tiny.json:4:15 /model/hiden: no such field; nearest is "hidden"
//	tiny.json:7:14 /train/batch: must be at least 1, is 0
//
// Plug-ins carry the schema of their options; Compile joins them to the base:
//
//	base, err := schemas.Source("config")
//	schema, err := schemas.Compile(base, schemas.Slot{
//		Choice: "/model/cell", Options: "/model/options",
//		Parts:  []schemas.Part{{Name: "lstm", Source: "iss/cells", Schema: lstmOptions}},
//	})
//	err = schema.Validate("tiny.json", text)
//
// What a schema cannot say (a start before its end, a tensor that the model
// does not have) is checked elsewhere; Document.Fault prints such faults in the
// same form and Faults sorts them in.
//
// This is the only package that imports gojsonschema. That library ignores
// keywords it does not know, accepts two fields of one name and text after the
// end, and fetches schemas from the network; CheckSchema and Parse see to it
// that none of this happens.
//
// Sources: JSON, RFC 8259; JSON Pointer, RFC 6901; JSON Schema draft-07.
package schemas

import (
	"embed"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/registry"
)

//go:embed *.schema.json
var files embed.FS

const suffix = ".schema.json"

// Names returns the names of the schemas in this package, sorted.
func Names() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // an embedded directory can be read
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), suffix))
	}
	slices.Sort(names)
	return names
}

// Source returns the text of the schema called name, as an editor may use it.
// An unknown name is a *registry.UnknownError.
func Source(name string) ([]byte, error) {
	if !slices.Contains(Names(), name) {
		return nil, registry.Unknown("schema", name, Names())
	}
	return files.ReadFile(name + suffix)
}
