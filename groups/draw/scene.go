package draw

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"github.com/seed391906a2/iss/internal/svg"
)

// Colours. Those of a component are from the palette of Okabe and Ito, which
// people of all kinds of colour vision can tell apart.
const (
	ground   = "#ffffff"
	ink      = "#22303c"
	faint    = "#5f6c78"
	edge     = "#4a5a6a"
	paper    = "#e6ecf3" // a matrix
	grid     = "#ffffff"
	ribbon   = "#d5dbe2" // a value that has none of the class's units
	kin      = "#f6d3bd" // a value that has
	makes    = "#d55e00" // vermilion: what makes the unit, and the unit itself
	feeds    = "#0072b2" // blue: rows that feed the unit back
	receives = "#009e73" // green: rows of other weights that read it
	follows  = "#aa4499" // purple: biases
)

// scene is a picture that is being drawn. Lengths are in pixels.
type scene struct {
	w, h float64
	b    bytes.Buffer
}

func (s *scene) rect(x, y, w, h float64, attrs string) {
	fmt.Fprintf(&s.b, "<rect x=%q y=%q width=%q height=%q %s/>\n", svg.Num(x), svg.Num(y), svg.Num(w), svg.Num(h), attrs)
}

func (s *scene) circle(x, y, r float64, attrs string) {
	fmt.Fprintf(&s.b, "<circle cx=%q cy=%q r=%q %s/>\n", svg.Num(x), svg.Num(y), svg.Num(r), attrs)
}

func (s *scene) path(d, attrs string) { fmt.Fprintf(&s.b, "<path d=%q %s/>\n", d, attrs) }

// bar is a filled rectangle without an outline.
func (s *scene) bar(x, y, w, h float64, colour string) { s.rect(x, y, w, h, "fill="+quote(colour)) }

func quote(v string) string { return strconv.Quote(v) }

// begin opens a group that has a name for those who cannot see it; end closes it.
func (s *scene) begin(class string) { fmt.Fprintf(&s.b, "<g class=%q>\n", class) }
func (s *scene) end()               { s.b.WriteString("</g>\n") }

// text is a label of one line.
type text struct {
	s, sub string // sub is set as an index
	size   float64
	bold   bool
	italic bool
	fill   string
}

// Where a label's point lies.
const (
	left   = "start"
	middle = "middle"
	right  = "end"
)

// label sets a text with its base line at y.
func (s *scene) label(x, y float64, anchor string, t text) {
	if t.s == "" {
		return
	}
	attrs := ""
	if anchor != left {
		attrs += " text-anchor=" + quote(anchor)
	}
	if t.bold {
		attrs += ` font-weight="bold"`
	}
	if t.italic {
		attrs += ` font-style="italic"`
	}
	if t.fill != "" {
		attrs += " fill=" + quote(t.fill)
	}
	fmt.Fprintf(&s.b, "<text x=%q y=%q font-size=%q%s>%s", svg.Num(x), svg.Num(y), svg.Num(t.size), attrs, svg.Escape(t.s))
	if t.sub != "" {
		fmt.Fprintf(&s.b, `<tspan dy="3" font-size=%q>%s</tspan>`, svg.Num(t.size*0.72), svg.Escape(t.sub))
	}
	s.b.WriteString("</text>\n")
}

// svg is the whole document.
func (s *scene) svg(title, desc string) []byte {
	var b bytes.Buffer
	w, h := math.Ceil(s.w), math.Ceil(s.h)
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %s %s\" width=%q height=%q role=\"img\" font-family=\"Helvetica, Arial, sans-serif\" fill=%q>\n",
		svg.Num(w), svg.Num(h), svg.Num(w), svg.Num(h), ink)
	fmt.Fprintf(&b, "<title>%s</title>\n<desc>%s</desc>\n", svg.Escape(title), svg.Escape(desc))
	fmt.Fprintf(&b, "<rect width=%q height=%q rx=\"6\" fill=%q/>\n", svg.Num(w), svg.Num(h), ground)
	b.Write(s.b.Bytes())
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// within sets a finished scene into this one, w and h growing with it.
func (s *scene) within(t *scene, x, y float64) {
	fmt.Fprintf(&s.b, "<g transform=\"translate(%s %s)\">\n", svg.Num(x), svg.Num(y))
	s.b.Write(t.b.Bytes())
	s.end()
	s.w, s.h = max(s.w, x+t.w), max(s.h, y+t.h)
}
