package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Folder holds what a folder is filled with: what writes each file, by its path
// with slashes.
type Folder map[string]func(w io.Writer) error

// Text is a file of a Folder that is at hand.
func Text(content []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}
}

// ErrTaken says that there is something of a folder's name already.
var ErrTaken = errors.New("is there already; name another folder, or remove it")

// Vacant returns an error that wraps ErrTaken if WriteFolder would refuse dir.
func Vacant(dir string) error {
	if _, err := os.Lstat(dir); err == nil {
		return fmt.Errorf("%s %w", dir, ErrTaken)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// WriteFolder makes a folder with files in it: all of them, or nothing. The
// files go to a new folder beside it, which takes its name in one step.
func WriteFolder(dir string, files Folder) (err error) {
	if err := Vacant(dir); err != nil {
		return err
	}
	above := filepath.Dir(filepath.Clean(dir))
	made, err := mkdirAll(above)
	defer func() {
		if err != nil {
			for _, d := range made {
				os.Remove(d) // empty, or of others by now
			}
		}
	}()
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp(above, prefix+"new-*")
	if err != nil {
		return fmt.Errorf("nothing can be written to %s: %w", above, err)
	}
	defer os.RemoveAll(temp) // before the folders above it go
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := writeInto(filepath.Join(temp, filepath.FromSlash(name)), files[name]); err != nil {
			return err
		}
	}
	if err := open(temp); err != nil {
		return err
	}
	return os.Rename(temp, dir)
}

func writeInto(path string, fill func(w io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, buffer)
	if err := errors.Join(fill(w), w.Flush()); err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(f.Sync(), f.Close())
}

// mkdirAll makes a folder and those above it, and returns those made, the
// innermost first.
func mkdirAll(dir string) (made []string, err error) {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); err == nil || filepath.Dir(d) == d {
			break
		}
		made = append(made, d)
	}
	return made, os.MkdirAll(dir, 0o777)
}

// open gives a folder that was made for its maker alone the permissions of one
// made by mkdir.
func open(dir string) error {
	probe := filepath.Join(dir, ".probe")
	if err := os.Mkdir(probe, 0o777); err != nil {
		return err
	}
	info, err := os.Stat(probe)
	if err != nil {
		return err
	}
	return errors.Join(os.Remove(probe), os.Chmod(dir, info.Mode().Perm()))
}
