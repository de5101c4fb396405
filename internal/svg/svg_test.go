package svg_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed391906a2/iss/internal/svg"
)

func TestNum(t *testing.T) {
	for x, want := range map[float64]string{0: "0", -0.04: "0", 1.25: "1.3", 200: "200", -3.5: "-3.5"} {
		assert.Equal(t, want, svg.Num(x))
	}
}

func TestEscape(t *testing.T) {
	assert.Equal(t, "a &lt; b &amp; &#34;c&#34;", svg.Escape(`a < b & "c"`))
}

func TestFit(t *testing.T) {
	assert.Equal(t, "short", svg.Fit("short", 10, 100))
	got := svg.Fit("Model/RNN/MultiRNNCell/cell_0/weights", 10, 100)
	assert.LessOrEqual(t, svg.Advance(got)*10, 100.0)
	assert.Contains(t, got, "…")
	assert.Equal(t, "…", svg.Fit("long", 10, 1))

	assert.Equal(t, "short", svg.FitEnd("short", 10, 100))
	got = svg.FitEnd("Model/RNN/MultiRNNCell/cell_0/weights", 10, 100)
	assert.LessOrEqual(t, svg.Advance(got)*10, 100.0)
	assert.Equal(t, "…ll/cell_0/weights", got)
	assert.Equal(t, "…", svg.FitEnd("long", 10, 1))
}
