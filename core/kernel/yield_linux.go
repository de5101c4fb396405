package kernel

import "syscall"

// yieldCore lets another thread of the system have this core.
func yieldCore() {
	_, _, _ = syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0)
}
