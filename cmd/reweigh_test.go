package cmd_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/seed391906a2/iss/core/checkpoint"
	"github.com/seed391906a2/iss/tasks/runs"
)

// reweigh copies a run with some of its weights changed: reweigh RUN OUT
// EDIT…, where an edit is "PARAMETER ROWS COLUMNS VALUE", or without ROWS for a
// parameter of one axis. Rows and columns are *, 3, 3,5 or ^3,5 (all but these).
func reweigh(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: reweigh RUN OUT EDIT…")
	}
	ts.Check(reweighed(ts.MkAbs(args[0]), ts.MkAbs(args[1]), args[2:]...))
}

func reweighed(run, out string, edits ...string) error {
	info, err := runs.ReadInfo(run)
	if err != nil {
		return err
	}
	tensors, err := runs.LoadTensors(run)
	if err != nil {
		return err
	}
	for _, e := range edits {
		f := strings.Fields(e)
		if len(f) < 3 {
			return fmt.Errorf("%q is no edit", e)
		}
		t, ok := tensors[f[0]]
		if !ok || len(f) != len(t.Shape)+2 {
			return fmt.Errorf("%q: no such parameter among %v", e, slices.Sorted(maps.Keys(tensors)))
		}
		value, err := strconv.ParseFloat(f[len(f)-1], 32)
		if err != nil {
			return err
		}
		for i := range t.Data {
			at, hit := i, true
			for axis := len(t.Shape) - 1; axis >= 0; axis-- {
				hit = hit && picked(f[1+axis], at%t.Shape[axis])
				at /= t.Shape[axis]
			}
			if hit {
				t.Data[i] = float32(value)
			}
		}
	}
	files := map[string][]byte{}
	list, err := filepath.Glob(filepath.Join(run, "*.txt"))
	if err != nil {
		return err
	}
	for _, path := range list { // the vocabulary, if there is one
		if files[filepath.Base(path)], err = os.ReadFile(path); err != nil {
			return err
		}
	}
	return runs.Write(out, info, files, checkpoint.Snapshot{Tensors: tensors})
}

// picked reports whether a list of indices holds one.
func picked(list string, i int) bool {
	rest, not := strings.CutPrefix(list, "^")
	return list == "*" || slices.Contains(strings.Split(rest, ","), strconv.Itoa(i)) != not
}
