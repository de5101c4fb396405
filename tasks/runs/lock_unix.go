//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package runs

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// tryLock locks a file until it is closed, for writers or for readers, or
// returns errHeld or errNoLocks.
func tryLock(f *os.File, write bool) error {
	how := unix.LOCK_SH
	if write {
		how = unix.LOCK_EX
	}
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var lockErr error
	err = conn.Control(func(fd uintptr) {
		for {
			if lockErr = unix.Flock(int(fd), how|unix.LOCK_NB); !errors.Is(lockErr, unix.EINTR) {
				return
			}
		}
	})
	switch {
	case err != nil:
		return err
	case errors.Is(lockErr, unix.EWOULDBLOCK):
		return errHeld
	case errors.Is(lockErr, unix.ENOTSUP), errors.Is(lockErr, unix.ENOSYS), errors.Is(lockErr, unix.ENOLCK), errors.Is(lockErr, unix.EINVAL):
		return errNoLocks
	}
	return lockErr
}
