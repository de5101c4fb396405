package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// undo removes what a Create that failed has made.
type undo struct {
	paths []string        // in the order of making
	whole map[string]bool // directories that are removed with all that is in them
}

// made says that a file or an empty directory is about to be made.
func (u *undo) made(path string) { u.paths = append(u.paths, path) }

// madeAll says that a directory and everything in it is about to be made.
func (u *undo) madeAll(dir string) {
	u.made(dir)
	if u.whole == nil {
		u.whole = map[string]bool{}
	}
	u.whole[dir] = true
}

// mkdirAll is os.MkdirAll; what it makes can be undone.
func (u *undo) mkdirAll(dir string) error {
	var missing []string
	for at := filepath.Clean(dir); ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			break
		}
		missing = append(missing, at)
	}
	for _, at := range slices.Backward(missing) {
		u.made(at)
	}
	return os.MkdirAll(dir, 0o777)
}

// now removes it all. A directory in which others have put something stays.
func (u *undo) now() error {
	for _, path := range slices.Backward(u.paths) {
		if u.whole[path] {
			if err := os.RemoveAll(path); err != nil {
				return fmt.Errorf("runs: %w", err)
			}
			continue
		}
		os.Remove(path) // it may not be there, or not be empty
	}
	return nil
}
