package groups_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/groups"
)

// The published configuration of the language model makes the groups that are
// derived, λ and all. Source: structure_grouplasso.json of Wen et al.'s code.
func TestPublishedConfiguration(t *testing.T) {
	g := stacked(t, 10000, 1500, 1500, 1500)
	d := derive(t, g)
	s := reference(t, "structure_grouplasso.json")
	bound, err := s.Bind(g)
	require.NoError(t, err)
	want := d.Groups(first(t, d))
	require.Len(t, bound, len(want))
	for i := range want {
		assert.Equal(t, want[i].Class, bound[i].Class)
		assert.Equal(t, want[i].Multi, bound[i].Multi)
		assert.ElementsMatch(t, want[i].Entries, bound[i].Entries)
		assert.ElementsMatch(t, want[i].Followers, bound[i].Followers)
	}
	var notes []string
	for _, f := range s.Lint(d, first(t, d)) {
		assert.Equal(t, groups.Remark, f.Severity)
		assert.Equal(t, groups.Ignored, f.Kind)
		notes = append(notes, f.Fault.Pointer)
	}
	assert.Equal(t, []string{"/save_path", "/grouplasso/global_decay"}, notes, "nothing but settings of the training")
	_, err = s.WriteTo(new(bytes.Buffer))
	assert.ErrorContains(t, err, "names layers, whose groups follow from a model")
}

// Rows and columns as groups of their own, by the published configuration.
// Source: row_col_grouplasso.json of Wen et al.'s code: rows and columns of two
// LSTMs, rows of the softmax, whose columns have a multiplier of 0.
func TestPublishedRowsAndColumns(t *testing.T) {
	g := stacked(t, 10000, 1500, 1500, 1500)
	s := reference(t, "row_col_grouplasso.json")
	bound, err := s.Bind(g)
	require.NoError(t, err)
	var got []string
	for _, b := range bound {
		require.Len(t, b.Entries, 1)
		assert.Equal(t, g.Param(b.Entries[0].Var).Shape[b.Entries[0].Axis], b.Units)
		got = append(got, b.Name)
	}
	assert.Equal(t, []string{"rows of " + cell0 + "weights", "columns of " + cell0 + "weights", "rows of " + cell1 + "weights", "columns of " + cell1 + "weights", "rows of Model/softmax_w"}, got)
	d := derive(t, g)
	for _, f := range s.Lint(d, first(t, d)) {
		assert.Equal(t, groups.Remark, f.Severity, f)
		assert.Contains(t, []groups.Kind{groups.Ignored, groups.Lines}, f.Kind, f)
	}
}

// Published files without groups are recognised.
func TestPublishedWithoutGroups(t *testing.T) {
	for file, want := range map[string]string{
		"l1.json":             "l1.json:4:19 /weight_decay: a training configuration of the published code without groups, with an l1 decay of 0.0001: a regulariser of single weights",
		"from_scratch.json":   "from_scratch.json:2:15 /save_path: a training configuration of the published code without groups; what it sets belongs into a configuration (iss schema config)",
		"finetuned_vars.json": "finetuned_vars.json:2:16 /var_names: a list of variables to fine-tune, not of groups",
	} {
		t.Run(file, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("..", "..", "shared", "reference", file))
			if err != nil {
				t.Skip("the published files are not part of the module")
			}
			_, err = groups.ParseSpec(file, text)
			assert.ErrorContains(t, err, want)
			assert.ErrorContains(t, err, `--groups takes a file with "groups" or "grouplasso"`)
		})
	}
}

// Couplings by hand: the receiver's rows are the first of equal parts.
func TestCouplings(t *testing.T) {
	g := stacked(t, 20, 6, 4, 4, 6)
	bind := func(text string) ([]groups.Group, error) {
		s, err := groups.ParseSpec("c.json", []byte(text))
		require.NoError(t, err)
		return s.Bind(g)
	}
	bound, err := bind(`{"grouplasso": {"` + cell0 + `weights": {"structure_decay_multi": 2, "coupled_layer": "` + cell1 + `weights"}}}`)
	require.NoError(t, err)
	require.Len(t, bound, 1)
	assert.Equal(t, "cell_0", bound[0].Class)
	assert.Equal(t, 2.0, bound[0].Multi, "a factor on λ")
	assert.ElementsMatch(t, class(t, derive(t, g), "cell_0").Entries, bound[0].Entries, "the input is wider than the layer, so the own rows are the last ones and not the second half")

	for _, c := range []struct{ name, text, err string }{
		{"another width", `"` + cell1 + `weights": {"structure_decay_multi": 1, "coupled_layer": "Model/RNN/multi_rnn_cell/cell_2/basic_lstm_cell/weights"}`,
			"c.json:1:76 /grouplasso/Model~1RNN~1multi_rnn_cell~1cell_1~1basic_lstm_cell~1weights: the 10 rows of Model/RNN/multi_rnn_cell/cell_2/basic_lstm_cell/weights do not make 2 parts of one row for each of the 4 units of " + cell1 + "weights"},
		{"wrong number of parts", `"Model/RNN/multi_rnn_cell/cell_2/basic_lstm_cell/weights": {"structure_decay_multi": 1, "coupled_layer": "Model/softmax_w", "couple_split_num": 3}`,
			"couple_split_num: the 6 rows of Model/softmax_w do not make 3 parts of one row for each of the 6 units of Model/RNN/multi_rnn_cell/cell_2/basic_lstm_cell/weights; couple_split_num 1 would fit"},
		{"unknown layer", `"Model/softmax_v": {"row_decay_multi": 1}`, `/grouplasso/Model~1softmax_v: no variable "Model/softmax_v"; nearest is "Model/softmax_w"`},
		{"unknown reader", `"` + cell0 + `weights": {"structure_decay_multi": 1, "coupled_layer": "Model/softmax"}`, `/coupled_layer: no variable "Model/softmax"; nearest is "Model/softmax_w"`},
		{"bias", `"Model/softmax_b": {"row_decay_multi": 1}`, "Model/softmax_b has shape [20]; only a matrix has rows and columns"},
		{"no LSTM", `"Model/embedding": {"structure_decay_multi": 1, "coupled_layer": "Model/softmax_w"}`, "Model/embedding has shape [20 6]; an LSTM has four columns for each unit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := bind(`{"grouplasso": {` + c.text + `}}`)
			assert.ErrorContains(t, err, c.err)
		})
	}
	_, err = groups.ParseSpec("c.json", []byte(`{"grouplasso": {"a": {"structure_decay_multi": 1, "couple_split": 2}, "b": {"block_decay_multi": 1}}}`))
	assert.ErrorContains(t, err, `/grouplasso/a: the field "coupled_layer" is missing`)
	assert.ErrorContains(t, err, `/grouplasso/a/couple_split: no such field; nearest is "couple_split_num"`)
	assert.ErrorContains(t, err, `/grouplasso/b/block_decay_multi: no such field`)
}

// Two configurations are equal when their layers are, not when they have none
// of the other form.
func TestEqualConfigurations(t *testing.T) {
	parse := func(text string) *groups.Spec {
		s, err := groups.ParseSpec("c.json", []byte(text))
		require.NoError(t, err)
		return s
	}
	a := parse(`{"grouplasso": {"a": {"structure_decay_multi": 1, "coupled_layer": "b"}, "b": {"row_decay_multi": 1}}}`)
	assert.True(t, groups.EqualSpecs(a, parse(`{"grouplasso": {"b": {"row_decay_multi": 1.0}, "global_decay": 2, "a": {"coupled_layer": "b", "couple_split_num": 2, "structure_decay_multi": 1}}}`)))
	assert.False(t, groups.EqualSpecs(a, parse(`{"grouplasso": {"a": {"structure_decay_multi": 1, "coupled_layer": "b", "couple_split_num": 1}, "b": {"row_decay_multi": 1}}}`)))
	assert.False(t, groups.EqualSpecs(a, parse(`{"grouplasso": {"b": {"row_decay_multi": 1}}}`)))
}
