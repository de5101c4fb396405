package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/job"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/mapping"
	"github.com/seed391906a2/iss/schemas"
	"github.com/seed391906a2/iss/tasks/runs"
)

// importFlags are the flags of iss import.
type importFlags struct {
	dataFlags
	as, mapping, vocab, out string
	sets                    settings
}

func (a *app) importCommand() *cobra.Command {
	var f importFlags
	c := &cobra.Command{
		Use:   "import FILE --as MODEL --map MAP",
		Short: "Make a run of weights that PyTorch or TensorFlow trained",
		Long: `Read a safetensors or NumPy .npz file and make a run of it, which can be
evaluated, compacted, timed, and trained on (train --init). MODEL is a preset or
a configuration file with the model's sizes. MAP says what lies where: a mapping
that comes with iss (iss list mappings, iss show pytorch-lstm), or a file (iss
schema mapping; docs/import.md). What fits no tensor of the model, and what the
model lacks, is listed, and nothing is written.`,
		Example: `  iss import model.safetensors --as ptb-medium --map pytorch-lstm --vocab vocab.txt --set model.options.forget_bias=0
  iss import weights.npz --as ptb-small --map tensorflow-ptb --data data/ptb`,
		Args: arguments(1, 1, "the FILE with the weights"),
	}
	f.add(c)
	flags := c.Flags()
	flags.StringVar(&f.as, "as", "", "preset or configuration file of the model")
	flags.StringVar(&f.mapping, "map", "", "mapping that comes with iss, or a file")
	flags.StringVar(&f.vocab, "vocab", "", "file of the model's tokens in the order of ids: one a line, or .json")
	flags.StringVar(&f.out, "out", "", "folder of the run (default runs/PRESET-N)")
	flags.StringArrayVar((*[]string)(&f.sets), "set", nil, "lay a value over the configuration, such as model.embedding=200; can be repeated")
	_ = c.RegisterFlagCompletionFunc("as", a.completeModels)
	_ = c.RegisterFlagCompletionFunc("map", cobra.FixedCompletions(mapping.Names(), cobra.ShellCompDirectiveDefault))
	form := formatFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		i, err := a.planImport(c, &f, args[0])
		if err != nil {
			return err
		}
		r, err := i.Run(a.Finder)
		if err != nil {
			return jobError(err, "")
		}
		if *form == "json" {
			return a.JSON(r)
		}
		fmt.Fprintf(a.Out, "imported: %d tensors, %s weights, by %s\nrun: %s\nnext:\n  iss sample %s\n  iss eval %s --data DIR\n", r.Tensors, core.Compact(r.Weights), r.Mapping, r.Run, r.Run, r.Run)
		return nil
	}
	return c
}

// planImport settles what is imported as what.
func (a *app) planImport(c *cobra.Command, f *importFlags, file string) (*job.Import, error) {
	for _, flag := range []struct{ name, value, what string }{
		{"as", f.as, "the preset or configuration file of the model"},
		{"map", f.mapping, "a mapping: " + strings.Join(mapping.Names(), ", ") + ", or a file"},
	} {
		if flag.value == "" {
			return nil, wrongf("--%s is missing: %s", flag.name, flag.what)
		}
	}
	m, err := a.find(f.as, &f.sets)
	if err != nil {
		return nil, err
	}
	if m.Run != nil {
		return nil, wrongf("--as %s is a run; it must be a preset or a configuration file", f.as)
	}
	if err := f.apply(c, &m.Config); err != nil {
		return nil, wrong(err)
	}
	if f.vocab != "" && (c.Flags().Changed("data") || c.Flags().Changed("text")) {
		return nil, wrongf("--vocab names the model's tokens, and --data or --text the data that they come from; give one of them")
	}
	if f.out != "" {
		if err := runs.Vacant(f.out); err != nil {
			return nil, wrong(err)
		}
	}
	i := &job.Import{File: file, Config: m.Config, Preset: f.as, Vocab: f.vocab, Dir: f.out}
	i.Map, err = readMapping(f.mapping)
	return i, wrong(err)
}

// readMapping reads a mapping that comes with iss, or a file.
func readMapping(name string) (*mapping.Mapping, error) {
	m, err := mapping.Named(name)
	if err == nil || !strings.ContainsAny(name, `./\`) {
		return m, err
	}
	text, err := schemas.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return mapping.Parse(name, text)
}
