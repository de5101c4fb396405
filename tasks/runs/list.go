package runs

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Entry is a run in a list.
type Entry struct {
	Dir  string
	Info Info
	Err  error // why run.json cannot be read; then Info is empty
}

// List returns the runs in a directory and the runs inside these, such as
// compacted models, the oldest first. Those that cannot be read come last. A
// directory that is not there has none.
func List(root string) ([]Entry, error) {
	entries, err := inside(root)
	if err != nil {
		return nil, err
	}
	for _, e := range slices.Clone(entries) {
		inner, err := inside(e.Dir)
		if err != nil {
			return nil, err
		}
		entries = append(entries, inner...)
	}
	sortRuns(entries)
	return entries, nil
}

// Last returns the run in a directory that was started last. Runs inside runs
// and those that cannot be read do not count.
func Last(root string) (string, error) {
	entries, err := inside(root)
	if err != nil {
		return "", err
	}
	sortRuns(entries)
	for _, e := range slices.Backward(entries) {
		if e.Err == nil {
			return e.Dir, nil
		}
	}
	return "", fmt.Errorf("runs: there is no run under %s yet; make one: iss train", root)
}

// inside returns the runs that lie directly in a directory, by name.
func inside(root string) ([]Entry, error) {
	names, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("runs: %w", err)
	}
	var entries []Entry
	for _, n := range names {
		dir := filepath.Join(root, n.Name())
		if strings.HasPrefix(n.Name(), ".") || !isRun(dir) {
			continue
		}
		e := Entry{Dir: dir}
		e.Info, e.Err = ReadInfo(dir)
		entries = append(entries, e)
	}
	return entries, nil
}

func sortRuns(entries []Entry) {
	slices.SortStableFunc(entries, func(a, b Entry) int {
		if broken := cmp.Compare(btoi(a.Err != nil), btoi(b.Err != nil)); broken != 0 {
			return broken
		}
		return cmp.Or(a.Info.Created.Compare(b.Info.Created), cmp.Compare(a.Dir, b.Dir))
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// isRun reports whether a directory has a run.json.
func isRun(dir string) bool {
	i, err := os.Stat(filepath.Join(dir, infoName))
	return err == nil && i.Mode().IsRegular()
}
