package kernel

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// availableMemory is what the kernel estimates, or less where a control group
// above us leaves less.
func availableMemory() (int64, bool) {
	n, known := field("/proc/meminfo", "MemAvailable:")
	if !known {
		return 0, false
	}
	least := n * 1024
	groups, _ := os.ReadFile("/proc/self/cgroup")
	for line := range strings.Lines(string(groups)) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			least = min(least, groupMemory("/sys/fs/cgroup", path))
		}
	}
	return least, true
}

// groupMemory is what the control groups (version 2) on the way from root to
// path leave: their limits less what is in use, pages of files that can go not
// counted. Without limits it is a number beyond all memory.
func groupMemory(root, path string) int64 {
	least := int64(1) << 62
	for dir := path; ; dir = filepath.Dir(dir) {
		at := filepath.Join(root, dir)
		limit, limited := number(filepath.Join(at, "memory.max"))
		used, known := number(filepath.Join(at, "memory.current"))
		if limited && known {
			files, _ := field(filepath.Join(at, "memory.stat"), "inactive_file")
			least = min(least, max(limit-used+files, 0))
		}
		if dir == "/" || dir == "." {
			return least
		}
	}
}

// number reads a file that holds one number.
func number(file string) (int64, bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
	return n, err == nil
}

// field reads the number behind a name at the beginning of a line.
func field(file, name string) (int64, bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == name {
			n, err := strconv.ParseInt(f[1], 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}
