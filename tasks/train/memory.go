package train

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/seed391906a2/iss/core/engine"
)

// needs is the memory that a training takes beside its data.
type needs struct {
	step engine.Footprint // of a training step
	rest int64            // bytes: of the optimizer, and what evaluation takes beside that
}

func (n needs) total() int64 { return n.step.Total() + n.rest }

func (n needs) String() string {
	return fmt.Sprintf("%.1f MB of memory: %s, %.1f for optimizer and evaluation", float64(n.total())/1e6, n.step.Parts(), float64(n.rest)/1e6)
}

// needs weighs the plans, which have an arena in turn.
func (t *trainer) needs() needs {
	all := t.arena.Memory() + t.m.Own() + t.eval.own()
	for _, s := range t.update.slots {
		for _, x := range s.values {
			all += 4 * int64(len(x))
		}
	}
	for _, mask := range t.frozen {
		all += 4 * int64(len(mask.Data))
	}
	return needs{t.m.Footprint(), all - t.m.Memory()}
}

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
