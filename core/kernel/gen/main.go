// Command gen writes the assembler of package kernel: run it with go generate in
// that package's folder. Each kernel is described once, over an instruction set
// (isa.go), and emitted for AVX2 and for AVX-512.
//
//	go run ./gen        # in core/kernel: rewrites the generated files there
//
// The files: consts_amd64.s (constants shared by both levels), for each level
// gemm, vm and vector kernels, and the Go declarations with the switch between
// the levels, for amd64 and for all other processors; and those of package fused.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	dir := "."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	for name, text := range generate() {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "gen:", err)
			os.Exit(1)
		}
	}
}

// generate returns the text of every generated file by its name.
func generate() map[string]string {
	files := map[string]string{
		"consts_amd64.s":   constants() + pause,
		"kernels_amd64.go": declarations(),
		"kernels_other.go": fallbacks(),
	}
	for _, s := range []isa{avx2, avx512} {
		for name, write := range map[string]func(*asm){"gemm": gemmKernels, "vm": vectorMachine, "vector": vectorKernels} {
			a := newAsm(s)
			write(a)
			files[fmt.Sprintf("%s_%s_amd64.s", name, s.name)] = a.String()
		}
	}
	for name, text := range fusedFiles() {
		files["fused/"+name] = text
	}
	return files
}

// pause is the only function that has nothing to do with levels.
const pause = "\n// func cpuPause()\nTEXT ·cpuPause(SB), NOSPLIT, $0-0\n\tPAUSE\n\tRET\n"
