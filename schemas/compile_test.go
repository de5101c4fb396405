package schemas_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/schemas"
)

const lstmOptions = `{
	"$schema": "http://json-schema.org/draft-07/schema#",
	"$id": "iss://cells/lstm",
	"type": "object",
	"properties": {
		"forget_bias": {"$ref": "#/definitions/bias"},
		"peepholes": {"type": "boolean"}
	},
	"additionalProperties": false,
	"definitions": {"bias": {"type": "number"}}
}`

const rhnOptions = `{
	"type": "object",
	"properties": {"depth": {"$ref": "#/definitions/bias"}},
	"required": ["depth"],
	"additionalProperties": false,
	"definitions": {"bias": {"type": "integer", "minimum": 1}}
}`

func cellSlot() schemas.Slot {
	return schemas.Slot{Choice: "/model/cell", Options: "/model/options", Parts: []schemas.Part{
		{Name: "lstm", Source: "iss/cells", Schema: []byte(lstmOptions)},
		{Name: "rhn", Source: "iss/cells", Schema: []byte(rhnOptions)},
		{Name: "rnn", Source: "iss/cells"},
	}}
}

// base is a small schema with a definition of the same name as the parts'.
const base = `{
	"$id": "iss://base",
	"type": "object",
	"properties": {
		"model": {
			"type": "object",
			"properties": {"cell": {"type": ["string", "object"]}, "options": {"type": "object"}},
			"additionalProperties": false
		},
		"list": {"type": "array", "items": {"type": "object", "properties": {"kind": {"type": "string"}}}},
		"bias": {"$ref": "#/definitions/bias"}
	},
	"additionalProperties": false,
	"definitions": {"bias": {"type": "string"}}
}`

func TestCompile(t *testing.T) {
	schema, err := schemas.Compile([]byte(base), cellSlot(), schemas.Slot{
		Choice: "/list/*/kind", Options: "/list/*", Parts: []schemas.Part{{
			Name:   "l2",
			Schema: []byte(`{"properties": {"kind": true, "decay": {"type": "number"}}, "additionalProperties": false}`),
		}},
	})
	require.NoError(t, err)
	tests := []struct{ name, doc, want string }{
		{"options of the cell named", `{"model": {"cell": "lstm", "options": {"forget_bias": 1.5}}, "bias": "x"}`, ""},
		{"no options", `{"model": {"cell": "lstm"}}`, ""},
		{"no cell", `{"model": {"options": {"anything": 1}}}`, ""},
		{"no model", `{}`, ""},
		{"a cell that is no name", `{"model": {"cell": {"equations": []}, "options": {"anything": 1}}}`, ""},
		{"reference into the part", `{"model": {"cell": "lstm", "options": {"forget_bias": "x"}}}`,
			`f:1:55 /model/options/forget_bias: must be a number, is the string "x"`},
		{"reference into another part", `{"model": {"cell": "rhn", "options": {"depth": 1.5}}}`,
			`f:1:48 /model/options/depth: must be a whole number, is 1.5`},
		{"options of another cell", `{"model": {"cell": "rhn", "options": {"depth": 2, "forget_bias": 1}}}`,
			`f:1:51 /model/options/forget_bias: no such field; known: depth`},
		{"nearest of this cell's", `{"model": {"cell": "lstm", "options": {"depht": 1, "peephole": true}}}`,
			"f:1:40 /model/options/depht: no such field; known: forget_bias, peepholes\n" +
				`f:1:52 /model/options/peephole: no such field; nearest is "peepholes"`},
		{"required option", `{"model": {"cell": "rhn", "options": {}}}`, `f:1:38 /model/options: the field "depth" is missing`},
		{"required options", `{"model": {"cell": "rhn"}}`, `f:1:11 /model: the field "options" is missing`},
		{"cell without options", `{"model": {"cell": "rnn", "options": {"a": 1}}}`, "f:1:39 /model/options/a: no such field; there are none here"},
		{"unknown cell", `{"model": {"cell": "lstn", "options": {"a": 1}}}`,
			`f:1:20 /model/cell: must be "lstm", "rhn" or "rnn", is "lstn"; nearest is "lstm"`},
		{"every item of a list", `{"list": [{"kind": "l2", "decay": 1}, {"kind": "l2", "decai": 1}, {"kind": "l1"}]}`,
			"f:1:54 /list/1/decai: no such field; nearest is \"decay\"\nf:1:76 /list/2/kind: must be \"l2\", is \"l1\"; nearest is \"l2\""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := schema.Validate("f", []byte(tt.doc))
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			assert.EqualError(t, err, tt.want)
		})
	}
}

func TestCompileFaults(t *testing.T) {
	part := func(schema string) schemas.Slot {
		return schemas.Slot{Choice: "/model/cell", Options: "/model/options", Parts: []schemas.Part{{Name: "mine", Source: "example.com/m", Schema: []byte(schema)}}}
	}
	twice := cellSlot()
	twice.Parts = append(twice.Parts, schemas.Part{Name: "rhn"})
	tests := []struct {
		name, base string
		slot       schemas.Slot
		want       string
	}{
		{"base", `{"tpye": "object"}`, cellSlot(), `base schema:1:2 /tpye: no such keyword here; nearest is "type"`},
		{"base is true", `true`, cellSlot(), "the base schema is true; it must be an object"},
		{"base against the meta-schema", `{"minItems": "x"}`, cellSlot(), "minItems"},
		{"part", base, part(`{"tpye": "object"}`), `options of mine from example.com/m:1:2 /tpye: no such keyword here; nearest is "type"`},
		{"part is true", base, part(`true`), "options of mine from example.com/m: the schema is true; it must be an object"},
		{"part against the meta-schema", base, part(`{"type": "strnig"}`), "type"},
		{"two of a name", base, twice, `slot /model/cell: two parts are called "rhn"`},
		{"choice around the options", base, schemas.Slot{Choice: "/a", Options: "/a/b", Parts: twice.Parts}, "must be two fields"},
		{"star in the choice alone", base, schemas.Slot{Choice: "/a/*/b", Options: "/c", Parts: twice.Parts}, `a * in "/a/*/b" must be in "/c" too`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := schemas.Compile([]byte(tt.base), tt.slot)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestCompiledSchemaIsASchema(t *testing.T) {
	schema, err := schemas.Compile([]byte(base), cellSlot())
	require.NoError(t, err)
	assert.Contains(t, string(schema.JSON()), `"forget_bias"`)

	plain, err := schemas.Compile([]byte(base))
	require.NoError(t, err)
	assert.Equal(t, base, string(plain.JSON()), "without parts the text is the base's")
	empty, err := schemas.Compile([]byte(base), schemas.Slot{Choice: "/model/cell"})
	require.NoError(t, err)
	require.NoError(t, empty.Validate("f", []byte(`{"model": {"cell": "any"}}`)), "a slot without parts asks nothing")
}

type noNetwork struct{ t *testing.T }

func (n noNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	n.t.Errorf("asked the network for %s", r.URL)
	return nil, http.ErrNotSupported
}

func TestCompileStaysOffTheNetwork(t *testing.T) {
	before := http.DefaultTransport
	http.DefaultTransport = noNetwork{t}
	defer func() { http.DefaultTransport = before }()
	for _, name := range schemas.Names() {
		text, err := schemas.Source(name)
		require.NoError(t, err)
		schema, err := schemas.Compile(text)
		require.NoError(t, err)
		require.Error(t, schema.Validate("f", []byte(`{"$schema": "http://example.com/other", "a": 1}`)))
	}
}
