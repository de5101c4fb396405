// Package progress shows how a training goes: a bar on a terminal, otherwise a
// line an epoch.
//
//	train.Train(ctx, train.Options{Report: progress.New(os.Stderr, "demo", 10*time.Second), …})
package progress

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// Reporter tells a person how a training goes. It implements train.Reporter.
type Reporter struct {
	w     io.Writer
	label string
	terms tasks.Terms
	every time.Duration
	bar   *progressbar.ProgressBar // of the epoch under way; nil where there is no terminal

	epoch, total, batches int
	said                  time.Time // when the last line was written
}

var _ train.Reporter = (*Reporter)(nil)

// New writes to w, beginning lines with the label, in a task's terms. Where w is
// no terminal, a line within an epoch is written at most once in every.
func New(w io.Writer, label string, terms tasks.Terms, every time.Duration) *Reporter {
	return &Reporter{w: w, label: label, terms: terms, every: every}
}

// Begin implements train.Reporter.
func (r *Reporter) Begin(epoch, total, batches, done int) {
	r.epoch, r.total, r.batches, r.said = epoch, total, batches, time.Now()
	if !term.IsTerminal(r.w) {
		return
	}
	r.bar = progressbar.NewOptions(batches,
		progressbar.OptionSetWriter(r.w), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetWidth(24), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetDescription(r.place()),
	)
	_ = r.bar.Set(done) // a bar that cannot be drawn is no reason to stop
}

// Progress implements train.Reporter.
func (r *Reporter) Progress(p train.Progress) {
	switch {
	case r.bar != nil:
		r.bar.Describe(fmt.Sprintf("%s  %s  %s", r.place(), r.training(p.Train, " ", 1), r.speed(p.Speed)))
		_ = r.bar.Set(p.Batch)
	case time.Since(r.said) >= r.every:
		r.said = time.Now()
		r.line("%s  %3d %%  %s  %s", r.place(), 100*p.Batch/r.batches, r.training(p.Train, " ", 1), r.speed(p.Speed))
	}
}

// Epoch implements train.Reporter.
func (r *Reporter) Epoch(e train.EpochMetric) {
	r.clear()
	line := fmt.Sprintf("%s  rate %.3g  %s, %s", r.place(), e.Rate, r.training(e.Train, " train ", 2), r.valid(e.Valid))
	if units := Units(e.Units); units != "" {
		line += "  units " + units
	}
	r.line("%s  %s", line, r.speed(e.Speed))
}

// training is what is known of the training data: the chief metric where it
// follows from the loss, else the loss.
func (r *Reporter) training(s tasks.Score, between string, digits int) string {
	if v, ok := r.terms.Of(s); ok {
		return r.terms.Chief().Name + between + r.terms.Chief().Format(v, digits)
	}
	return fmt.Sprintf("loss%s%.*f", between, digits+2, s.Loss)
}

// valid is the chief metric on the validation data, behind that of training.
func (r *Reporter) valid(s tasks.Score) string {
	v, _ := r.terms.Of(s)
	text := "valid " + r.terms.Chief().Format(v, 2)
	if r.terms.Chief().OfLoss == nil {
		text = r.terms.Chief().Name + " " + text
	}
	return text
}

func (r *Reporter) speed(v float64) string { return fmt.Sprintf("%.0f %s/s", v, r.terms.Items) }

// Note implements train.Reporter.
func (r *Reporter) Note(line string) {
	if r.bar != nil {
		_ = r.bar.Clear()
	}
	r.line("%s  %s", r.label, line)
}

// clear takes the bar away.
func (r *Reporter) clear() {
	if r.bar != nil {
		_ = r.bar.Finish()
		r.bar = nil
	}
}

// Close takes the bar away, for a training that did not end.
func (r *Reporter) Close() { r.clear() }

func (r *Reporter) place() string {
	return fmt.Sprintf("%s  epoch %*d/%d", r.label, len(fmt.Sprint(r.total)), r.epoch+1, r.total)
}

func (r *Reporter) line(format string, args ...any) { fmt.Fprintf(r.w, format+"\n", args...) }

// Units writes how many units each class has left: "cell_0 41/64, cell_1 33/64".
func Units(units map[string][2]int) string {
	var parts []string
	for _, class := range slices.Sorted(maps.Keys(units)) {
		parts = append(parts, fmt.Sprintf("%s %d/%d", class, units[class][0], units[class][1]))
	}
	return strings.Join(parts, ", ")
}
