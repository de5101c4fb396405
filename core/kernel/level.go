package kernel

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// A level is one complete set of kernels, in rising order of speed.
type level int

const (
	levelGeneric level = iota
	levelAVX2
	levelAVX512
)

var levelNames = []string{levelGeneric: "generic", levelAVX2: "avx2", levelAVX512: "avx512"}

func (l level) String() string { return levelNames[l] }

// shape is the blocking of a level's matrix product: tiles of at most mr rows
// by nr columns, over kc terms of the inner sum at a time. square is how many rows
// and columns a transposition takes at once.
type shape struct{ mr, nr, kc, square int }

var shapes = [...]shape{
	levelGeneric: {mr: 16, nr: 128, kc: 256, square: 1},
	levelAVX2:    {mr: 6, nr: 16, kc: 768, square: 8},
	levelAVX512:  {mr: 14, nr: 32, kc: 768, square: 16},
}

var active, cpuErr = chooseLevel(os.Getenv("ISS_CPU"), bestLevel())

// CPU returns the level in use: "avx512", "avx2" or "generic".
func CPU() string { return active.String() }

// CPUError returns what was wrong with ISS_CPU, or nil. An unknown name, or a
// level this processor lacks, is an error; the best level is in use then.
func CPUError() error { return cpuErr }

// SlowPath says why the plain Go kernels are in use, which take many times as
// long as the others; it is empty if they are not.
func SlowPath() string {
	switch {
	case active != levelGeneric:
		return ""
	case bestLevel() != levelGeneric:
		return "ISS_CPU=generic asks for them"
	}
	return "this processor has no AVX2 with FMA"
}

func chooseLevel(want string, best level) (level, error) {
	if want == "" {
		return best, nil
	}
	known := slices.Clone(levelNames)
	slices.Reverse(known)
	i := slices.Index(levelNames, want)
	if i < 0 {
		return best, fmt.Errorf("kernel: ISS_CPU=%s is unknown; known: %s; using %s", want, strings.Join(known, ", "), best)
	}
	if level(i) > best {
		return best, fmt.Errorf("kernel: ISS_CPU=%s: this processor offers at most %s; using %s", want, best, best)
	}
	return level(i), nil
}
