//go:build !amd64

package rng

func vectorAll(*draw[float32], []float32) int { return 0 }

func vectorSome(*draw[float32], []float32, []int32) bool { return false }
