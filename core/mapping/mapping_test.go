package mapping_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/mapping"
	"github.com/seed391906a2/iss/core/tensor"
)

// Every mapping that comes with iss is without faults and called like its file.
func TestShipped(t *testing.T) {
	require.Equal(t, []string{"pytorch-gru", "pytorch-lstm", "pytorch-rnn", "tensorflow-char-rnn", "tensorflow-ptb"}, mapping.Names())
	for _, name := range mapping.Names() {
		m, err := mapping.Named(name)
		require.NoError(t, err)
		assert.Equal(t, name, m.Name)
		assert.NotEmpty(t, m.Doc)
		assert.NotEmpty(t, m.Source)
	}
	_, err := mapping.Named("pytorch-lstn")
	assert.ErrorContains(t, err, "nearest is pytorch-lstm")
}

// Faults are told all at once, with their places.
func TestFaults(t *testing.T) {
	rule := func(r string) string { return "{\"name\": \"m\", \"rules\": [\n" + r + "\n]}" }
	tests := []struct{ name, text, want string }{
		{"field", rule(`{"to": "a", "form": [{"tensor": "b"}]}`),
			"m.json:2:1 /rules/0: the field \"from\" is missing\nm.json:2:13 /rules/0/form: no such field; nearest is \"from\""},
		{"gate that a tensor lacks", rule(`{"to": "a", "gates": "ijfo", "from": [{"tensor": "b", "gates": "ifgo"}]}`),
			`m.json:2:64 /rules/0/from/0/gates: has no gate "j", which the result is made of (ijfo)`},
		{"gate twice", rule(`{"to": "a", "gates": "iifo", "from": [{"tensor": "b", "gates": "ifo"}]}`),
			`m.json:2:22 /rules/0/gates: gate "i" stands twice in "iifo"`},
		{"order unsaid", rule(`{"to": "a", "gates": "ijfo", "from": [{"tensor": "b"}]}`),
			`m.json:2:39 /rules/0/from/0: the result has gates ijfo; say in which order this tensor has them: "gates"`},
		{"order of the result unsaid", rule(`{"to": "a", "from": [{"tensor": "b", "gates": "ijfo"}]}`),
			`m.json:2:47 /rules/0/from/0/gates: the rule does not say in which order its result has them; add "gates" beside "to"`},
		{"unbound", rule(`{"to": "a_{layer}", "from": [{"tensor": "b_{layr}"}]}`),
			`m.json:2:41 /rules/0/from/0/tensor: registry: no variable "{layr}"; known: {layer}; nearest is {layer}`},
		{"brace", rule(`{"to": "a_{layer", "from": [{"tensor": "b"}]}`),
			`m.json:2:8 /rules/0/to: a brace of "a_{layer" has no fellow`},
		{"twice", rule(`{"to": "a", "from": [{"tensor": "b"}]},` + "\n" + `{"to": "a", "from": [{"tensor": "c"}]}`),
			`m.json:3:8 /rules/1/to: rule 0 makes "a" already`},
		{"without", rule(`{"to": "a", "gates": "if", "without": {"g": "forget_bias"}, "from": [{"tensor": "b", "gates": "if"}]}`),
			`m.json:2:45 /rules/0/without/g: registry: no gate "g"; known: i, f; nearest is f`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := mapping.Parse("m.json", []byte(tt.text))
			assert.EqualError(t, err, tt.want)
		})
	}
}

// params are those of a model with one layer.
func params() []*graph.Param {
	return []*graph.Param{{Name: "m/emb", Shape: []int{3, 2}}, {Name: "m/cell_0/w", Shape: []int{4, 8}}, {Name: "m/cell_0/b", Shape: []int{8}}}
}

const small = `{"name": "small", "rules": [
  {"to": "m/emb", "from": [{"tensor": "encoder"}]},
  {"to": "m/cell_{layer}/w", "gates": "ijfo", "from": [{"tensor": "ih_{layer}", "transpose": true, "gates": "ifjo"}, {"tensor": ["hh_{layer}", "hh{layer}"], "transpose": true, "gates": "ifjo"}]},
  {"to": "m/cell_{layer}/b", "gates": "ijfo", "join": "sum", "without": {"f": "forget_bias"}, "from": [{"tensor": "b_{layer}", "gates": "ifjo"}, {"tensor": "c_{layer}", "gates": "ifjo"}]}],
  "ignore": ["step", "*/Adam*"], "copies": {"decoder": "encoder"}}`

func ramp(start float32, shape ...int) tensor.Dense[float32] {
	t := tensor.New[float32](shape...)
	for i := range t.Data {
		t.Data[i] = start + float32(i)
	}
	return t
}

func source() file {
	return file{
		"encoder": ramp(0, 3, 2), "ih_0": ramp(100, 8, 2), "hh0": ramp(200, 8, 2), "b_0": ramp(10, 8), "c_0": ramp(20, 8),
		"step": ramp(0), "w/Adam_1": ramp(0, 2), "decoder": ramp(0, 3, 2),
	}
}

// Gates move, matrices turn, biases add up, and what the cell adds comes off.
func TestApply(t *testing.T) {
	m, err := mapping.Parse("m.json", []byte(small))
	require.NoError(t, err)
	got, err := m.Apply(params(), source(), map[string]float64{"forget_bias": 1})
	require.NoError(t, err)
	assert.Equal(t, ramp(0, 3, 2), got["m/emb"])
	assert.Equal(t, []int{4, 8}, got["m/cell_0/w"].Shape)
	// Row r of x and column k of ih_0 is 100 + 2·k + r; blocks of two, i f j o → i j f o.
	assert.Equal(t, []float32{100, 102, 108, 110, 104, 106, 112, 114}, got["m/cell_0/w"].Row(0))
	assert.Equal(t, []float32{201, 203, 209, 211, 205, 207, 213, 215}, got["m/cell_0/w"].Row(3))
	assert.Equal(t, []float32{30, 32, 38, 40, 34 - 1, 36 - 1, 42, 44}, got["m/cell_0/b"].Data)
}

// All that does not fit is told at once.
func TestMisfits(t *testing.T) {
	tests := []struct {
		name   string
		change func(f file)
		want   []string
	}{
		{"missing", func(f file) { f["ih_O"] = f["ih_0"]; delete(f, "ih_0") }, []string{
			"missing: the file has no ih_0, of which the model's m/cell_0/w [4 8] is made; nearest is ih_O",
			"left over: no rule uses ih_O [8 2]; nearest missing one is ih_0"}},
		{"alternatives", func(f file) { delete(f, "hh0") }, []string{
			"missing: the file has no hh_0 or hh0, of which the model's m/cell_0/w [4 8] is made; nearest is ih_0"}},
		{"left over", func(f file) { f["extra"] = ramp(0, 5) }, []string{"left over: no rule uses extra [5]"}},
		{"a copy that is none", func(f file) { f["decoder"].Data[0]++ }, []string{"left over: no rule uses decoder [3 2]"}},
		{"shape", func(f file) { f["encoder"] = ramp(0, 3, 4); f["decoder"] = f["encoder"] }, []string{
			"misshapen: encoder [3 4]: that makes [3 4], and the model's m/emb is [3 2]"}},
		{"rows", func(f file) { f["hh0"] = ramp(0, 8, 3) }, []string{
			"misshapen: ih_0 [8 2] and hh0 [8 3]: that makes [5 8], and the model's m/cell_0/w is [4 8]"}},
		{"columns", func(f file) { f["hh0"] = ramp(0, 12, 2) }, []string{
			"misshapen: ih_0 [8 2] and hh0 [12 2], for m/cell_0/w: [2 12] cannot stand below [2 8]"}},
		{"gates", func(f file) { f["b_0"] = ramp(0, 9) }, []string{"misshapen: b_0 [9]: 9 columns are not 4 gates of one size"}},
		{"axes", func(f file) { f["ih_0"] = ramp(0, 16) }, []string{"misshapen: ih_0 [16]: it has 1 axes, and one that is transposed has 2"}},
		{"sum", func(f file) { f["c_0"] = ramp(0, 4) }, []string{"misshapen: b_0 [8] and c_0 [4], for m/cell_0/b: [8] and [4] cannot be added"}},
		{"no number", func(f file) { f["encoder"].Data[3] /= 0 * f["encoder"].Data[3] }, []string{"no number: encoder has +Inf at place 3", "left over: no rule uses decoder [3 2]"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := mapping.Parse("m.json", []byte(small))
			require.NoError(t, err)
			f := source()
			tt.change(f)
			_, err = m.Apply(params(), f, map[string]float64{"forget_bias": 1})
			assert.EqualError(t, err, "mapping: the file does not fit the model:\n  "+strings.Join(tt.want, "\n  "))
		})
	}
	m, err := mapping.Parse("m.json", []byte(small))
	require.NoError(t, err)
	_, err = m.Apply(append(params(), &graph.Param{Name: "m/embb", Shape: []int{2}}), source(), nil)
	assert.ErrorContains(t, err, `the cell has no option "forget_bias" that is a number`)
	assert.ErrorContains(t, err, "missing: no rule of small makes the model's m/embb [2]; nearest is m/emb")
}

// A gate that no rule takes is told of: half a weight would be lost.
func TestGateLeftOver(t *testing.T) {
	m, err := mapping.Parse("m.json", []byte(`{"name": "m", "rules": [{"to": "a", "gates": "ru", "from": [{"tensor": "b", "gates": "ruc"}]}]}`))
	require.NoError(t, err)
	_, err = m.Apply([]*graph.Param{{Name: "a", Shape: []int{4}}}, file{"b": ramp(0, 6)}, nil)
	assert.EqualError(t, err, "mapping: the file does not fit the model:\n  left over: no rule takes the gates c of b")
}

func TestNeeds(t *testing.T) {
	m, err := mapping.Named("pytorch-gru")
	require.NoError(t, err)
	assert.NoError(t, m.Needs.Check("gru", map[string]any{"reset": "after"}))
	assert.EqualError(t, m.Needs.Check("gru", map[string]any{"reset": "before"}),
		"mapping: the model's option reset is before, and the file is of another form; say: --set model.options.reset=after")
	assert.ErrorContains(t, m.Needs.Check("lstm", nil), "the model's cell is lstm, and the mapping is for gru")
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
		return path
	}
	_, err := mapping.Open(write("a.pt", "PK\x03\x04"))
	assert.ErrorContains(t, err, "save its state_dict with safetensors.torch.save_file")
	_, err = mapping.Open(write("a.txt", "x"))
	assert.ErrorContains(t, err, "weights are read from safetensors and .npz")
	_, err = mapping.Open(filepath.Join(dir, "none"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}
