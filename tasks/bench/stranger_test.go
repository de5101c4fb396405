package bench_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/cells/celltest"
	"github.com/seed391906a2/iss/tasks/bench"
)

// The cell that nothing was tuned for is a cell like others.
func TestStranger(t *testing.T) { celltest.Run(t, bench.Stranger) }

// BenchmarkStranger times a cell that nothing was tuned for against the LSTM of
// the same sizes, in turns in one run, and reports the share of the peak that
// each reaches, and the stranger's in parts of the LSTM's (the aim is 0.9).
//
//	go test ./tasks/bench -run '^$' -bench Stranger -benchtime 20x
func BenchmarkStranger(b *testing.B) {
	catalogue, err := cells.Catalogue(cells.All()...)
	require.NoError(b, err)
	for _, row := range []struct{ name, lstm, stranger string }{
		{"inference", "lstm-medium-inf", "stranger-650-inf"},
		{"training", "lstm-medium-train", "stranger-650-train"},
	} {
		b.Run(row.name, func(b *testing.B) {
			var models []bench.Model
			for _, c := range bench.Select(bench.Cases, []string{row.lstm, row.stranger}) {
				m, err := c.Model(catalogue)
				require.NoError(b, err)
				models = append(models, m)
			}
			require.Len(b, models, 2)
			r, err := bench.Run(context.Background(), models, bench.Options{Batch: 1, Steps: 1, Rounds: b.N, Seed: 1})
			require.NoError(b, err)
			b.ReportMetric(0, "ns/op") // the time of all that: it says nothing
			b.ReportMetric(r[0].Time.Median, "ms-lstm")
			b.ReportMetric(r[1].Time.Median, "ms-stranger")
			b.ReportMetric(100*r[0].Share(), "%-lstm")
			b.ReportMetric(100*r[1].Share(), "%-stranger")
			b.ReportMetric(r[1].GFLOPS/r[0].GFLOPS, "of-lstm")
		})
	}
}
