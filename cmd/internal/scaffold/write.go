package scaffold

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Write makes a folder with files in it: all of them, or nothing. It is an error
// if there is something of that name already.
func Write(dir string, files Files) (err error) {
	if _, err := os.Lstat(dir); err == nil {
		return fmt.Errorf("%s is there already; name another folder, or remove it", dir)
	} else if !errors.Is(err, fs.ErrNotExist) {
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
	temp, err := os.MkdirTemp(above, ".iss-new-*")
	if err != nil {
		return fmt.Errorf("nothing can be written to %s: %w", above, err)
	}
	defer os.RemoveAll(temp) // before the folders above it go
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(temp, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(path, files[name], 0o666); err != nil {
			return err
		}
	}
	if err := open(temp); err != nil {
		return err
	}
	return os.Rename(temp, dir)
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
