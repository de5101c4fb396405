//go:build unix

package engine_test

import (
	"syscall"
	"time"
)

// cpuTime is the processor time that this process has taken so far: it hardly
// hangs on what else runs on the machine.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
