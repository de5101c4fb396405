package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/internal/atomicfile"
	"github.com/seed391906a2/iss/tasks/export"
)

// exportView is the result of export for programs.
type exportView struct {
	Format string `json:"format"`
	Dir    string `json:"dir"`
}

func (a *app) exportCommand() *cobra.Command {
	var data dataFlags
	c := &cobra.Command{
		Use:   "export RUN",
		Short: "Write a run's model for another runtime, as a folder that stands alone",
		Long: `Write a run's model, dense or compact, as a folder that needs nothing of iss:
the model, io.json (what goes in and comes out, and which units are left), the
vocabulary, a batch of validation data with the outputs that iss computes, and
check.py, which runs the model there and compares.

A recurrent layer is written as the runtime's own LSTM, GRU or RNN where its cell
claims to be that and the claim stands when it is replayed; else as primitive
operators in a loop.`,
		Example:           "  iss export runs/demo-1/compact --onnx served --dense\n  iss export @last --pytorch torch --npz arrays",
		Args:              arguments(1, 1, "a RUN"),
		ValidArgsFunction: completeRuns,
	}
	data.add(c)
	dirs := map[string]*string{}
	for name, doc := range map[string]string{
		"onnx":    "folder for ONNX Runtime, and others that read ONNX",
		"pytorch": "folder for PyTorch: a program and its weights",
		"npz":     "folder for NumPy, and others that read its arrays: a program and its weights",
	} {
		dirs[name] = c.Flags().String(name, "", doc)
	}
	dense := c.Flags().Bool("dense", false, "beside a compact model, the one that it was cut out of, to compare")
	var threads int
	threadsFlag(c, &threads)
	f := formatFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := sensibleThreads(c, threads); err != nil {
			return err
		}
		var jobs []exportView
		for _, name := range export.Formats() {
			if dir := *dirs[name]; dir != "" {
				if err := atomicfile.Vacant(dir); err != nil {
					return wrong(err)
				}
				if i := slices.IndexFunc(jobs, func(j exportView) bool { return filepath.Clean(j.Dir) == filepath.Clean(dir) }); i >= 0 {
					return wrongf("--%s and --%s name one folder, %s; each needs its own", jobs[i].Format, name, dir)
				}
				jobs = append(jobs, exportView{name, dir})
			}
		}
		if len(jobs) == 0 {
			return wrongf("say what to write: --onnx DIR, --pytorch DIR or --npz DIR")
		}
		m, err := a.findRun(args[0])
		if err != nil {
			return err
		}
		x, err := a.export(c, &data, m, threads)
		if err != nil {
			return err
		}
		var whole *export.Export
		if *dense {
			d, err := a.uncut(m)
			if err != nil {
				return err
			}
			if whole, err = a.export(c, &data, d, threads); err != nil {
				return err
			}
		}
		var folders []atomicfile.Folder
		for _, j := range jobs { // all of them, or none
			files, err := x.Folder(j.Format, whole)
			if err != nil {
				return err
			}
			folders = append(folders, files)
		}
		for i, j := range jobs {
			if err := atomicfile.WriteFolder(j.Dir, folders[i]); err != nil {
				if errors.Is(err, atomicfile.ErrTaken) {
					return wrong(err)
				}
				return err
			}
			if *f != "json" {
				fmt.Fprintf(a.Out, "%s: %s; try it: python3 %s/check.py\n", j.Format, j.Dir, j.Dir)
			}
		}
		if *f == "json" {
			return a.JSON(jobs)
		}
		return nil
	}
	return c
}

// export opens a run's model for an export.
func (a *app) export(c *cobra.Command, f *dataFlags, m *model.Model, threads int) (*export.Export, error) {
	problem, err := a.openData(c, f, m)
	if err != nil {
		return nil, err
	}
	g, err := m.Graph()
	if err != nil {
		return nil, err
	}
	tensors, err := m.Tensors()
	if err != nil {
		return nil, err
	}
	x := export.Model{Name: m.Name, Task: m.Config.Task, Cell: m.Config.Model.Cell, Graph: g, Tensors: tensors}
	if x.Claims, err = a.claims(m); err != nil {
		return nil, err
	}
	return export.New(x, problem, threads)
}

// claims are what the model's cell is said to be as an operator.
func (a *app) claims(m *model.Model) ([]*core.Operator, error) {
	plugin, err := m.Config.Model.Plugin(a.Cells)
	if err != nil || plugin.Operator == nil {
		return nil, err
	}
	options, err := json.Marshal(m.Config.Model.Options)
	if err != nil {
		return nil, err
	}
	if o := plugin.Operator(core.CellConfig{Input: 1, Hidden: 1, Options: options}); o != nil {
		return []*core.Operator{o}, nil
	}
	return nil, nil
}

// uncut is the run that a compact model was cut out of, the first that has all
// its units.
func (a *app) uncut(m *model.Model) (*model.Model, error) {
	if len(m.Run.Info().Kept) == 0 {
		return nil, wrongf("%s has all its units: it is the dense model itself; leave out --dense", m.Name)
	}
	for at := m; ; {
		parent := at.Run.Parent()
		if parent == "" {
			return nil, wrongf("%s was not cut out of a run that has all units; leave out --dense", m.Name)
		}
		var err error
		if at, err = a.findRun(parent); err != nil {
			return nil, fmt.Errorf("the dense model: %w", err)
		}
		if len(at.Run.Info().Kept) == 0 {
			return at, nil
		}
	}
}
