//go:build !windows

package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// rename puts the new file in the place of the old one, in one step.
func rename(from, to string) error { return os.Rename(from, to) }

// syncDir forces a folder's names to the disk; before that, a loss of power
// could undo the renaming. Where a file system cannot do that or the folder may
// not be read, the file is in its place all the same, and that is no error.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}
