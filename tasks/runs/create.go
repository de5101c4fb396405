package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/seed391906a2/iss/core/checkpoint"
	"github.com/seed391906a2/iss/internal/atomicfile"
)

// Root is the directory that runs are made in: ISS_RUNS, or "runs".
func Root() string {
	if root := os.Getenv("ISS_RUNS"); root != "" {
		return root
	}
	return "runs"
}

// NextDir is the first of ROOT/PRESET-1, ROOT/PRESET-2, ... behind all that are
// there.
func NextDir(root, preset string) (string, error) {
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("runs: %w; name another directory with --out or ISS_RUNS", err)
	}
	last := 0
	for _, e := range entries {
		if number, ok := strings.CutPrefix(e.Name(), preset+"-"); ok {
			if n, err := strconv.Atoi(number); err == nil && n < 1<<30 {
				last = max(last, n)
			}
		}
	}
	return filepath.Join(root, fmt.Sprintf("%s-%d", preset, last+1)), nil
}

// Create makes a run directory and opens it, locked, for writing. Files are the
// task's, by name. Info needs a Config, and where they apply Kept, Data and
// Parent; the rest is filled in.
//
// An empty dir is NextDir of Root and the configuration's preset. A dir that
// holds anything already is an error. If Create fails it leaves nothing behind.
func Create(dir string, info Info, files map[string][]byte) (*Run, error) {
	return create(dir, info, files, nil)
}

// Write makes a run directory that is finished, with a checkpoint: a model that
// was made, not trained, such as a compacted one. It is a run only when all of
// it is written.
func Write(dir string, info Info, files map[string][]byte, s checkpoint.Snapshot) error {
	now := time.Now().UTC().Truncate(time.Second)
	info.Finished = &now
	r, err := create(dir, info, files, &s)
	if err != nil {
		return err
	}
	return r.Close()
}

func create(dir string, info Info, files map[string][]byte, s *checkpoint.Snapshot) (*Run, error) {
	for name := range files {
		if !usable(name) {
			return nil, fmt.Errorf("runs: a task's file cannot be called %q in a run directory", name)
		}
	}
	if dir != "" {
		return createIn(dir, info, files, s)
	}
	name := info.Config.Preset
	if name == "" {
		name = info.Config.Task
	}
	for {
		dir, err := NextDir(Root(), name)
		if err != nil {
			return nil, err
		}
		r, err := createIn(dir, info, files, s)
		if errors.As(err, new(*TakenError)) || errors.As(err, new(*HeldError)) {
			continue // another process took the name just now
		}
		return r, err
	}
}

func createIn(dir string, info Info, files map[string][]byte, s *checkpoint.Snapshot) (*Run, error) {
	if err := vacant(dir); err != nil {
		return nil, err
	}
	u := &undo{}
	if err := u.mkdirAll(dir); err != nil {
		return nil, fmt.Errorf("runs: the run cannot be written: %w; name another directory with --out", errors.Join(err, u.now()))
	}
	l, _, err := acquire(dir)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w; name another directory with --out", err), u.now())
	}
	r := &Run{dir: dir, lock: l}
	if err := r.fill(u, info, files, s); err != nil {
		return nil, errors.Join(err, r.Close(), u.now())
	}
	return r, nil
}

// fill writes everything into a locked directory; run.json last, which makes it
// a run.
func (r *Run) fill(u *undo, info Info, files map[string][]byte, s *checkpoint.Snapshot) error {
	if err := vacant(r.dir); err != nil {
		return err // another process was faster
	}
	for name, content := range files {
		path := filepath.Join(r.dir, name)
		u.made(path)
		if err := atomicfile.WriteBytes(path, content); err != nil {
			return fmt.Errorf("runs: the run cannot be written: %w", err)
		}
	}
	if s == nil {
		u.made(filepath.Join(r.dir, metricsName))
		if err := r.openMetrics(); err != nil {
			return err
		}
	} else {
		u.madeAll(filepath.Join(r.dir, checkpointName))
		if err := r.Save(*s); err != nil {
			return err
		}
	}
	info.Format, info.Seed, info.Versions = format, info.Config.Seed, versions()
	if info.Created.IsZero() {
		info.Created = time.Now().UTC()
	}
	info.Parent = relative(r.dir, info.Parent)
	u.made(filepath.Join(r.dir, infoName))
	r.info = info
	return info.write(r.dir)
}
