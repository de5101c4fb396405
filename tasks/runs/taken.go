package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// TakenError says that a directory cannot become a run since it holds something.
type TakenError struct {
	Dir string
	Run *Info    // the run that it holds; nil if it holds none that can be read
	Has []string // names of what it holds
}

func (e *TakenError) Error() string {
	switch {
	case e.Run != nil:
		state := Status(e.Dir, *e.Run)
		text := fmt.Sprintf("runs: %s holds a run already (%s of %s, %s); name another directory with --out",
			e.Dir, label(*e.Run), e.Run.Created.Local().Format("2 January 2006 15:04"), state)
		if state == "stopped" {
			text += fmt.Sprintf(", or go on with it: iss train --resume %s", e.Dir)
		}
		return text
	case slices.Contains(e.Has, infoName):
		return fmt.Sprintf("runs: %s holds a run already, though one that cannot be read; name another directory with --out", e.Dir)
	}
	shown := e.Has[:min(3, len(e.Has))]
	more := ""
	if n := len(e.Has) - len(shown); n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("runs: %s is not empty, and no run: it holds %s%s; name an empty or a new directory with --out",
		e.Dir, strings.Join(shown, ", "), more)
}

// label is how people call a run's configuration.
func label(i Info) string {
	if i.Config.Preset != "" {
		return i.Config.Preset
	}
	return i.Config.Task
}

// Vacant returns a *TakenError if Create and Write would refuse a directory
// since it holds something.
func Vacant(dir string) error { return vacant(dir) }

// vacant returns an error if dir is there and holds anything but a lock.
func vacant(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("runs: the run cannot be written: %w; name another directory with --out", err)
	}
	var has []string
	for _, e := range entries {
		if e.Name() != lockName {
			has = append(has, e.Name())
		}
	}
	if len(has) == 0 {
		return nil
	}
	taken := &TakenError{Dir: dir, Has: has}
	if info, err := ReadInfo(dir); err == nil {
		taken.Run = &info
	}
	return taken
}

// usable reports whether a task may give this name to a file.
func usable(name string) bool {
	reserved := []string{infoName, checkpointName, metricsName, lockName}
	return filepath.IsLocal(name) && filepath.Base(name) == name && !strings.HasPrefix(name, ".") && !slices.Contains(reserved, name)
}
