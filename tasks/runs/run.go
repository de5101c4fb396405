// Package runs keeps what training leaves behind: a run directory.
//
//	runs/demo-1/
//	  run.json       configuration in full, kept units, data, versions, result
//	  vocab.txt      and other files of the task
//	  checkpoint/    weights and what training goes on from (core/checkpoint)
//	  metrics.jsonl  one JSON object a line
//	  lock           while a process writes to the run
//	  compact/       the compacted model: a run directory of its own
//
// A run is made by Create, read by Open, and gone on with by OpenForResume:
//
//	run, err := runs.Create("", runs.Info{Config: cfg, Data: runs.DataOf(problem.Data())}, problem.Data().Files)
//	defer run.Close()
//	err = run.Append(metric)
//	err = run.Save(snapshot)
//	err = run.Finish(result)
//
// Graph and Tensors of an open run are its model, to be served (the example of
// Graph), exported or measured.
//
// Whatever stops a process, kill -9 included, leaves a run that can be opened:
// run.json and the checkpoint are replaced as a whole, and a last line of the
// metrics that was cut short is not read.
package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/seed391906a2/iss/internal/atomicfile"
)

// Names in a run directory.
const (
	infoName       = "run.json"
	checkpointName = "checkpoint"
	metricsName    = "metrics.jsonl"
	lockName       = "lock"
)

// Run is an open run directory. Its methods may be called from several
// goroutines.
type Run struct {
	dir   string
	notes []string

	mu      sync.Mutex
	info    Info
	lock    *lock    // nil: opened for reading
	metrics *os.File // nil: opened for reading
	size    int64    // of the metrics, whole lines only
}

// Open opens a run for reading. Another process may be writing to it.
func Open(dir string) (*Run, error) {
	info, err := ReadInfo(dir)
	if err != nil {
		return nil, err
	}
	return &Run{dir: dir, info: info}, nil
}

// OpenForResume opens a run to go on with it and locks it until Close. A lock
// whose process has died is taken over, which is told in Notes; one whose
// process lives is an error that names it. A last metric that was cut short is
// cut away; what else is behind the checkpoint is for Rewind.
func OpenForResume(dir string) (*Run, error) {
	info, err := ReadInfo(dir)
	if err != nil {
		return nil, err
	}
	l, note, err := acquire(dir)
	if err != nil {
		return nil, err
	}
	r := &Run{dir: dir, info: info, lock: l}
	if note != "" {
		r.notes = append(r.notes, note)
	}
	removeLeftovers(dir)
	if err := r.openMetrics(); err != nil {
		return nil, errors.Join(err, l.release())
	}
	return r, nil
}

// Dir is the run's directory, as it was given.
func (r *Run) Dir() string { return r.dir }

// Notes are lines for the user: what was odd when the run was opened or rewound.
func (r *Run) Notes() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.notes...)
}

// Info is what run.json says.
func (r *Run) Info() Info {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.info
}

// Parent is the directory of the run that this one was made from, or "".
func (r *Run) Parent() string { return r.Info().parent(r.dir) }

// File returns a file that the task put into the run, such as vocab.txt.
func (r *Run) File(name string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(r.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("runs: %s has no %s, which its task needs; was it deleted?", r.dir, name)
	}
	if err != nil {
		return nil, fmt.Errorf("runs: %w", err)
	}
	return text, nil
}

// Finish says in run.json that the run is at its end, now, with this result.
func (r *Run) Finish(result map[string]any) error {
	return r.Update(func(i *Info) {
		now := time.Now().UTC().Truncate(time.Second)
		i.Finished, i.Result = &now, result
	})
}

// Shrunk says in run.json which units are left in the model of the last
// checkpoint.
func (r *Run) Shrunk(kept map[string][]int) error {
	return r.Update(func(i *Info) { i.Kept = kept })
}

// Update changes run.json.
func (r *Run) Update(change func(*Info)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.writable(); err != nil {
		return err
	}
	next := r.info
	change(&next)
	if err := next.write(r.dir); err != nil {
		return err
	}
	r.info = next
	return nil
}

// Close unlocks the run. Closing twice does no harm.
func (r *Run) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var errs []error
	if r.metrics != nil {
		errs = append(errs, r.metrics.Close())
		r.metrics = nil
	}
	if r.lock != nil {
		errs = append(errs, r.lock.release())
		r.lock = nil
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("runs: %w", err)
	}
	return nil
}

func (r *Run) writable() error {
	if r.lock == nil {
		return fmt.Errorf("runs: %s is open for reading, or closed; it cannot be written to", r.dir)
	}
	return nil
}

// removeLeftovers deletes what a killed process left half-written. Only the
// holder of the lock may.
func removeLeftovers(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if atomicfile.IsLeftover(e.Name()) {
			os.Remove(filepath.Join(dir, e.Name())) // if it stays it does no harm
		}
	}
}
