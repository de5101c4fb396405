//go:build !windows

package atomicfile

import "os"

// rename puts the new file in the place of the old one, in one step.
func rename(from, to string) error { return os.Rename(from, to) }

// syncDir forces a folder's names to the disk; before that, a loss of power
// could undo the renaming.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
