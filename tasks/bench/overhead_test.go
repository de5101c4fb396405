package bench_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/bench"
	"github.com/seed391906a2/iss/tasks/train"
)

// BenchmarkISS times a training step of the peers' LSTMs plain and with what
// learning Intrinsic Sparse Structures adds to it, in turns, and reports the
// medians and what was added in parts of the plain step (the aim is 3 %).
//
//	go test ./tasks/bench -run '^$' -bench ISS -benchtime 20x
func BenchmarkISS(b *testing.B) {
	catalogue, err := cells.Catalogue(cells.All()...)
	require.NoError(b, err)
	for _, name := range []string{"lstm-small-train", "lstm-medium-train", "lstm-large-train"} {
		c := bench.Select(bench.Cases, []string{name})[0]
		m, err := c.Model(catalogue)
		require.NoError(b, err)
		d, err := groups.Derive(m.Graph)
		require.NoError(b, err)
		classes, err := d.Select(nil)
		require.NoError(b, err)
		chosen := d.Groups(classes)
		for _, row := range []struct {
			name string
			tau  float64
		}{{"penalty", 0}, {"penalty+threshold", 1e-4}} {
			b.Run(name+"/"+row.name, func(b *testing.B) {
				lasso := m.Training.Config
				lasso.ISS = tasks.ISS{
					Tau: row.tau, TauOn: "all", Count: "multiset",
					Regularizers: []tasks.Regularizer{{Kind: "group_lasso", On: "iss", Lambda: 1e-4}},
				}
				plain, with := stepper(b, m, m.Training.Config, nil), stepper(b, m, lasso, chosen)
				defer plain.Close()
				defer with.Close()
				var before, after []float64
				for i := 0; b.Loop(); i++ {
					before = append(before, step(b, plain, uint64(i)))
					after = append(after, step(b, with, uint64(i)))
				}
				slices.Sort(before)
				slices.Sort(after)
				x, y := before[len(before)/2], after[len(after)/2]
				b.ReportMetric(x, "ms-plain")
				b.ReportMetric(y, "ms-iss")
				b.ReportMetric(100*(y-x)/x, "%-added")
			})
		}
	}
}

// stepper trains the model on words 0 with weights that are small and not zero.
func stepper(b *testing.B, m bench.Model, cfg tasks.Config, chosen []groups.Group) *train.Stepper {
	s, err := train.NewStepper(m.Graph, m.Binding, cfg, chosen, 0)
	require.NoError(b, err)
	for _, p := range m.Graph.Params {
		w := s.Engine().Param(p.Name)
		for i := range w {
			w[i] = 0.01 * float32(i%11-5)
		}
	}
	s.Engine().Changed()
	step(b, s, 0)
	return s
}

// step is one of training, in milliseconds.
func step(b *testing.B, s *train.Stepper, n uint64) float64 {
	start := time.Now()
	o, err := s.Step(1e-3, graph.Mode{Training: true, Seed: 1, Step: n})
	require.NoError(b, err)
	require.Positive(b, o.Cost)
	return time.Since(start).Seconds() * 1e3
}
