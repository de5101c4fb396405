package cmd

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/progress"
	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/runs"
)

// runView is a run as list prints it.
type runView struct {
	Dir     string            `json:"dir"`
	Preset  string            `json:"preset,omitempty"`
	Status  string            `json:"status,omitempty"` // finished, running or stopped
	Created time.Time         `json:"created"`
	Parent  string            `json:"parent,omitempty"`
	Valid   *tasks.Score      `json:"valid,omitempty"`
	Test    *tasks.Score      `json:"test,omitempty"`
	Units   map[string][2]int `json:"units,omitempty"` // left, of
	Fault   string            `json:"fault,omitempty"` // why run.json cannot be read
}

func (a *app) listRunsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "runs",
		Short: "Runs under ./runs (or $ISS_RUNS), the oldest first",
		Long: `List the runs under ./runs, or under the folder that the variable ISS_RUNS
names, and the runs inside them, such as compacted models; the oldest first.`,
		Example: "  iss list runs",
		Args:    arguments(0, 0, "none"),
	}
	f := formatFlag(c)
	c.RunE = func(*cobra.Command, []string) error {
		entries, err := runs.List(runs.Root())
		if err != nil {
			return err
		}
		views := []runView{}
		t := &term.Table{Head: []string{"run", "preset", "status", "created", "valid", "test", "units"}}
		for _, e := range entries {
			v, err := newRunView(e)
			if err != nil {
				return err
			}
			views = append(views, v)
			status := v.Status
			if v.Fault != "" {
				status = v.Fault
			}
			t.Row(v.Dir, v.Preset, status, v.Created.Local().Format("2006-01-02 15:04"),
				a.score(e.Info.Config.Task, v.Valid), a.score(e.Info.Config.Task, v.Test), progress.Units(v.Units))
		}
		if len(entries) == 0 && *f != "json" {
			a.Say("there is no run under %s yet; make one: iss train", runs.Root())
			return nil
		}
		return f.print(a.Streams, t, views)
	}
	return c
}

func newRunView(e runs.Entry) (runView, error) {
	v := runView{Dir: e.Dir, Preset: e.Info.Config.Preset, Created: e.Info.Created, Parent: e.Info.Parent}
	if e.Err != nil {
		v.Fault = e.Err.Error()
		return v, nil
	}
	v.Status = runs.Status(e.Dir, e.Info)
	text, err := json.Marshal(e.Info.Result)
	if err != nil {
		return v, fmt.Errorf("%s: %w", e.Dir, err)
	}
	if err := json.Unmarshal(text, &v); err != nil {
		v.Fault = fmt.Sprintf("the result in run.json: %v", err)
	}
	return v, nil
}

// score is the chief metric of a task in a score; of a task that is not known
// here, the loss.
func (a *app) score(task string, s *tasks.Score) string {
	if s == nil {
		return "-"
	}
	if t, err := a.Tasks.Get(task); err == nil {
		if v, ok := t.Terms.Of(*s); ok {
			return t.Terms.Chief().Format(v, 2)
		}
	}
	return fmt.Sprintf("loss %.4f", s.Loss)
}
