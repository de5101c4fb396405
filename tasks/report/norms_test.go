package report

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// Whatever the lengths, each is counted once, in the place that holds it, and
// those that are no numbers not at all.
func TestHistogramCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		length := rapid.Custom(func(t *rapid.T) float64 {
			switch rapid.IntRange(0, 5).Draw(t, "kind") {
			case 0:
				return 0
			case 1:
				return rapid.SampledFrom([]float64{math.NaN(), math.Inf(1)}).Draw(t, "odd")
			}
			return math.Pow(10, rapid.Float64Range(-30, 30).Draw(t, "exponent"))
		})
		kinds := []lengths{
			{"before", rapid.SliceOfN(length, 1, 20).Draw(t, "before")},
			{"after", rapid.SliceOfN(length, 1, 20).Draw(t, "after")},
		}
		c := histogram("cell_0", kinds)
		assert.LessOrEqual(t, len(c.bars.edges), 80, "few places")
		for i, l := range kinds {
			zeros, odd := l.count()
			counts := c.bars.counts[i]
			assert.Equal(t, float64(zeros), counts[0])
			for k := 1; k < len(counts); k++ {
				inside, near := 0.0, 0.0 // a length on an edge may be on either side of it
				for _, v := range l.list {
					const slack = 1e-9
					if lo, hi := c.bars.edges[k], c.bars.edges[k+1]; positive(v) {
						if v > lo*(1+slack) && v < hi*(1-slack) {
							inside++
						}
						if v > lo*(1-slack) && v < hi*(1+slack) {
							near++
						}
					}
				}
				assert.GreaterOrEqual(t, counts[k], inside, "place %d", k)
				assert.LessOrEqual(t, counts[k], near, "place %d", k)
			}
			total := 0.0
			for _, n := range counts {
				total += n
			}
			assert.Equal(t, float64(len(l.list)-odd), total)
		}
	})
}
