package train

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPeakMemory(t *testing.T) {
	for _, c := range []struct {
		name, status string
		want         int64
	}{
		{"as Linux writes it", "Name:\tiss\nVmPeak:\t  9000 kB\nVmHWM:\t    4500 kB\nVmRSS:\t    4000 kB\n", 4500 << 10},
		{"no such line", "Name:\tiss\nVmRSS:\t    4000 kB\n", 0},
		{"no such file", "", 0},
		{"no number", "Name:\tiss\nVmHWM:\tmany kB\n", 0},
	} {
		assert.Equal(t, c.want, highWater(c.status), c.name)
	}
	if runtime.GOOS != "linux" {
		assert.Zero(t, peakMemory())
		return
	}
	before := peakMemory()
	const size = 64 << 20
	held := make([]byte, size)
	for i := range held {
		held[i] = 1
	}
	assert.Greater(t, peakMemory(), int64(size))
	assert.GreaterOrEqual(t, peakMemory(), before)
	runtime.KeepAlive(held)
}
