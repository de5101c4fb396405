package train

import (
	"fmt"
	"time"

	"github.com/seed391906a2/iss/tasks"
)

// forecast says the speed and the hours in all.
func (t *trainer) forecast(b tasks.Batches) {
	items := float64(tasks.Items(b, b.Len())) * float64(t.Config.Train.Epochs)
	seconds := items / t.speed()
	most := ""
	if t.Config.Train.Patience > 0 {
		most = "at most "
	}
	line := fmt.Sprintf("training goes at %.0f %s/s: about %s for %s%d epochs",
		t.speed(), t.Problem.Terms().Items, humanTime(seconds), most, t.Config.Train.Epochs)
	if seconds > 6*3600 {
		line += "; that is long: iss list presets names smaller ones"
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
