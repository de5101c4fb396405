package schemas_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/schemas"
)

func TestMessages(t *testing.T) {
	tests := []struct{ name, schema, doc, want string }{
		{"type", `{"type": "integer"}`, `"20"`, `must be a whole number, is the string "20"`},
		{"types", `{"type": ["boolean", "null", "array"]}`, `{}`, "must be true or false, null or an array, is an object"},
		{"null", `{"type": "object"}`, `null`, "must be an object, is null"},
		{"whole number with an exponent", `{"type": "integer"}`, `2e1`, ""},
		{"enum", `{"enum": ["a", 1, null]}`, `2`, `must be "a", 1 or null, is 2`},
		{"const", `{"const": "a"}`, `"b"`, `must be "a", is "b"`},
		{"at least", `{"minimum": 0.5}`, `0.25`, "must be at least 0.5, is 0.25"},
		{"more", `{"exclusiveMinimum": 0}`, `0`, "must be more than 0, is 0"},
		{"at most", `{"maximum": 9007199254740991}`, `1e300`, "must be at most 9007199254740991, is 1e300"},
		{"less", `{"exclusiveMaximum": 1}`, `1`, "must be less than 1, is 1"},
		{"multiple", `{"multipleOf": 8}`, `12`, "must be a multiple of 8, is 12"},
		{"few items", `{"minItems": 2}`, `[1]`, "must have 2 items or more, has 1"},
		{"many items", `{"maxItems": 1}`, `[1, 2]`, "must have 1 items or fewer, has 2"},
		{"items after a tuple", `{"items": [true], "additionalItems": false}`, `[1, 2]`, "has too many items: 2"},
		{"few fields", `{"minProperties": 1}`, `{}`, "must have 1 fields or more, has 0"},
		{"many fields", `{"maxProperties": 1}`, `{"a": 1, "b": 2}`, "must have 1 fields or fewer, has 2"},
		{"unique", `{"uniqueItems": true}`, `["a", "b", "a"]`, "items 0 and 2 are equal"},
		{"short", `{"minLength": 3}`, `"é"`, `must have 3 characters or more, is "é"`},
		{"long", `{"maxLength": 1}`, `"ab"`, `must have 1 characters or fewer, is "ab"`},
		{"cut short", `{"maxLength": 1}`, `"` + strings.Repeat("a", 100) + `"`, `must have 1 characters or fewer, is "` + strings.Repeat("a", 59) + "…"},
		{"pattern", `{"pattern": "^[a-z]+$"}`, `"A"`, `"A" does not have the form ^[a-z]+$`},
		{"no such item", `{"contains": {"const": 1}}`, `[2]`, "must be 1, is 2"},
		{"none of two forms", `{"anyOf": [{"const": 1}, {"type": "string"}]}`, `2`, "must be 1, is 2"},
		{"both of two forms", `{"oneOf": [{"type": "integer"}, {"minimum": 0}]}`, `2`, "fits none of the forms that are allowed here"},
		{"not", `{"not": {"const": 1}}`, `1`, "fits none of the forms that are allowed here"},
		{"false", `{"properties": {"a": false}}`, `{"a": 1}`, "/a: may not stand here beside the other fields"},
		{"missing", `{"required": ["a"]}`, `{}`, `the field "a" is missing`},
		{"unknown, none", `{"additionalProperties": false}`, `{"a": 1}`, "/a: no such field; there are none here"},
		{"unknown, by form", `{"additionalProperties": false, "properties": {"input": {}}, "patternProperties": {"^[a-z]+$": {}}}`, `{"A1": 1}`,
			"/A1: no such field; known: input, names of the form ^[a-z]+$"},
		{"name with odd characters", `{"properties": {"a.b/c": {"additionalProperties": false}}}`, `{"a.b/c": {"(root).x~": 1}}`,
			"/a.b~1c/(root).x~0: no such field; there are none here"},
		{"deeper than a field by form", `{"patternProperties": {"^a": {"additionalProperties": {"properties": {"size": {}}, "additionalProperties": false}}}}`,
			`{"ab": {"x": {"sise": 1}}}`, `/ab/x/sise: no such field; nearest is "size"`},
		{"field of an item of a tuple", `{"items": [true, {"properties": {"size": {}}, "additionalProperties": false}], "additionalItems": {"properties": {"rate": {}}, "additionalProperties": false}}`,
			`[1, {"size": 1}, {"rat": 1}]`, `/2/rat: no such field; nearest is "rate"`},
		{"field that another rule forbids", `{"properties": {"kind": {}, "hold": {}, "every": {}}, "if": {"properties": {"kind": {"enum": ["h"]}, "n": {"type": "integer"}}, "required": ["kind"], "not": {"required": ["x"]}},
			"then": {"properties": {"kind": {}, "hold": {}, "every": false}, "additionalProperties": false}, "else": false}`,
			`{"kind": "h", "evry": 1}`, "/evry: no such field; known: hold, kind"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			schema, err := schemas.Compile([]byte(tt.schema))
			require.NoError(t, err)
			err = schema.Validate("", []byte(tt.doc))
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			_, message, _ := strings.Cut(err.Error(), " ")
			if !strings.HasPrefix(tt.want, "/") {
				_, message, _ = strings.Cut(err.Error(), ": ")
			}
			assert.Equal(t, tt.want, message)
		})
	}
}

func TestValidateTellsEverythingAtOnce(t *testing.T) {
	schema, err := schemas.Compile([]byte(`{
		"properties": {"size": {"type": "integer", "minimum": 1}, "rate": {"exclusiveMinimum": 0}},
		"required": ["rate"], "additionalProperties": false}`))
	require.NoError(t, err)
	err = schema.Validate("a.json", []byte("{\n \"sise\": 3,\n \"size\": 0, \"size\": 2,\n \"rate\": 1e999\n}"))
	assert.EqualError(t, err, `a.json:2:2 /sise: no such field; nearest is "size"`+"\n"+
		`a.json:3:10 /size: must be at least 1, is 0`+"\n"+
		`a.json:3:13 /size: the field is there twice; the first is in line 3`+"\n"+
		`a.json:4:10 /rate: 1e999 is larger than a 64-bit float can be (about 1.8e308)`)

	err = schema.Validate("a.json", []byte(`{"size": 1, "size": 2, "x": `))
	assert.EqualError(t, err, "a.json:1:13 /size: the field is there twice; the first is in line 1\n"+
		"a.json:1:29 /x: not JSON: the text ends where a value should be")
}

func TestCheckValue(t *testing.T) {
	schema, err := schemas.Compile([]byte(base), cellSlot())
	require.NoError(t, err)
	merged := map[string]any{"model": map[string]any{"cell": "rhn", "options": map[string]any{"depth": 0, "dept": 2}}}
	faults := schema.CheckValue(merged)
	require.EqualError(t, faults, "/model/options/dept: no such field; nearest is \"depth\"\n/model/options/depth: must be at least 1, is 0")

	d, err := schemas.Parse("b.json", []byte("{\"model\":\n{\"options\": {\"dept\": 2}}}"))
	require.NoError(t, err)
	assert.EqualError(t, d.Place(faults[0]), `b.json:2:14 /model/options/dept: no such field; nearest is "depth"`, "an unknown field is shown by its name")
	assert.EqualError(t, d.Place(faults[1]), `b.json:2:13 /model/options/depth: must be at least 1, is 0`, "a value that is elsewhere is shown by what would be around it")

	assert.Panics(t, func() { schema.CheckValue(math.NaN()) })
}

// A document with more faults than are shown is judged in bounded time, and the
// first faults of the text are those that are kept.
func TestValidateManyFaults(t *testing.T) {
	schema, err := schemas.Compile([]byte(`{"items": {"type": "string"}}`))
	require.NoError(t, err)
	err = schema.Validate("f", []byte("["+strings.Repeat("1,", 20_000)+"1]"))
	var faults schemas.Faults
	require.ErrorAs(t, err, &faults)
	require.Len(t, faults, 1000)
	assert.Equal(t, "/0", faults[0].Pointer)
	assert.Equal(t, "/999", faults[999].Pointer)
}

func ExampleCompile() {
	base := []byte(`{
		"type": "object",
		"properties": {
			"cell": {"type": "string"},
			"options": {"type": "object"},
			"batch": {"type": "integer", "minimum": 1}
		},
		"additionalProperties": false
	}`)
	schema, err := schemas.Compile(base, schemas.Slot{
		Choice: "/cell", Options: "/options",
		Parts: []schemas.Part{{
			Name: "lstm", Source: "example.com/cells",
			Schema: []byte(`{"properties": {"forget_bias": {"type": "number"}}, "additionalProperties": false}`),
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(schema.Validate("tiny.json", []byte(`{
  "cell": "lstm",
  "options": {"forgetbias": 1},
  "batch": 0
}`)))
	// Output:
	// tiny.json:3:15 /options/forgetbias: no such field; nearest is "forget_bias"
	// tiny.json:4:12 /batch: must be at least 1, is 0
}
