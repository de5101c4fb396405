package runs

import "time"

// SetLockPatience changes how long a lock is waited for, until the function
// returned is called.
func SetLockPatience(d time.Duration) (back func()) {
	before := lockPatience
	lockPatience = d
	return func() { lockPatience = before }
}

// Acquire locks a directory.
func Acquire(dir string) (release func() error, err error) {
	l, _, err := acquire(dir)
	if err != nil {
		return nil, err
	}
	return l.release, nil
}
