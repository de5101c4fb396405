// Package atomicfile writes files that are either whole or not there. The
// content goes to a new file in the same folder, is forced to the disk, and
// takes the place of the old file in one step; whoever opens the path sees the
// old content or the new one, also after a crash or a loss of power:
//
//	err := atomicfile.Write("run.json", func(w io.Writer) error {
//		return json.NewEncoder(w).Encode(run)
//	})
//
// It works on Linux, macOS and Windows. A process that is killed while writing
// leaves the old file and a leftover that IsLeftover recognises by its name.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	prefix = ".iss-"
	suffix = ".tmp"
	tries  = 100 // names tried for the new file
	buffer = 1 << 16
)

// Write makes the file at path hold what fill writes. A file that is there
// keeps its permissions; a symbolic link stays, and what it points to is
// replaced. If fill or anything else fails, the old file is as it was, nothing
// is left beside it, and the error is returned. Folders are not made.
func Write(path string, fill func(w io.Writer) error) error {
	path, mode, err := target(path)
	if err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	f, err := create(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	done := false
	defer func() { // also when fill panics
		if !done {
			f.Close() // a second Close does no harm
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriterSize(f, buffer)
	if err := fill(w); err != nil {
		return err
	}
	if err := finish(f, w, mode); err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	if err := rename(f.Name(), path); err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	done = true
	if err := syncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	return nil
}

// WriteBytes is Write for content that is at hand.
func WriteBytes(path string, content []byte) error {
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// IsLeftover reports whether a file name, without its folder, is one that Write
// gives to unfinished files. When no process is writing to the folder any more,
// such files can be deleted.
func IsLeftover(name string) bool {
	return strings.HasPrefix(name, prefix) && strings.HasSuffix(name, suffix)
}

// target returns the path that is to be replaced and the permissions of the
// file there, or 0 if there is none.
func target(path string) (string, fs.FileMode, error) {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return path, 0, nil
	case err != nil:
		return "", 0, err
	case !info.Mode().IsRegular():
		return "", 0, fmt.Errorf("%s is there and no regular file; choose another path", path)
	}
	return path, info.Mode().Perm(), nil
}

// create opens a new file in the folder, with the permissions that new files
// get there.
func create(dir string) (*os.File, error) {
	for try := 1; ; try++ {
		name := filepath.Join(dir, prefix+strconv.FormatUint(rand.Uint64(), 36)+suffix)
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil || !errors.Is(err, fs.ErrExist) || try == tries {
			return f, err
		}
	}
}

// finish forces the content to the disk and closes the file.
func finish(f *os.File, w *bufio.Writer, mode fs.FileMode) error {
	if err := w.Flush(); err != nil {
		return err
	}
	if mode != 0 {
		if err := f.Chmod(mode); err != nil {
			return err
		}
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}
