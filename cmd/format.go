package cmd

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/registry"
)

// forms are the values of --format of a command that prints a group file.
var forms = []string{"v1", "v2"}

// form is that flag.
type form string

func (f *form) String() string { return string(*f) }
func (f *form) Type() string   { return "FORMAT" }

func (f *form) Set(s string) error {
	if !slices.Contains(forms, s) {
		return registry.Unknown("format", s, forms)
	}
	*f = form(s)
	return nil
}

// formFlag adds --format to a command that prints a group file.
func formFlag(c *cobra.Command) *form {
	f := form("v1")
	c.Flags().Var(&f, "format", "v1 with ranges of weights, as published, or v2 with names of classes")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(forms, cobra.ShellCompDirectiveNoFileComp))
	return &f
}

// formats are the values of --format.
var formats = []string{"json", "table"}

// format is the flag --format of a command that prints a table.
type format string

func (f *format) String() string { return string(*f) }
func (f *format) Type() string   { return "FORMAT" }

func (f *format) Set(s string) error {
	for _, known := range formats {
		if s == known {
			*f = format(s)
			return nil
		}
	}
	return registry.Unknown("format", s, formats)
}

// formatFlag adds --format to a command.
func formatFlag(c *cobra.Command) *format {
	f := format("table")
	c.Flags().Var(&f, "format", "table for people or json for programs")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	return &f
}

// print writes the table or, for programs, v.
func (f *format) print(s term.Streams, t *term.Table, v any) error {
	if *f == "json" {
		return s.JSON(v)
	}
	return t.Write(s.Out)
}
