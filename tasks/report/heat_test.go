package report

import (
	"bytes"
	"encoding/base64"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A large matrix is drawn small: a pixel is the mean colour of a block of
// weights, at the edges of as many as there are.
func TestDownSampled(t *testing.T) {
	// A strip of one row, 400, and one column, 999; else a zero in each column
	// that three divides.
	m := &heat{rows: 700, cols: 1000, kind: func(i, j int) int {
		switch {
		case i == 400 || j == 999:
			return lost
		case j%3 == 0:
			return zero
		}
		return alive
	}}
	uri, err := m.image()
	require.NoError(t, err)
	assert.Less(t, len(uri), 4000)
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(uri, "data:image/png;base64,"))
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(raw))
	require.NoError(t, err)
	assert.Equal(t, 334, img.Bounds().Dx(), "of 3 columns each, the last of one")
	assert.Equal(t, 234, img.Bounds().Dy(), "of 3 rows each, the last of one")

	mean := func(parts ...shade) color.RGBA {
		var s shade
		for _, p := range parts {
			for k := range s {
				s[k] += p[k] / float64(len(parts))
			}
		}
		return color.RGBA{uint8(s[0] + 0.5), uint8(s[1] + 0.5), uint8(s[2] + 0.5), 255}
	}
	a, z, l := shades[alive], shades[zero], shades[lost]
	for _, c := range []struct {
		name string
		x, y int
		want color.RGBA
	}{
		{"inside", 10, 10, mean(z, a, a)},
		{"a third of the rows are lost", 10, 400 / 3, mean(z, a, a, l, l, l, z, a, a)},
		{"the last column", 333, 10, mean(l)},
		{"the last row", 10, 233, mean(z, a, a)},
	} {
		assert.Equal(t, c.want, img.At(c.x, c.y), c.name)
	}
}
