package report

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"

	"github.com/seed391906a2/iss/internal/svg"
)

// What a weight can be in a picture of a matrix.
const (
	zero  = iota // a zero elsewhere
	alive        // not zero
	lost         // in a row or column of a unit that is gone
)

// shades are their colours, on a ground that stays light.
var shades = [...]shade{zero: {255, 255, 255}, alive: {24, 74, 130}, lost: {246, 190, 150}}

// shade is red, green and blue, 0 to 255.
type shade [3]float64

func (s shade) css() string { return fmt.Sprintf("rgb(%g,%g,%g)", s[0], s[1], s[2]) }

// Sizes of pictures of matrices, in pixels.
const (
	heatWide = 340.0
	heatHigh = 340.0
	heatThin = 96.0 // a side is drawn no shorter
)

// heat is a picture of a matrix, evenly down-sampled: a pixel is the mean
// colour of a block of weights.
type heat struct {
	rows, cols           int
	kind                 func(row, col int) int
	name, across, down   string // what is drawn, and what its columns and rows are
	told                 string // what is seen, a sentence
	stretch              bool   // its sides have nothing in common, so both are drawn long
	perRow, perCol, w, h int    // filled in by image: weights in a pixel, pixels
}

// image is the picture as a data URI.
func (m *heat) image() (string, error) {
	m.perCol = max(1, int(math.Ceil(float64(m.cols)/heatWide)))
	m.perRow = max(1, int(math.Ceil(float64(m.rows)/heatHigh)))
	m.w, m.h = (m.cols+m.perCol-1)/m.perCol, (m.rows+m.perRow-1)/m.perRow
	sum := make([]shade, m.w*m.h)
	n := make([]float64, m.w*m.h)
	for i := range m.rows {
		for j := range m.cols {
			at := i/m.perRow*m.w + j/m.perCol
			c := shades[m.kind(i, j)]
			for k := range c {
				sum[at][k] += c[k]
			}
			n[at]++
		}
	}
	img := image.NewRGBA(image.Rect(0, 0, m.w, m.h))
	for at, c := range sum {
		img.SetRGBA(at%m.w, at/m.w, color.RGBA{uint8(c[0]/n[at] + 0.5), uint8(c[1]/n[at] + 0.5), uint8(c[2]/n[at] + 0.5), 255})
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img); err != nil {
		return "", fmt.Errorf("report: %w", err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// picture draws the matrix with its name and sizes.
func (m *heat) picture() (picture, error) {
	uri, err := m.image()
	if err != nil {
		return picture{}, err
	}
	scale := min(heatWide/float64(m.cols), heatHigh/float64(m.rows))
	w, h := max(heatThin, float64(m.cols)*scale), max(heatThin, float64(m.rows)*scale)
	if m.stretch {
		w, h = heatWide, heatHigh*0.7
	}
	const indent, left, top = 12.0, 28.0, 44.0
	var b strings.Builder
	fmt.Fprintf(&b, "<text x=%q y=\"18\" class=\"name\">%s</text>\n", svg.Num(indent), svg.Escape(svg.FitEnd(m.name, 13.5*1.06, chartWide-2*indent)))
	fmt.Fprintf(&b, "<text x=%q y=\"37\" class=\"tick\">%s</text>\n", svg.Num(left), svg.Escape(svg.Fit(m.across, 11, chartWide-left)))
	fmt.Fprintf(&b, "<text transform=\"translate(21 %s) rotate(-90)\" text-anchor=\"end\" class=\"tick\">%s</text>\n", svg.Num(top), svg.Escape(svg.Fit(m.down, 11, h)))
	fmt.Fprintf(&b, "<image x=%q y=%q width=%q height=%q preserveAspectRatio=\"none\" class=\"heat\" href=%q/>\n", svg.Num(left), svg.Num(top), svg.Num(w), svg.Num(h), uri)
	fmt.Fprintf(&b, "<rect x=%q y=%q width=%q height=%q class=\"frame\"/>\n", svg.Num(left), svg.Num(top), svg.Num(w), svg.Num(h))
	told := "a pixel is one weight"
	if m.perRow*m.perCol > 1 {
		told = fmt.Sprintf("a pixel is the mean of %d × %d weights", m.perRow, m.perCol)
	}
	if !m.stretch && (w != float64(m.cols)*scale || h != float64(m.rows)*scale) {
		told += "; not to scale"
	}
	fmt.Fprintf(&b, "<text x=%q y=%q class=\"tick\">%s</text>\n", svg.Num(left), svg.Num(top+h+16), svg.Escape(told))
	return frame(chartWide, top+h+24, m.name, m.told, b.String()), nil
}
