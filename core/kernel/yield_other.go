//go:build !linux

package kernel

import "time"

// yieldCore lets another thread of the system have this core.
func yieldCore() { time.Sleep(20 * time.Microsecond) }
