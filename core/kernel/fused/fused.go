// Package fused holds the step of an LSTM fused by hand, as other engines have it
// for the cells that they know. This engine has none: its block programs serve
// every cell. The package exists to measure what that costs (the benchmark
// HandFused of core/engine), and no part of iss uses it.
//
// The kernels are written by core/kernel/gen, for AVX-512 and AVX2; there are none
// for other processors.
package fused
