package train

import (
	"os"
	"strconv"
	"strings"
)

// peakMemory is the most memory that this process has held at once, in bytes:
// its resident set, as Linux counts it. It is 0 where that is not told.
func peakMemory() int64 {
	status, _ := os.ReadFile("/proc/self/status")
	return highWater(string(status))
}

// highWater reads the line VmHWM of proc(5)'s status, which is in KiB.
func highWater(status string) int64 {
	_, rest, _ := strings.Cut(status, "\nVmHWM:")
	line, _, _ := strings.Cut(rest, "\n")
	n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(line, "kB")), 10, 64)
	if err != nil {
		return 0
	}
	return n << 10
}
