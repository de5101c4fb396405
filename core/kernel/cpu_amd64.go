package kernel

import "golang.org/x/sys/cpu"

// bestLevel returns the highest level this processor and system can run.
func bestLevel() level {
	x := cpu.X86
	avx2 := x.HasAVX2 && x.HasFMA && x.HasBMI2 && x.HasPOPCNT
	switch {
	case avx2 && x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL:
		return levelAVX512
	case avx2:
		return levelAVX2
	}
	return levelGeneric
}

// cpuPause tells the processor that this is a spinning loop.
//
//go:noescape
func cpuPause()
