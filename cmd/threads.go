package cmd

import (
	"runtime"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/core/kernel"
)

// threadsPerCore is how many workers a core may be given. More than one is slower
// than one, though not by much, since waiting workers give way; far more are a
// slip of the finger.
const threadsPerCore = 8

// threadsFlag adds --threads; sensibleThreads checks it.
func threadsFlag(c *cobra.Command, n *int) {
	c.Flags().IntVar(n, "threads", 0, "workers (default all cores)")
}

// sensibleThreads refuses a number of workers that was given and makes no sense.
func sensibleThreads(c *cobra.Command, n int) error {
	if !c.Flags().Changed("threads") {
		return nil
	}
	return checkThreads("--threads", n)
}

// warnOfSlowKernels tells whoever is about to wait for them.
func (a *app) warnOfSlowKernels() {
	if why := kernel.SlowPath(); why != "" {
		a.Log.Warn("plain Go kernels, the slow path: " + why)
	}
}

func checkThreads(what string, n int) error {
	cores := runtime.NumCPU()
	switch {
	case n < 1:
		return wrongf("%s is %d; it must be at least 1, and all cores are %d here", what, n, cores)
	case n > threadsPerCore*cores:
		return wrongf("%s is %d, but this machine has %d cores: more than %d workers make no sense, and more than %d are slower", what, n, cores, threadsPerCore*cores, cores)
	}
	return nil
}
