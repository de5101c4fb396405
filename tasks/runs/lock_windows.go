package runs

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// tryLock locks a file until it is closed, for writers or for readers, or
// returns errHeld or errNoLocks. The bytes locked are far behind the end, as
// Windows forbids others to read those that are.
func tryLock(f *os.File, write bool) error {
	how := uint32(windows.LOCKFILE_FAIL_IMMEDIATELY)
	if write {
		how |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var lockErr error
	err = conn.Control(func(fd uintptr) {
		at := windows.Overlapped{OffsetHigh: 1 << 30}
		lockErr = windows.LockFileEx(windows.Handle(fd), how, 0, 1, 0, &at)
	})
	switch {
	case err != nil:
		return err
	case errors.Is(lockErr, windows.ERROR_LOCK_VIOLATION), errors.Is(lockErr, windows.ERROR_IO_PENDING):
		return errHeld
	case errors.Is(lockErr, windows.ERROR_NOT_SUPPORTED), errors.Is(lockErr, windows.ERROR_INVALID_FUNCTION):
		return errNoLocks
	}
	return lockErr
}
