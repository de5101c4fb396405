package report

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/seed391906a2/iss/tasks/train"
)

// Whatever the values, the scale holds them, and its ticks are few, rise, lie
// on the scale and have names of their own.
func TestAxis(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := rapid.Bool().Draw(t, "log")
		value := rapid.Custom(func(t *rapid.T) float64 {
			v := rapid.Float64Range(1, 10).Draw(t, "mantissa") * math.Pow(10, float64(rapid.IntRange(-8, 8).Draw(t, "exponent")))
			if !log && rapid.Bool().Draw(t, "negative") {
				v = -v
			}
			return v
		})
		values := rapid.SliceOfN(value, 0, 8).Draw(t, "values")
		values = append(values, math.NaN(), math.Inf(1))
		a := newAxis("", log, !log && rapid.Bool().Draw(t, "zero"), values)
		a.from, a.to = 0, 100
		for _, v := range values {
			if a.holds(v) {
				assert.GreaterOrEqual(t, a.at(v), -1e-6)
				assert.LessOrEqual(t, a.at(v), 100+1e-6)
			}
		}
		ticks := a.ticks()
		assert.NotEmpty(t, ticks)
		assert.LessOrEqual(t, len(ticks), 8)
		assert.True(t, slices.IsSorted(ticks), "%v", ticks)
		for _, v := range ticks {
			assert.GreaterOrEqual(t, a.at(v), -1e-6, "%v", v)
			assert.LessOrEqual(t, a.at(v), 100+1e-6, "%v", v)
		}
		names := a.labels(ticks)
		assert.Len(t, slices.Compact(slices.Clone(names)), len(ticks), "%v", names)
	})
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 112.4567: "112.5", 3669200: "3.669M", 48160: "48.16k", 0.005688: "0.005688", 2e-5: "2e-05", -1.5: "-1.5", 9999: "9999",
	} {
		assert.Equal(t, want, number(v))
	}
	a := axis{}
	assert.Equal(t, []string{"112.5", "112.55", "112.6"}, a.labels([]float64{112.5, 112.55, 112.6}))
}

// A step has its place between the ends of its epoch's neighbours, whether the
// epoch is at its end or not.
func TestAt(t *testing.T) {
	h := History{Epochs: []train.EpochMetric{{Step: 100}, {Epoch: 1, Step: 150}}}
	for step, want := range map[uint64]float64{0: 0, 50: 0.5, 100: 1, 125: 1.5, 150: 2, 175: 2.5} {
		assert.InDelta(t, want, h.at(step), 1e-12, "step %d", step)
	}
	assert.Equal(t, "epochs", h.unit())
	assert.InDelta(t, 175.0, History{}.at(175), 0)
	assert.Equal(t, "steps", History{}.unit())
}
