package cmd

import (
	"fmt"
	"maps"
	"slices"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/cmd/internal/progress"
	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/runs"
)

// printRun says what a run's folder tells beside its configuration.
func (a *app) printRun(m *model.Model) error {
	i, dir := m.Run.Info(), m.Run.Dir()
	v, err := newRunView(runs.Entry{Dir: dir, Info: i})
	if err != nil {
		return err
	}
	t := &term.Table{}
	row := func(name, value string) {
		if value != "" {
			t.Row(name, value)
		}
	}
	row("run", dir)
	row("status", v.Status)
	row("created", i.Created.Local().Format("2006-01-02 15:04:05"))
	if i.Finished != nil {
		row("finished", i.Finished.Local().Format("2006-01-02 15:04:05"))
	}
	row("parent", m.Run.Parent())
	if i.Tau > 0 {
		row("cut at τ", fmt.Sprint(i.Tau))
	}
	row("data", fmt.Sprintf("%s, %sSHA-256 %.12s…", i.Data.Name, sizes(i.Data.Sizes), i.Data.SHA256))
	row("made by", fmt.Sprintf("iss %s, %s, %s", i.Versions.ISS, i.Versions.Go, i.Versions.CPU))
	if v.Valid != nil && v.Test != nil {
		row(m.Task.Terms.Chief().Name, fmt.Sprintf("%s valid, %s test", a.score(m.Task.Name, v.Valid), a.score(m.Task.Name, v.Test)))
	}
	row("units", progress.Units(v.Units))
	for _, class := range slices.Sorted(maps.Keys(i.Kept)) {
		row("kept of "+class, idRanges(i.Kept[class]))
	}
	row("result", v.Fault)
	if err := t.Write(a.Out); err != nil {
		return err
	}
	fmt.Fprintln(a.Out)
	return nil
}

// sizes writes what data decide, such as "271 types, ".
func sizes(s tasks.Sizes) string {
	out := ""
	for _, what := range slices.Sorted(maps.Keys(s)) {
		out += fmt.Sprintf("%d %s, ", s[what], what)
	}
	return out
}

// idRanges writes rising numbers as 0-3, 7, 9-12.
func idRanges(ids []int) string {
	out := ""
	for i := 0; i < len(ids); {
		j := i
		for j+1 < len(ids) && ids[j+1] == ids[j]+1 {
			j++
		}
		if out != "" {
			out += ", "
		}
		out += fmt.Sprint(ids[i])
		if j > i {
			out += fmt.Sprintf("-%d", ids[j])
		}
		i = j + 1
	}
	return out
}
