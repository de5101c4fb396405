package equation_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells/equation"
	"github.com/seed391906a2/iss/core"
)

// cellOf is a document of one state h, a matrix W and these equations.
func cellOf(equations ...string) string {
	lines, err := json.Marshal(equations)
	if err != nil {
		panic(err) // texts
	}
	return `{"name": "c", "parameters": [{"name": "W", "shape": ["in + hidden", "hidden"]}], "states": [{"name": "h"}], "equations": ` + string(lines) + `}`
}

// parameters is a document of one state h, one parameter and these equations.
func parameters(parameter string, equations ...string) string {
	return strings.Replace(cellOf(equations...), `{"name": "W", "shape": ["in + hidden", "hidden"]}`, parameter, 1)
}

// What is wrong is told with its place in the document, the column of the
// equation and what was probably meant; whatever comes, it ends.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       string
	}{
		{"a circle without a state", cellOf("a = tanh(b)", "b = σ(a)", "h' = tanh([x, h]*W) + a", "out = h'"), `c.json:1:137 /equations/1: column 7: a circle: a needs b needs a; what comes from the step before is a state`},
		{"a name that needs itself", cellOf("a = a + 1", "h' = tanh([x, h]*W) + a", "out = h'"), `c.json:1:123 /equations/0: column 5: a circle: a needs a; what comes from the step before is a state`},
		{"shapes of a sum", cellOf("h' = tanh([x, h]*W)", "out = h' + [x, h]"), `c.json:1:145 /equations/1: column 10: the operands of + have shapes batch×5040 and batch×7560, which do not fit`},
		{"shape of a product", cellOf("h' = tanh(x*W) + h", "out = h'"), `c.json:1:123 /equations/0: column 12: the left side has 2520 units, the matrix 7560 rows: batch×2520 and 7560×5040`},
		{"shape of a next state", cellOf("h' = [x, tanh([x, h]*W)]", "out = h'"), `c.json:1:123 /equations/0: column 1: h' has shape batch×7560, and the state before it batch×5040`},
		{"unknown function", cellOf("h' = tahn([x, h]*W)", "out = h'"), `c.json:1:123 /equations/0: column 6: there is no function "tahn"; nearest is "tanh"`},
		{"unknown name", cellOf("gate = σ([x, h]*W)", "h' = gat∘h", "out = h'"), `c.json:1:144 /equations/1: column 6: there is no "gat"; nearest is "gate"`},
		{"two definitions", cellOf("a = σ([x, h]*W)", "a = tanh(x)", "h' = a", "out = h'"), `c.json:1:141 /equations/1: column 1: a second definition of "a"; the first is /equations/0`},
		{"shadows an input", cellOf("x = σ([x, h]*W)", "h' = x", "out = h'"), `c.json:1:123 /equations/0: column 1: "x" is the input of every cell, which this definition would shadow; take another name`},
		{"shadows a size", cellOf("in = σ([x, h]*W)", "h' = in", "out = h'"), `c.json:1:123 /equations/0: column 1: "in" is the size of every cell, which this definition would shadow; take another name`},
		{"shadows a parameter", cellOf("W = σ([x, h]*W)", "h' = W", "out = h'"), `c.json:1:123 /equations/0: column 1: "W" shadows the parameter of that name (/parameters/0/name); take another name`},
		{"shadows a function", cellOf("tanh = σ([x, h]*W)", "h' = tanh", "out = h'"), `c.json:1:123 /equations/0: column 1: "tanh" is a function, which this definition would shadow; take another name`},
		{"unused", cellOf("a = σ([x, h]*W)", "b = a∘a", "h' = a", "out = h'"), `c.json:1:141 /equations/1: equation "b" is never used: nothing that reaches out or a next state reads it`},
		{"number of arguments", cellOf("h' = tanh([x, h]*W, h)", "out = h'"), `c.json:1:123 /equations/0: column 6: tanh has 2 arguments; it is tanh(x)`},
		{"no next state", cellOf("out = σ([x, h]*W)"), `c.json:1:102 /states/0/name: no equation defines h', the next state`},
		{"no out", cellOf("h' = σ([x, h]*W)"), `c.json:1:122 /equations: no equation defines out, what the cell puts out`},
		{"a slice beyond the end", cellOf("h' = ([x, h]*W)[0:hidden + 1]", "out = h'"), `c.json:1:123 /equations/0: column 16: [0:5041] of 5040 units; the first is 0, and the end is not in it`},
		{"an open bracket", cellOf("h' = tanh(([x, h]*W", "out = h'"), `c.json:1:123 /equations/0: column 20: the end where ")" should be; it closes what was opened before`},
		{"an odd character", cellOf("h' = tanh([x, h]*W) ? 1", "out = h'"), `c.json:1:123 /equations/0: column 21: '?' means nothing in an equation`},
		{"division by zero", cellOf("h' = tanh([x, h]*W)/(in - in)", "out = h'"), `c.json:1:123 /equations/0: column 20: a division by zero`},
		{"deep parentheses", cellOf("h' = "+strings.Repeat("(", 400)+"h"+strings.Repeat(")", 400), "out = h'"), `c.json:1:123 /equations/0: column 39: nested more than 100 deep; give a part a name of its own`},
		{"deep signs", cellOf("h' = "+strings.Repeat("-", 900)+"h", "out = h'"), `c.json:1:123 /equations/0: column 104: nested more than 100 deep; give a part a name of its own`},
		{"a huge number", cellOf("h' = 1e999*tanh([x, h]*W)", "out = h'"), `c.json:1:123 /equations/0: column 6: the number is too large`},
		{"too long", cellOf("h' = "+strings.Repeat("h+", 100_000)+"h", "out = h'"), `/equations/0: must have 4000 characters or fewer`},
		{"columns that overlap", parameters(`{"stored": "W", "columns": [{"name": "a", "from": 0, "to": "hidden"}, {"name": "b", "from": "hidden - 1", "to": "2*hidden"}], "shape": ["in", "2*hidden"]}`, "h' = tanh(x*a) + x*b + h", "out = h'"), `c.json:1:100 /parameters/0/columns/1: columns 5039 to 10080 overlap with those before, which end at 5040`},
		{"columns beyond the end", parameters(`{"stored": "W", "columns": [{"name": "a", "from": 0, "to": "3*hidden"}], "shape": ["in", "2*hidden"]}`, "h' = tanh(x*a) + h", "out = h'"), `c.json:1:58 /parameters/0/columns/0: columns 0 to 15120 of a parameter that has 10080; from is the first, to the one behind the last`},
		{"columns that do not divide", parameters(`{"stored": "W", "columns": ["a", "b"], "shape": ["in", "2*hidden + 1"]}`, "h' = tanh(x*a + x*b + h)", "out = h'"), `c.json:1:57 /parameters/0/columns: 10081 columns are not divisible into 2 equal parts`},
		{"columns backwards", parameters(`{"stored": "W", "columns": [{"name": "a", "from": "hidden", "to": 0}], "shape": ["in", "2*hidden"]}`, "h' = tanh(x*a) + h", "out = h'"), `c.json:1:58 /parameters/0/columns/0: columns 5040 to 0 of a parameter that has 10080; from is the first, to the one behind the last`},
		{"a negative size", parameters(`{"name": "W", "shape": ["in", "-hidden"]}`, "h' = tanh(x*W) + h", "out = h'"), `c.json:1:60 /parameters/0/shape/1: column 1: must be at least 1, is -5040`},
		{"a huge size", parameters(`{"name": "W", "shape": ["in", "1e300"]}`, "h' = tanh(x*W) + h", "out = h'"), `c.json:1:60 /parameters/0/shape/1: column 1: must be at most 16777216, is 1e+300`},
		{"huge depth", parameters(`{"name": "W[d]", "for": "d in 1..1e15", "stored": "W_{d}", "shape": ["in", "hidden"]}`, "h' = tanh(h + x*W[1])", "out = h'"), `c.json:1:54 /parameters/0/for: column 9: must be at most 16777216, is 1e+15`},
		{"one name for all of a family", parameters(`{"name": "W[d]", "for": "d in 1..3", "stored": "W", "shape": ["in", "hidden"]}`, "h' = tanh(h + x*W[1] + x*W[2] + x*W[3])", "out = h'"), `c.json:1:77 /parameters/0/stored: two repetitions are stored as "W"; write what they count in { }, such as W_{d}`},
		{"deep JSON", strings.Repeat(`{"a":`, 100_000), `nested`},
		{"deep lists", `{"name": "c", "states": ` + strings.Repeat("[", 100_000), `nested`},
		{"duplicate key", `{"name": "c", "name": "d", "states": [{"name": "h"}], "equations": ["h' = h", "out = h'"]}`, `c.json:1:15 /name: the field is there twice; the first is in line 1`},
		{"huge JSON number", `{"name": "c", "states": [{"name": "h", "initial": 1e999}], "equations": ["h' = h", "out = h'"]}`, `c.json:1:51 /states/0/initial: 1e999 is larger than a 64-bit float can be (about 1.8e308)`},
		{"unknown field", `{"name": "c", "states": [{"name": "h"}], "equatoins": [], "equations": ["h' = h", "out = h'"]}`, `c.json:1:42 /equatoins: no such field; nearest is "equations"`},
		{"no list", `[]`, `c.json:1:1: must be an object, is an array`},
		{"empty", ``, `c.json:1:1: not JSON: there is no JSON in it`},
	} {
		_, err := equation.Parse("c.json", []byte(c.text))
		assert.ErrorContains(t, err, c.want, c.name)
	}
}

// Options that a configuration gives are held against the document's.
func TestOptionFaults(t *testing.T) {
	for _, p := range equation.Shipped() {
		_, err := p.New(core.CellConfig{Input: 3, Hidden: 4, Options: []byte(`{"nonesuch": 1}`)})
		assert.ErrorContains(t, err, "nonesuch", p.Name)
		_, err = p.New(core.CellConfig{Input: 3, Hidden: 4, Keep: map[string]float64{"nonesuch": 0.5}})
		assert.ErrorContains(t, err, "nonesuch", p.Name)
		_, err = p.New(core.CellConfig{Hidden: 4})
		assert.ErrorContains(t, err, "input size 0", p.Name)
	}
}

// Shipped documents have no faults, and say where they are from.
func TestShipped(t *testing.T) {
	require.Len(t, equation.Shipped(), 8)
	for _, p := range equation.Shipped() {
		_, err := equation.Parse(p.Name, p.Document)
		assert.NoError(t, err)
		assert.NotEmpty(t, p.Doc, p.Name)
		assert.Contains(t, p.Source, "arXiv", p.Name)
	}
}

// Any text is a cell that can be made or a fault; nothing panics.
func FuzzParse(f *testing.F) {
	for _, p := range equation.Shipped() {
		f.Add(string(p.Document))
	}
	f.Add(cellOf("h' = "+strings.Repeat("(", 400)+"h"+strings.Repeat(")", 400), "out = h'"))
	f.Add(cellOf("a = b", "b = a", "h' = [x, h]*W + a[0:1:2]", "out = h'"))
	f.Add(parameters(`{"name": "W[d]", "for": "d in 1..1e15", "stored": "W_{d}", "shape": ["in", "hidden"]}`, "h' = x*W[1] + h", "out = h'"))
	f.Fuzz(func(t *testing.T, text string) {
		p, err := equation.Parse("f", []byte(text))
		if err != nil {
			return
		}
		_, _ = p.New(core.CellConfig{Input: 2, Hidden: 3}) // it may not fit
	})
}
