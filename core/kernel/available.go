package kernel

// AvailableMemory is how many bytes a program can still take before the system
// has to swap or to kill, limits of containers included. Known is false where
// the system does not say.
func AvailableMemory() (bytes int64, known bool) { return availableMemory() }
