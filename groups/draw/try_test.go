package draw_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/nn"
	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/groups/draw"
)

func TestTry(t *testing.T) {
	p := cells.LSTM
	in, h := 12, 12
	g, err := graph.Trace("x", func(s *graph.Scope) {
		time, batch := graph.Symbol("time"), graph.Symbol("batch")
		x := s.Input("x", time, batch, graph.Fixed(in))
		for i := range 2 {
			cell, err := p.New(core.CellConfig{Input: in, Hidden: h})
			require.NoError(t, err)
			l := []string{"cell_0", "cell_1"}[i]
			x = nn.Recurrent(s.Layer(l, l), cell, x, graph.ScanConfig{}, false)
		}
		s.Output("logits", nn.Linear(s, "softmax", x, 60))
	})
	require.NoError(t, err)
	d, err := groups.Derive(g)
	require.NoError(t, err)
	u := 2
	b, err := draw.SVG(d, draw.Options{Class: "cell_0", Unit: &u, Figure: draw.Figure(os.Getenv("FIG"))})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile("/tmp/try.svg", b, 0o666))
}
