package progress

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// Away from a terminal there is a line an epoch, and lines in between only as
// often as asked.
func TestLines(t *testing.T) {
	for _, tt := range []struct {
		name  string
		every time.Duration
		want  []string
	}{
		{"seldom", time.Hour, []string{
			"demo  about 2 minutes",
			"demo  epoch  2/12  rate 0.5  perplexity train 80.12, valid 75.50  units cell_0 41/64, cell_1 33/64  1000 words/s",
		}},
		{"often", 0, []string{
			"demo  about 2 minutes",
			"demo  epoch  2/12   50 %  perplexity 81.0  999 words/s",
			"demo  epoch  2/12  rate 0.5  perplexity train 80.12, valid 75.50  units cell_0 41/64, cell_1 33/64  1000 words/s",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			r := New(&b, "demo", tt.every)
			r.Begin(1, 12, 10, 0)
			r.Note("about 2 minutes")
			r.Progress(train.Progress{Batch: 5, Perplexity: 81, WordsPerSec: 999})
			r.Epoch(train.EpochMetric{
				Rate: 0.5, Perplexity: 80.12, Valid: tasks.Score{Perplexity: 75.5}, WordsPerSec: 1000,
				Units: map[string][2]int{"cell_1": {33, 64}, "cell_0": {41, 64}},
			})
			r.Close()
			assert.Equal(t, strings.Join(tt.want, "\n")+"\n", b.String())
		})
	}
}
