package kernel

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A round is as many operations as it says: the peak lies between what any
// processor that has the level does and what none does.
func TestPeak(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		best := time.Hour
		flops := 0
		for range 50 {
			start := time.Now()
			flops = Peak()
			best = min(best, time.Since(start))
		}
		rate := float64(flops) / best.Seconds() / 1e9
		t.Logf("%s: %.1f GFLOPS", CPU(), rate)
		assert.Greater(t, rate, 0.05)
		assert.Less(t, rate, 1000.0)
	})
}

func BenchmarkPeak(b *testing.B) {
	flops := 0
	for b.Loop() {
		flops = Peak()
	}
	gflops(b, flops)
}
