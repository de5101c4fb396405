package cells_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
)

// Names, shapes and initial values are those of TensorFlow 1.x and of Wen et
// al.'s public code, on which group files and weights hang. Input 3, hidden 4.
func TestPublishedParameters(t *testing.T) {
	type param struct {
		name  string
		shape []int
		init  string
	}
	const uniform, zero, one = "uniform(±0.1)", "constant 0", "constant 1"
	for _, c := range []struct {
		name, options string
		plugin        core.CellPlugin
		want          []param
	}{
		{"lstm", `{}`, cells.LSTM, []param{
			{"basic_lstm_cell/weights", []int{7, 16}, uniform}, {"basic_lstm_cell/biases", []int{16}, zero},
		}},
		{"lstm peepholes", `{"peepholes": true}`, cells.LSTM, []param{
			{"lstm_cell/weights", []int{7, 16}, uniform}, {"lstm_cell/biases", []int{16}, zero},
			{"lstm_cell/w_i_diag", []int{4}, uniform}, {"lstm_cell/w_f_diag", []int{4}, uniform}, {"lstm_cell/w_o_diag", []int{4}, uniform},
		}},
		{"lstm projection", `{"projection": 2}`, cells.LSTM, []param{
			{"lstm_cell/weights", []int{5, 16}, uniform}, {"lstm_cell/biases", []int{16}, zero},
			{"lstm_cell/projection/weights", []int{4, 2}, uniform},
		}},
		{"rnn", `{}`, cells.RNN, []param{
			{"basic_rnn_cell/weights", []int{7, 4}, uniform}, {"basic_rnn_cell/biases", []int{4}, zero},
		}},
		{"gru", `{}`, cells.GRU, []param{
			{"gru_cell/gates/weights", []int{7, 8}, uniform}, {"gru_cell/gates/biases", []int{8}, one},
			{"gru_cell/candidate/weights", []int{7, 4}, uniform}, {"gru_cell/candidate/biases", []int{4}, zero},
		}},
		{"gru reset after", `{"reset": "after"}`, cells.GRU, []param{
			{"gru_cell/gates/weights", []int{7, 8}, uniform}, {"gru_cell/gates/biases", []int{8}, one},
			{"gru_cell/candidate/input_projection/weights", []int{3, 4}, uniform}, {"gru_cell/candidate/input_projection/biases", []int{4}, zero},
			{"gru_cell/candidate/hidden_projection/weights", []int{4, 4}, uniform}, {"gru_cell/candidate/hidden_projection/biases", []int{4}, zero},
		}},
		{"rhn", `{"depth": 2}`, cells.RHN, []param{
			{"h_0/Linear/Matrix", []int{7, 4}, uniform}, {"h_0/Linear/Bias", []int{4}, uniform},
			{"t_0/Linear/Matrix", []int{7, 4}, uniform}, {"t_0/Linear/Bias", []int{4}, "constant -2"},
			{"h_1/Linear/Matrix", []int{4, 4}, uniform}, {"h_1/Linear/Bias", []int{4}, uniform},
			{"t_1/Linear/Matrix", []int{4, 4}, uniform}, {"t_1/Linear/Bias", []int{4}, "constant -2"},
		}},
	} {
		g, _ := layer(t, c.plugin, 3, 4, c.options)
		var got []param
		for _, p := range g.Params {
			got = append(got, param{p.Name, p.Shape, p.Init.String()})
		}
		assert.Equal(t, c.want, got, c.name)
	}
	g, _ := layer(t, cells.RHN, 3, 4, `{}`)
	require.Len(t, g.Params, 40, "ten depths, two gates, two tensors each")
}
