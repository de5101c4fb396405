package progress

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// Away from a terminal there is a line an epoch, and lines in between only as
// often as asked, in the task's own terms.
func TestLines(t *testing.T) {
	language := tasks.Terms{Metrics: []tasks.Metric{{Name: "perplexity", OfLoss: math.Exp}}, Items: "words"}
	classes := tasks.Terms{Metrics: []tasks.Metric{{Name: "accuracy", Higher: true, Percent: true}}, Items: "sequences"}
	for _, tt := range []struct {
		name                string
		terms               tasks.Terms
		every               time.Duration
		batch, epoch, valid tasks.Score
		want                []string
	}{
		{"seldom", language, time.Hour, language.OfLoss(math.Log(81), 1), language.OfLoss(math.Log(80.12), 1), language.OfLoss(math.Log(75.5), 1), []string{
			"demo  about 2 minutes",
			"demo  epoch  2/12  rate 0.5  perplexity train 80.12, valid 75.50  units cell_0 41/64, cell_1 33/64  1000 words/s",
		}},
		{"often", language, 0, language.OfLoss(math.Log(81), 1), language.OfLoss(math.Log(80.12), 1), language.OfLoss(math.Log(75.5), 1), []string{
			"demo  about 2 minutes",
			"demo  epoch  2/12   50 %  perplexity 81.0  999 words/s",
			"demo  epoch  2/12  rate 0.5  perplexity train 80.12, valid 75.50  units cell_0 41/64, cell_1 33/64  1000 words/s",
		}},
		{"a metric that is not the loss", classes, 0, tasks.Score{Loss: 0.5}, tasks.Score{Loss: 0.25}, tasks.Score{Values: map[string]float64{"accuracy": 0.9375}}, []string{
			"demo  about 2 minutes",
			"demo  epoch  2/12   50 %  loss 0.500  999 sequences/s",
			"demo  epoch  2/12  rate 0.5  loss train 0.2500, accuracy valid 93.75 %  units cell_0 41/64, cell_1 33/64  1000 sequences/s",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			r := New(&b, "demo", tt.terms, tt.every)
			r.Begin(1, 12, 10, 0)
			r.Note("about 2 minutes")
			r.Progress(train.Progress{Batch: 5, Train: tt.batch, Speed: 999})
			r.Epoch(train.EpochMetric{
				Rate: 0.5, Train: tt.epoch, Valid: tt.valid, Speed: 1000,
				Units: map[string][2]int{"cell_1": {33, 64}, "cell_0": {41, 64}},
			})
			r.Close()
			assert.Equal(t, strings.Join(tt.want, "\n")+"\n", b.String())
		})
	}
}
