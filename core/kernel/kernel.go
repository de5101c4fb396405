// Package kernel holds the float32 arithmetic of the compiled executor: matrix
// products, an element-wise vector machine, row and column reductions, and the
// team of workers that shares them out.
//
// Three levels of the same functions are chosen at run time: AVX-512, AVX2 with
// FMA (both Go assembler, written by the generator in gen) and generic (gonum's
// BLAS and plain Go), which is the only one off amd64. The environment variable
// ISS_CPU=avx512|avx2|generic forces one; see CPUError.
//
//	team := kernel.NewTeam(2)
//	defer team.Close()
//	weights := kernel.NewPacked(in, out)
//	team.Run(func(w int) {
//		weights.Pack(w, team.N(), W, out, false) // once per update
//		team.Barrier()
//		kernel.GemmPacked(w, team.N(), batch, x, in, weights, y, out, false, bias)
//	})
//
// Matrices are row-major slices with a row stride (lda, ldb, ldc) in floats.
// Nothing is read or written outside the elements a call names, any alignment
// will do, and no call allocates once Team.Reserve has seen its size. A slice
// that is too short for its sizes panics with a UsageError.
//
// Sources: Goto and van de Geijn, "Anatomy of High-Performance Matrix
// Multiplication", ACM TOMS 34(3), 2008 (panels and tiles); Moshier's Cephes
// library (the shape of exp and log).
package kernel

//go:generate go run ./gen

import "fmt"

// UsageError is what a caller's slip (sizes that do not fit) panics with.
type UsageError string

func (e UsageError) Error() string { return string(e) }

//go:noinline
func misuse(format string, args ...any) {
	panic(UsageError("kernel: " + fmt.Sprintf(format, args...)))
}

// checkMatrix panics unless x holds rows×cols floats at row stride ld.
func checkMatrix(name string, x []float32, ld, rows, cols int) {
	if rows == 0 || cols == 0 {
		return
	}
	if rows < 0 || cols < 0 {
		misuse("%s is %d×%d: sizes must not be negative", name, rows, cols)
	}
	if ld < cols {
		misuse("%s (%d×%d): row stride %d is less than the %d columns", name, rows, cols, ld, cols)
	}
	if need := (rows-1)*ld + cols; len(x) < need {
		misuse("%s (%d×%d, row stride %d) has %d floats, needs %d", name, rows, cols, ld, len(x), need)
	}
}

// checkVector panics unless x holds at least n floats.
func checkVector(name string, x []float32, n int) {
	if len(x) < n {
		misuse("%s has %d floats, needs %d", name, len(x), n)
	}
}
