package cells_test

import (
	"testing"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/cells/celltest"
)

func TestExamLSTM(t *testing.T) {
	celltest.Run(t, cells.LSTM, celltest.Options(
		`{"forget_bias": 0}`,
		`{"projection": 3}`,
		`{"peepholes": true, "projection": 3}`,
	))
}

func TestExamRNN(t *testing.T) { celltest.Run(t, cells.RNN) }

func TestExamGRU(t *testing.T) { celltest.Run(t, cells.GRU) }

func TestExamRHN(t *testing.T) {
	celltest.Run(t, cells.RHN, celltest.Options(`{"depth": 1}`, `{"depth": 3, "t_bias": -1}`))
}
