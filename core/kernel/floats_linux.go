package kernel

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// adviseHuge asks for huge pages in the whole pages of b. It is advice: a
// kernel that has none refuses, and nothing is lost.
func adviseHuge(b []byte) {
	page := os.Getpagesize()
	skip := int(-uintptr(unsafe.Pointer(&b[0]))) & (page - 1)
	b = b[skip:]
	_ = unix.Madvise(b[:len(b)&^(page-1)], unix.MADV_HUGEPAGE)
}
