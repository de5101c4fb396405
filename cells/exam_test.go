package cells_test

import (
	"testing"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/cells/celltest"
)

// documents are options that a cell is examined with, beside its defaults and
// the values that its schema lists.
var documents = map[string][]string{
	"lstm":           {`{"forget_bias": 0}`, `{"projection": 3}`, `{"peepholes": true, "projection": 3}`},
	"rhn-equations":  {`{"depth": 1}`, `{"depth": 3, "t_bias": -1}`},
	"lstm-equations": {`{"forget_bias": 0}`},
	"mlstm":          {`{"forget_bias": 0}`},
	"sru":            {`{"highway_bias": -1}`},
	"indrnn":         {`{"activation": "tanh", "recurrent_max": 0.5}`},
	"rhn":            {`{"depth": 1}`, `{"depth": 3, "t_bias": -1}`},
}

// Every cell that comes with iss passes the exam.
func TestExam(t *testing.T) {
	for _, p := range cells.All() {
		t.Run(p.Name, func(t *testing.T) { celltest.Run(t, p, celltest.Options(documents[p.Name]...)) })
	}
}
