package train

import (
	"fmt"
	"time"

	"github.com/seed391906a2/iss/tasks"
)

// forecast says memory, speed and the hours in all.
func (t *trainer) forecast(b tasks.Batches) {
	items := float64(tasks.Items(b, b.Len())) * float64(t.Config.Train.Epochs)
	seconds := items / t.speed
	line := fmt.Sprintf("training needs %.2g GB of memory and goes at %.0f %s/s: about %s for %d epochs",
		float64(t.m.Memory())/1e9, t.speed, t.Problem.Terms().Items, humanTime(seconds), t.Config.Train.Epochs)
	if seconds > 6*3600 {
		line += "; that is long: a smaller preset is ptb-small, and demo needs no data (iss list presets)"
	}
	t.Report.Note(line)
}

func humanTime(s float64) string {
	d := time.Duration(s * float64(time.Second))
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f seconds", s)
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f minutes", d.Minutes())
	}
	return fmt.Sprintf("%.1f hours", d.Hours())
}
