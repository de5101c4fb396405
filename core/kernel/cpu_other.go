//go:build !amd64

package kernel

func bestLevel() level { return levelGeneric }

// cpuPause has nothing to say to this processor.
func cpuPause() {}
