package schemas_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/schemas"
)

func compiled(t *testing.T, name string) *schemas.Schema {
	t.Helper()
	text, err := schemas.Source(name)
	require.NoError(t, err)
	schema, err := schemas.Compile(text)
	require.NoError(t, err)
	return schema
}

func TestSource(t *testing.T) {
	assert.Equal(t, []string{"cell", "config", "groups", "mapping"}, schemas.Names())
	_, err := schemas.Source("confg")
	assert.EqualError(t, err, `registry: no schema "confg"; known: cell, config, groups, mapping; nearest is config`)
}

// Every schema of ours is well formed, names itself, helps an editor at each
// field, and gives defaults that it would accept.
func TestOurSchemas(t *testing.T) {
	for _, name := range schemas.Names() {
		t.Run(name, func(t *testing.T) {
			text, err := schemas.Source(name)
			require.NoError(t, err)
			require.NoError(t, schemas.CheckSchema(name+".schema.json", text))
			var root map[string]any
			require.NoError(t, json.Unmarshal(text, &root))
			assert.Equal(t, "iss://"+name, root["$id"])
			walk(t, root, root, "")
		})
	}
}

func walk(t *testing.T, root, schema map[string]any, at string) {
	if def, ok := schema["default"]; ok {
		alone := map[string]any{"definitions": root["definitions"], "allOf": []any{schema}}
		text, err := json.Marshal(alone)
		require.NoError(t, err)
		compiled, err := schemas.Compile(text)
		require.NoError(t, err)
		assert.Empty(t, compiled.CheckValue(def), "%s: default", at)
	}
	for word, v := range schema {
		switch v := v.(type) {
		case map[string]any:
			if word != "properties" && word != "definitions" && word != "patternProperties" {
				walk(t, root, v, at+"/"+word)
				continue
			}
			for name, p := range v {
				inner, ok := p.(map[string]any)
				if !ok {
					continue // true: told elsewhere; false: forbidden
				}
				if word == "properties" && !strings.Contains(at, "/if") && !helped(root, inner) {
					assert.True(t, strings.Contains(at, "/then") || strings.Contains(at, "/else") || inner["enum"] != nil, "%s/%s: no title and no description", at, name)
				}
				walk(t, root, inner, at+"/"+word+"/"+name)
			}
		case []any:
			for i, item := range v {
				if inner, ok := item.(map[string]any); ok && word != "examples" && word != "enum" {
					walk(t, root, inner, fmt.Sprintf("%s/%s/%d", at, word, i))
				}
			}
		}
	}
}

func helped(root, schema map[string]any) bool {
	if ref, ok := schema["$ref"].(string); ok && schema["title"] == nil {
		target, _ := root["definitions"].(map[string]any)[strings.TrimPrefix(ref, "#/definitions/")].(map[string]any)
		return helped(root, target)
	}
	return schema["title"] != nil || schema["description"] != nil
}

const fullConfig = `{
  "$schema": "iss://config", "preset": "ptb-large-iss", "task": "ptb", "seed": 1, "data": "data/ptb",
  "text": {"file": "a.txt", "unit": "char", "vocab": 100, "tokens": "vocab.txt"},
  "model": {"cell": "lstm", "options": {"forget_bias": 0}, "embedding": 1500, "hidden": [1500, 1500], "tied": false,
            "keep": {"input": 0.6, "output": 1}, "init_scale": 0.04},
  "train": {"batch": 20, "steps": 35, "epochs": 55, "clip": 10, "optimizer": {"kind": "sgd", "rate": 1.0},
            "schedule": {"kind": "every", "every": 18, "factor": 0.1}},
  "iss": {"tau": 1e-4, "tau_on": "all", "count": "multiset", "biases": "follow", "groups": "g.json", "classes": ["cell_0"],
          "regularizers": [{"kind": "group_lasso", "on": "iss", "lambda": 0.00245}]},
  "twin": "ptb-large"
}`

func TestConfig(t *testing.T) {
	schema := compiled(t, "config")
	require.NoError(t, schema.Validate("f", []byte(fullConfig)))

	// Each row changes the one value at a pointer of the full configuration;
	// "-" deletes it.
	tests := []struct{ pointer, value, want string }{
		{"/seed", "-1", "must be at least 0, is -1"},
		{"/seed", "1.5", "must be a whole number, is 1.5"},
		{"/seed", "9007199254740992", "must be at most 9007199254740991, is 9007199254740992"},
		{"/task", `""`, `must have 1 characters or more, is ""`},
		{"/text/unit", `"chars"`, `must be "word" or "char", is "chars"; nearest is "char"`},
		{"/text/vocab", "1", "must be at least 2, is 1"},
		{"/text/vocab", "-", ""},
		{"/model/cell", "3", "must be a string or an object, is 3"},
		{"/model/cell", `{"equations": ["h = tanh(x)"]}`, `the field "states" is missing`},
		{"/model/cell", "-", ""},
		{"/model/embedding", "0", "must be at least 1, is 0"},
		{"/model/embedding", "1e3", ""},
		{"/model/hidden", "[]", "must have 1 items or more, has 0"},
		{"/model/hidden", "1500", "must be an array, is 1500"},
		{"/model/tied", `"no"`, `must be true or false, is the string "no"`},
		{"/model/keep/input", "0", "must be more than 0, is 0"},
		{"/model/keep/input", "1.01", "must be at most 1, is 1.01"},
		{"/model/init_scale", "0", "must be more than 0, is 0"},
		{"/train/batch", "0", "must be at least 1, is 0"},
		{"/train/steps", "0", "must be at least 1, is 0"},
		{"/train/epochs", "0", "must be at least 1, is 0"},
		{"/train/clip", "0", ""},
		{"/train/clip", "-1", "must be at least 0, is -1"},
		{"/train/clip", "-", ""},
		{"/train/optimizer", `{"kind": "adam", "rate": 1}`, ""},
		{"/train/optimizer", `{"kind": "adm", "rate": 1}`, `must be "adam" or "sgd", is "adm"`},
		{"/train/optimizer", `{"kind": "adam"}`, `the field "rate" is missing`},
		{"/train/average", "0.999", ""},
		{"/train/average", "1", "must be less than 1, is 1"},
		{"/model/backward", "[3, 4]", ""},
		{"/model/backward", "[0]", "must be at least 1, is 0"},
		{"/train/patience", "3", ""},
		{"/train/patience", "-1", "must be at least 0, is -1"},
		{"/train/patience", "1.5", "must be a whole number, is 1.5"},
		{"/iss/tau_always", "true", ""},
		{"/iss/test_tau", "0.02", ""},
		{"/iss/test_tau", "-1", "must be at least 0, is -1"},
		{"/train/optimizer/rate", "0", "must be more than 0, is 0"},
		{"/train/optimizer/rate", "-", `the field "rate" is missing`},
		{"/train/optimizer/kind", "-", `the field "kind" is missing`},
		{"/train/schedule", `{"kind": "hold", "hold": 14, "factor": 0.87}`, ""},
		{"/train/schedule", `{"kind": "constant"}`, ""},
		{"/train/schedule", `{"kind": "constant", "factor": 1}`, "no such field; known: kind"},
		{"/train/schedule", `{"kind": "hold", "every": 14, "factor": 0.87}`, `the field "hold" is missing`},
		{"/train/schedule", `{"kind": "hodl", "hold": 14, "factor": 0.87}`, `must be "constant", "every" or "hold", is "hodl"; nearest is "hold"`},
		{"/train/schedule/factor", "0", "must be more than 0, is 0"},
		{"/train/schedule/factor", "1.1", "must be at most 1, is 1.1"},
		{"/train/schedule/every", "0", "must be at least 1, is 0"},
		{"/iss/tau", "-1e-4", "must be at least 0, is -0.0001"},
		{"/iss/tau", "0", ""},
		{"/iss/tau_on", `"prepro,main"`, ""},
		{"/iss/tau_on", `["main"]`, "must be a string, is an array"},
		{"/iss/tau_on", `""`, "must have"},
		{"/iss/tau_on", `"groups"`, ""},
		{"/iss/count", `"multi"`, `must be "multiset" or "distinct", is "multi"`},
		{"/iss/biases", `"drop"`, `must be "follow", "penalise" or "zero-with-group", is "drop"`},
		{"/iss/biases", `"zero-with-group"`, ""},
		{"/train/only", `["*softmax*"]`, ""},
		{"/train/only", `[]`, "must have 1 items or more, has 0"},
		{"/train/freeze", `"elements"`, ""},
		{"/train/freeze", `"element"`, `must be "elements", "groups" or "none", is "element"; nearest is "elements"`},
		{"/iss/classes", `["a", "a"]`, "items 0 and 1 are equal"},
		{"/iss/classes", `[]`, "must have 1 items or more, has 0"},
		{"/iss/regularizers", `[]`, ""},
		{"/iss/regularizers/0/lambda", "-1", "must be at least 0, is -1"},
		{"/iss/regularizers/0/lambda", "-", `the field "lambda" is missing`},
		{"/iss/regularizers/0/on", `"embedding"`, `must be "columns", "iss" or "rows", is "embedding"`},
		{"/iss/regularizers/0/on", `"rows"`, ""},
		{"/iss/regularizers/0/kind", `"l3"`, `must be "group_lasso", "l1" or "l2", is "l3"`},
		{"/iss/regularizers/0/kind", `"l1"`, `must be "all", is "iss"`},
		{"/iss/regularizers/0/method", `"proximal"`, ""},
		{"/iss/regularizers/0/method", `"prox"`, `must be "gradient" or "proximal", is "prox"`},
		{"/iss/regularizers/0/coef_scaling", "true", ""},
		{"/iss/regularizers/0/classes", `["embedding"]`, ""},
		{"/iss/regularizers", `[{"kind": "l2", "on": "all", "lambda": 1, "method": "proximal"}]`, "/iss/regularizers/0/method: no such field"},
		{"/twin", "true", "must be a string, is true"},
		{"/complete", "1", "must be true or false, is 1"},
		{"/preset", "-", ""},
		{"/iss", "-", ""},
	}
	for _, tt := range tests {
		t.Run(tt.pointer+" "+tt.value, func(t *testing.T) {
			checkChanged(t, schema, fullConfig, tt.pointer, tt.value, tt.want)
		})
	}
	require.NoError(t, schema.Validate("f", []byte(`{"preset": "demo"}`)))
	require.NoError(t, schema.Validate("f", []byte(`{"preset": "demo", "complete": false, "model": {}}`)))
	require.EqualError(t, schema.Validate("f", []byte(`{"preset": "demo", "complete": true, "task": "ptb", "model": {"cell": "rnn", "hidden": [4]}, "train": {}}`)),
		"f:1:103 /train: the field \"batch\" is missing\nf:1:103 /train: the field \"epochs\" is missing")
	require.EqualError(t, schema.Validate("f", []byte(`{"seed": 1}`)),
		"f:1:1: the field \"model\" is missing\nf:1:1: the field \"task\" is missing\nf:1:1: the field \"train\" is missing")
}

// checkChanged validates a document after one change to it.
func checkChanged(t *testing.T, schema *schemas.Schema, doc, pointer, value, want string) {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(doc), &v))
	segments := schemas.Split(pointer)
	last := len(segments) - 1
	at := v
	for _, s := range segments[:last] {
		if list, ok := at.([]any); ok {
			at = list[s[0]-'0']
			continue
		}
		at = at.(map[string]any)[s]
	}
	m := at.(map[string]any)
	if value == "-" {
		require.Contains(t, m, segments[last])
		delete(m, segments[last])
	} else {
		var changed any
		require.NoError(t, json.Unmarshal([]byte(value), &changed))
		m[segments[last]] = changed
	}
	text, err := json.Marshal(v)
	require.NoError(t, err)
	err = schema.Validate("f", text)
	if want == "" {
		require.NoError(t, err)
		return
	}
	require.ErrorContains(t, err, want)
	assert.ErrorContains(t, err, strings.TrimSuffix(pointer, "/"+segments[last]), "the pointer")
}

func TestGroups(t *testing.T) {
	schema := compiled(t, "groups")
	tests := []struct{ name, doc, want string }{
		{"published form", `{"comments": ["multi: local multiplier"], "groups": [
			[{"var_name": "a", "multi": 1.0, "axis": 1, "start": 0, "end": 100}, {"var_name": "b", "axis": 0, "start": 100, "end": 200}]]}`, ""},
		{"comment as one text", `{"comments": "by hand", "groups": [[{"var_name": "a", "axis": 1, "start": 0, "end": 1}]]}`, ""},
		{"named", `{"version": 1, "groups": [{"name": "LSTM 1", "class": "cell_0", "multi": 2, "entries": [{"var_name": "a", "along": 3, "start": 0, "end": 100, "step": 2}]}]}`, ""},
		{"indices", `{"groups": [[{"var_name": "a", "axis": 1, "indices": [0, 5, 3]}]]}`, ""},
		{"classes", `{"version": 2, "groups": [{"class": "cell_0", "lambda_multi": 2}, {"class": "cell_1"}]}`, ""},
		{"no groups", `{}`, `f:1:1: the field "groups" is missing`},
		{"empty", `{"groups": []}`, "f:1:12 /groups: must have 1 items or more, has 0"},
		{"empty group", `{"groups": [[]]}`, "f:1:13 /groups/0: must have 1 items or more, has 0"},
		{"version", `{"version": 3, "groups": [[{"var_name": "a", "axis": 1, "start": 0, "end": 1}]]}`, "f:1:13 /version: must be 1 or 2, is 3"},
		{"entries in version 2", `{"version": 2, "groups": [[{"var_name": "a"}]]}`, "f:1:27 /groups/0: must be an object, is an array"},
		{"class in version 1", `{"groups": [{"class": "cell_0", "lambda_multi": 2}]}`,
			"f:1:13 /groups/0: the field \"entries\" is missing\nf:1:33 /groups/0/lambda_multi: no such field; known: class, entries, multi, name"},
		{"no axis", `{"groups": [[{"var_name": "a", "start": 0, "end": 1}]]}`, `f:1:14 /groups/0/0: the field "axis" is missing`},
		{"no variable", `{"groups": [[{"axis": 0, "start": 0, "end": 1}]]}`, `f:1:14 /groups/0/0: the field "var_name" is missing`},
		{"axis and along", `{"groups": [[{"var_name": "a", "axis": 0, "along": 1, "start": 0, "end": 1}]]}`,
			"f:1:40 /groups/0/0/axis: may not stand here beside the other fields"},
		{"indices and step", `{"groups": [[{"var_name": "a", "axis": 0, "indices": [1], "step": 2}]]}`,
			"f:1:67 /groups/0/0/step: may not stand here beside the other fields"},
		{"indices twice", `{"groups": [[{"var_name": "a", "axis": 0, "indices": [1, 1]}]]}`, "f:1:54 /groups/0/0/indices: items 0 and 1 are equal"},
		{"third axis", `{"groups": [[{"var_name": "a", "axis": 2, "start": 0, "end": 1}]]}`, "f:1:40 /groups/0/0/axis: must be 0 or 1, is 2"},
		{"misspelt", `{"groups": [[{"var_nam": "a", "var_name": "a", "axis": 0, "start": 0, "end": 1}]]}`,
			`f:1:15 /groups/0/0/var_nam: no such field; nearest is "var_name"`},
		{"negative", `{"groups": [[{"var_name": "a", "axis": 0, "start": -1, "end": 0}]]}`,
			"f:1:52 /groups/0/0/start: must be at least 0, is -1\nf:1:63 /groups/0/0/end: must be at least 1, is 0"},
		{"neither list nor object", `{"groups": ["cell_0"]}`, `f:1:13 /groups/0: must be an array or an object, is the string "cell_0"`},
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

// The group files published with the paper are valid, where they are at hand.
func TestPublishedGroupFiles(t *testing.T) {
	files, err := filepath.Glob("../../shared/reference/groups_*.json")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("the published group files are not at hand (../shared/reference beside the module)")
	}
	schema := compiled(t, "groups")
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.NoError(t, schema.Validate(file, text))
	}
}
