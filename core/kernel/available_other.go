//go:build !linux

package kernel

func availableMemory() (int64, bool) { return 0, false }
