package schemas_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/schemas"
)

func TestCheckSchema(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"fine", `{"$id": "iss://a", "properties": {"a": {"$ref": "#/definitions/b", "title": "t"}, "c": true}, "definitions": {"b": {}}}`, ""},
		{"boolean", `true`, ""},
		{"no schema", `3`, "s:1:1: a schema is an object, true or false"},
		{"no JSON", `{`, "s:1:2: not JSON: the end of the text where a field's name in double quotes should be"},
		{"misspelt", `{"additionalProprties": false}`, `s:1:2 /additionalProprties: no such keyword here; nearest is "additionalProperties"`},
		{"misspelt inside", `{"properties": {"a": {"items": [{"minimun": 1}]}}}`, `s:1:34 /properties/a/items/0/minimun: no such keyword here; nearest is "minimum"`},
		{"of another draft", `{"prefixItems": []}`, `s:1:2 /prefixItems: no such keyword here`},
		{"ignored by the validator", `{"format": "uri"}`, `s:1:2 /format: no such keyword here`},
		{"property called like a keyword", `{"properties": {"minimun": {}}, "default": {"minimun": 1}}`, ""},
		{"draft", `{"$schema": "https://json-schema.org/draft/2020-12/schema"}`, `s:1:13 /$schema: must be "http://json-schema.org/draft-07/schema#", and at the top`},
		{"id", `{"$id": "https://example.com/a"}`, "s:1:9 /$id: must begin with iss://, and stand at the top"},
		{"inner id", `{"not": {"$id": "iss://a"}}`, "s:1:17 /not/$id: must begin with iss://, and stand at the top"},
		{"type", `{"items": {"type": ["string", "nmuber"]}}`, `s:1:31 /items/type/1: no type "nmuber"; known: array, boolean, integer, null, number, object, string; nearest is number`},
		{"type that is no name", `{"type": 3}`, "s:1:10 /type: must be a type's name, or a list of such"},
		{"reference to the network", `{"$ref": "http://example.com/a"}`, "s:1:10 /$ref: leads nowhere in this document; a reference begins with #/"},
		{"reference to nothing", `{"items": {"$ref": "#/definitions/a"}}`, "s:1:20 /items/$ref: leads nowhere in this document; a reference begins with #/"},
		{"beside a reference", `{"items": {"$ref": "#", "minItems": 1}}`, "s:1:37 /items/minItems: does nothing beside $ref"},
		{"recursion through items", `{"items": {"$ref": "#"}}`, ""},
		{"circle", `{"allOf": [{"$ref": "#"}]}`, "s:1:21 /allOf/0/$ref: refers to itself without end"},
		{"circle of two", `{"definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"not": {"$ref": "#/definitions/a"}}}}`,
			"s:1:32 /definitions/a/$ref: refers to itself without end\ns:1:74 /definitions/b/not/$ref: refers to itself without end"},
		{"then without if", `{"then": {}}`, "s:1:10 /then: does nothing without if"},
		{"required and forbidden", `{"properties": {"a": {}}, "required": ["a", "b"], "additionalProperties": false}`, `s:1:45 /required/1: "b" is required and not allowed`},
		{"pattern", `{"pattern": "("}`, "s:1:13 /pattern: is no regular expression of Go: error parsing regexp: missing closing ): `(`"},
		{"pattern of properties", `{"patternProperties": {"(?=a)": {}}}`, "s:1:33 /patternProperties/(?=a): is no regular expression of Go: error parsing regexp: invalid or unsupported Perl syntax: `(?=`"},
		{"properties are no object", `{"properties": []}`, "s:1:16 /properties: must be an object of schemas"},
		{"allOf is no list", `{"allOf": {}}`, "s:1:11 /allOf: must be a list of schemas"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := schemas.CheckSchema("s", []byte(tt.text))
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			assert.EqualError(t, err, tt.want)
		})
	}
}
