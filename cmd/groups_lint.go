package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/schemas"
)

func (a *app) groupsLintCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "lint MODEL FILE",
		Short: "Check a group file against a model",
		Long: `Hold a group file against a model: is every group the units of one class, with
all rows and columns that belong to them and nothing else? All that is found is
told at once, each as file:line:col, with what to do about it. What is called

  error    cannot be meant so; the exit status is 1
  unsound  can be trained with, but a group that is zero is no unit that can go
  note     may not be what was wanted

With --strict the exit status is 1 if anything is found.`,
		Example: `  iss groups lint ptb-large groups.json
  iss groups lint ptb-large groups.json --strict --format json`,
		Args:              arguments(2, 2, "a MODEL and a FILE"),
		ValidArgsFunction: a.completeModels,
	}
	s, f := settingsFlag(c), formatFlag(c)
	strict := c.Flags().Bool("strict", false, "unsound groups and notes are failures, too")
	c.RunE = func(_ *cobra.Command, args []string) error {
		m, err := a.find(args[0], s)
		if err != nil {
			return err
		}
		list, spec, err := lint(m, args[1])
		if err != nil {
			return err
		}
		if *f == "json" {
			err = a.JSON(viewLint(args[1], m.Name, list))
		} else {
			err = a.printLint(m, args[1], spec, list)
		}
		if err == nil && (worst(list) == groups.Fatal || *strict && len(list) > 0) {
			return found()
		}
		return err
	}
	return c
}

// lint reads a group file and holds it against a model. A file whose form is
// wrong has its faults for findings, and no spec. A file that is not there was
// typed wrong.
func lint(m *model.Model, file string) ([]groups.Finding, *groups.Spec, error) {
	spec, err := model.ReadGroups(file)
	var faults schemas.Faults
	switch {
	case errors.As(err, &faults):
		var list []groups.Finding
		for _, f := range faults {
			list = append(list, groups.Finding{Fault: f, Severity: groups.Fatal, Kind: groups.Unusable})
		}
		return list, nil, nil
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return nil, nil, wrong(err)
	case err != nil:
		return nil, nil, err
	}
	list, err := m.Lint(spec)
	return list, spec, wrong(err)
}

func (a *app) printLint(m *model.Model, file string, spec *groups.Spec, list []groups.Finding) error {
	for _, f := range list {
		fmt.Fprintln(a.Out, f)
	}
	if worst(list) == groups.Fatal {
		fmt.Fprintf(a.Out, "%s: %s\n", file, tally(list))
		return nil
	}
	d, err := m.Derivation()
	if err != nil {
		return err
	}
	bound, err := spec.BindTo(d)
	if err != nil {
		return err
	}
	units := 0
	for _, g := range bound {
		units += g.Units
	}
	noun := "groups"
	if len(bound) == 1 {
		noun = "group"
	}
	fmt.Fprintf(a.Out, "%s: %d %s of %d components fit %s", file, len(bound), noun, units, m.Name)
	if len(list) > 0 {
		fmt.Fprintf(a.Out, "; %s", tally(list))
	}
	fmt.Fprintln(a.Out)
	return nil
}

var severities = []groups.Severity{groups.Fatal, groups.Unsound, groups.Remark}

// worst is the worst severity of findings, or "".
func worst(list []groups.Finding) groups.Severity {
	for _, s := range severities {
		for _, f := range list {
			if f.Severity == s {
				return s
			}
		}
	}
	return ""
}

// tally counts findings: "1 error, 2 unsound, 3 notes".
func tally(list []groups.Finding) string {
	count := map[groups.Severity]int{}
	for _, f := range list {
		count[f.Severity]++
	}
	var parts []string
	for _, s := range severities {
		n, name := count[s], string(s)
		if n == 0 {
			continue
		}
		if n > 1 && s != groups.Unsound {
			name += "s"
		}
		parts = append(parts, fmt.Sprintf("%d %s", n, name))
	}
	return strings.Join(parts, ", ")
}

// lintView is findings as programs read them.
type lintView struct {
	File     string        `json:"file"`
	Model    string        `json:"model"`
	Errors   int           `json:"errors"`
	Unsound  int           `json:"unsound"`
	Notes    int           `json:"notes"`
	Findings []findingView `json:"findings"`
}

type findingView struct {
	Severity groups.Severity `json:"severity"`
	Kind     groups.Kind     `json:"kind"`
	Line     int             `json:"line"`
	Column   int             `json:"column"`
	Pointer  string          `json:"pointer"`
	Message  string          `json:"message"`
	Class    string          `json:"class,omitempty"`
	Path     []string        `json:"path,omitempty"`
	Do       string          `json:"do,omitempty"`
}

func viewLint(file, name string, list []groups.Finding) lintView {
	v := lintView{File: file, Model: name, Findings: []findingView{}}
	counts := map[groups.Severity]*int{groups.Fatal: &v.Errors, groups.Unsound: &v.Unsound, groups.Remark: &v.Notes}
	for _, f := range list {
		*counts[f.Severity]++
		v.Findings = append(v.Findings, findingView{
			Severity: f.Severity, Kind: f.Kind, Line: f.Fault.Line, Column: f.Fault.Col, Pointer: f.Fault.Pointer,
			Message: f.Fault.Message, Class: f.Class, Path: f.Route(), Do: f.Do,
		})
	}
	return v
}
