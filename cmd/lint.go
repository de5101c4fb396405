package cmd

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/seed391906a2/iss/schemas"
)

// lintError is what became of reading a group file: faults are what lint was
// asked to find, its result, status 1; a file that is not there was typed
// wrong, status 2.
func (a *app) lintError(err error) error {
	var faults schemas.Faults
	switch {
	case errors.As(err, &faults):
		fmt.Fprintln(a.Out, faults)
		return found()
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return wrong(err)
	}
	return err
}
