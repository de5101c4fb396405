package runs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A lock keeps two processes from writing to one run. It is a lock of the
// operating system on the file "lock", which ends with the process however
// that ends; the file says whose it is. A file that still names a process when
// the lock can be had is the trace of one that died.
type lock struct {
	f    *os.File
	path string
}

// holder is what a lock file says.
type holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// HeldError says that a process is writing to a run.
type HeldError struct {
	Dir  string
	PID  int // 0: not known
	Host string
}

func (e *HeldError) Error() string {
	path := filepath.Join(e.Dir, lockName)
	here, err := os.Hostname()
	switch {
	case e.PID == 0:
		return fmt.Sprintf("runs: %s is in use by another process; wait for it or stop it", e.Dir)
	case err == nil && e.Host != here:
		return fmt.Sprintf("runs: %s is in use by process %d of %s, which cannot be asked from here; if it is gone, delete %s", e.Dir, e.PID, e.Host, path)
	}
	return fmt.Sprintf("runs: %s is in use by process %d; wait for it or stop it", e.Dir, e.PID)
}

var (
	errHeld      = errors.New("another process has the lock")
	errNoLocks   = errors.New("the file system has no locks")
	lockPatience = 300 * time.Millisecond // someone may only be looking; tests have less
)

// acquire locks a run. The note is for the user, if the lock was a dead
// process's.
func acquire(dir string) (l *lock, note string, err error) {
	path := filepath.Join(dir, lockName)
	for start := time.Now(); ; {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, "", fmt.Errorf("runs: the run cannot be written: %w", err)
		}
		err = tryLock(f, true)
		before := readHolder(f)
		switch {
		case errors.Is(err, errHeld) && time.Since(start) < lockPatience:
			f.Close()
			time.Sleep(lockPatience / 10)
			continue
		case errors.Is(err, errHeld), errors.Is(err, errNoLocks) && before.PID != 0:
			f.Close()
			return nil, "", &HeldError{Dir: dir, PID: before.PID, Host: before.Host}
		case err != nil && !errors.Is(err, errNoLocks):
			f.Close()
			return nil, "", fmt.Errorf("runs: %s: %w", path, err)
		case !same(f, path):
			f.Close() // the one before has just deleted it
			continue
		}
		l = &lock{f, path}
		host, _ := os.Hostname()
		if before.PID != 0 && before.Host != host {
			f.Close() // and the file stays as it is
			return nil, "", &HeldError{Dir: dir, PID: before.PID, Host: before.Host}
		}
		if before.PID != 0 {
			note = fmt.Sprintf("process %d, which had %s since %s, ended without a word; its lock is taken over",
				before.PID, dir, before.Since.Local().Format("2 January 15:04"))
		}
		if err := l.sign(holder{os.Getpid(), host, time.Now().UTC()}); err != nil {
			return nil, "", fmt.Errorf("runs: %s: %w", path, errors.Join(err, l.release()))
		}
		return l, note, nil
	}
}

// sign writes into the lock file whose it is.
func (l *lock) sign(h holder) error {
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := l.f.Truncate(0); err != nil {
		return err
	}
	_, err = l.f.WriteAt(append(text, '\n'), 0)
	return err
}

// release deletes the file and unlocks it, in this order where the system
// allows it.
func (l *lock) release() error {
	if !same(l.f, l.path) {
		return l.f.Close() // someone deleted it; what is there now is not ours
	}
	gone := os.Remove(l.path) == nil
	err := l.f.Close()
	if !gone {
		os.Remove(l.path) // Windows; it fails if another process has it already
	}
	return err
}

// held reports whether a process is writing to the run.
func held(dir string) bool {
	f, err := os.Open(filepath.Join(dir, lockName))
	if err != nil {
		return false
	}
	defer f.Close()
	err = tryLock(f, false)
	return errors.Is(err, errHeld) || errors.Is(err, errNoLocks)
}

// readHolder returns what a lock file says, or the zero holder.
func readHolder(f *os.File) holder {
	var h holder
	text, err := io.ReadAll(io.NewSectionReader(f, 0, 4096))
	if err != nil || json.Unmarshal(text, &h) != nil {
		return holder{}
	}
	return h
}

// same reports whether an open file is still the one at the path.
func same(f *os.File, path string) bool {
	a, err := f.Stat()
	if err != nil {
		return false
	}
	b, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	return err == nil && os.SameFile(a, b)
}
