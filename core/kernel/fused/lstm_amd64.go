package fused

import (
	"unsafe"

	"github.com/seed391906a2/iss/core/kernel"
)

// wide says that the kernels are those of AVX-512.
var wide = kernel.CPU() == "avx512"

// Available reports whether the level in use has these kernels.
func Available() bool { return kernel.CPU() != "generic" }

// The vectors that Forward takes: what goes in, then what comes out, then what
// ForwardKeep keeps besides.
const (
	I, J, F, O, C = 0, 1, 2, 3, 4 // gates before activation, and the state
	CNext, H      = 5, 6
	SigI, TanhJ   = 7, 8
	SigF, SigO    = 9, 10
	TanhC         = 11
	Vectors       = 12
)

// Forward computes n units of c' = σ(f)·c + σ(i)·tanh(j), h = σ(o)·tanh(c').
func Forward(n int, p *[Vectors]*float32) { forward(n, unsafe.SliceData(p[:])) }

// ForwardKeep is Forward that also stores all activations, perhaps in place of
// the gates.
func ForwardKeep(n int, p *[Vectors]*float32) { forwardKeep(n, unsafe.SliceData(p[:])) }

// The vectors that Backward takes: dh in two parts, activations and state of the
// way there, the gradient dc' of the later step; then the results.
const (
	DH0, DH1, BackSigO, BackTanhC, DCNext = 0, 1, 2, 3, 4
	BackSigI, BackTanhJ, BackSigF, BackC  = 5, 6, 7, 8
	DO, DJ, DI, DF, DC                    = 9, 10, 11, 12, 13
	BackVectors                           = 14
)

// Backward is the derivative of Forward, for n units.
func Backward(n int, p *[BackVectors]*float32) { backward(n, unsafe.SliceData(p[:])) }
