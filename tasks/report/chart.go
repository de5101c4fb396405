package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/internal/svg"
)

// Size of a chart in pixels: as wide as a phone, so that its labels can be
// read on one.
const (
	chartWide = 380.0
	plotHigh  = 190.0
)

// palette is how many colours the page has for series; behind the last they
// begin again, with other dashes.
const palette = 6

// series is a line or a set of dots.
type series struct {
	label  string
	xs, ys []float64
	dots   bool // dots instead of a line
}

// chart is a plot of series over a common x.
type chart struct {
	title, told string // told is a sentence that says what is seen
	x, y        axis
	series      []series
	bars        *bars // drawn below the series; nil: none
}

// bars are counts beside one another, such as of a histogram.
type bars struct {
	labels []string    // of the kinds
	counts [][]float64 // by kind and place
	edges  []float64   // of the places, one more than there are; on the x axis
}

// newChart is a chart whose axes hold all its series.
func newChart(title, told, x, y string, logY, zero bool, all ...series) *chart {
	var xs, ys []float64
	var drawn []series
	for _, s := range all {
		if len(s.xs) == 0 {
			continue
		}
		drawn = append(drawn, s)
		xs, ys = append(xs, s.xs...), append(ys, s.ys...)
	}
	across := newAxis(x, false, false, xs)
	if len(xs) > 0 && slices.Min(xs) < slices.Max(xs) && !drawn[0].dots {
		across.lo, across.hi = min(0, slices.Min(xs)), slices.Max(xs) // time ends where it ends
	}
	if len(drawn) > 0 && drawn[0].dots { // sizes that differ little are shown to differ little
		across = newAxis(x, false, false, append(xs, slices.Min(xs)*0.95, slices.Max(xs)*1.05))
	}
	return &chart{title: title, told: told, x: across, y: newAxis(y, logY, zero, ys), series: drawn}
}

// picture draws the chart. Colours are the page's, by class.
func (c *chart) picture() picture {
	const right, top = 12.0, 30.0
	left := 58.0
	ticks := c.y.ticks()
	for _, label := range c.y.labels(ticks) {
		left = max(left, 26+svg.Advance(label)*11)
	}
	c.x.from, c.x.to = left, chartWide-right
	c.y.from, c.y.to = top+plotHigh, top
	var b strings.Builder
	text := func(x, y float64, anchor, class, s string) {
		fmt.Fprintf(&b, "<text x=%q y=%q text-anchor=%q class=%q>%s</text>\n", svg.Num(x), svg.Num(y), anchor, class, svg.Escape(s))
	}
	text(left, 16, "start", "head", svg.Fit(c.title, 14.5, chartWide-left-right))
	for i, label := range c.y.labels(ticks) {
		y := c.y.at(ticks[i])
		fmt.Fprintf(&b, "<path class=\"grid\" d=\"M%s %sH%s\"/>\n", svg.Num(left), svg.Num(y), svg.Num(chartWide-right))
		text(left-6, y+4, "end", "tick", label)
	}
	last := -1e9
	if c.x.end != "" {
		at := (c.x.at(c.bars.edges[0]) + c.x.at(c.bars.edges[1])) / 2
		text(at, c.y.from+17, "middle", "tick", c.x.end)
		last = at + 4
		fmt.Fprintf(&b, "<path class=\"apart\" d=\"M%s %sV%s\"/>\n", svg.Num(c.x.at(c.x.least)), svg.Num(top), svg.Num(c.y.from))
	}
	ticks = c.x.ticks()
	for i, label := range c.x.labels(ticks) {
		x := c.x.at(ticks[i])
		fmt.Fprintf(&b, "<path class=\"rule\" d=\"M%s %sv4\"/>\n", svg.Num(x), svg.Num(c.y.from))
		half := svg.Advance(label) * 11 / 2
		if x-half < last+4 || x+half > chartWide {
			continue
		}
		text(x, c.y.from+17, "middle", "tick", label)
		last = x + half
	}
	c.drawBars(&b)
	fmt.Fprintf(&b, "<path class=\"rule\" d=\"M%s %sV%sH%s\"/>\n", svg.Num(left), svg.Num(top), svg.Num(c.y.from), svg.Num(chartWide-right))
	for i, s := range c.series {
		c.draw(&b, i, s)
	}
	text((left+chartWide-right)/2, c.y.from+34, "middle", "label", svg.Fit(c.x.label, 12, chartWide-left-right))
	mid := (c.y.from + c.y.to) / 2
	fmt.Fprintf(&b, "<text transform=\"translate(13 %s) rotate(-90)\" text-anchor=\"middle\" class=\"label\">%s</text>\n",
		svg.Num(mid), svg.Escape(svg.Fit(c.y.label, 12, plotHigh+30)))
	high := c.legend(&b, left, c.y.from+54)
	return frame(chartWide, high, c.title, c.told, b.String())
}

// look is the class of a series' colour and dashes.
func look(i int) string {
	if i < palette {
		return fmt.Sprintf("s%d", i)
	}
	return fmt.Sprintf("s%d dash%d", i%palette, min(i/palette, 3))
}

func (c *chart) draw(b *strings.Builder, i int, s series) {
	var d strings.Builder
	pen := "M"
	for k := range s.xs {
		if !c.x.holds(s.xs[k]) || !c.y.holds(s.ys[k]) {
			pen = "M"
			continue
		}
		x, y := c.x.at(s.xs[k]), c.y.at(s.ys[k])
		if s.dots || len(s.xs) == 1 {
			fmt.Fprintf(b, "<circle class=\"dot %s\" cx=%q cy=%q r=%q/>\n", look(i), svg.Num(x), svg.Num(y), svg.Num(4.5+3*c.above(i, x, y)))
		}
		fmt.Fprintf(&d, "%s%s %s", pen, svg.Num(x), svg.Num(y))
		pen = "L"
	}
	if !s.dots && d.Len() > 0 {
		fmt.Fprintf(b, "<path class=\"line %s\" d=%q/>\n", look(i), d.String())
	}
}

// above counts the dots of later series that would hide one at x, y; it is
// drawn as a ring around them.
func (c *chart) above(i int, x, y float64) (n float64) {
	for _, s := range c.series[i+1:] {
		if s.dots && len(s.xs) == 1 && math.Hypot(c.x.at(s.xs[0])-x, c.y.at(s.ys[0])-y) < 3 {
			n++
		}
	}
	return n
}

// legend names the series below the plot and returns where the picture ends.
func (c *chart) legend(b *strings.Builder, x, y float64) float64 {
	left, labels := x, []string{}
	solid := 0
	if c.bars != nil {
		labels = append(labels, c.bars.labels...)
		solid = len(labels)
	}
	for _, s := range c.series {
		labels = append(labels, s.label)
	}
	for i, label := range labels {
		label = svg.Fit(label, 12, chartWide-left-40)
		w := svg.Advance(label) * 12
		if x > left && x+24+w > chartWide-4 {
			x, y = left, y+17
		}
		n := i - solid
		switch {
		case i < solid:
			fmt.Fprintf(b, "<rect class=\"bar %s\" x=%q y=%q width=\"12\" height=\"10\"/>\n", look(i), svg.Num(x), svg.Num(y-9))
		case c.series[n].dots:
			fmt.Fprintf(b, "<circle class=\"dot %s\" cx=%q cy=%q r=\"4.5\"/>\n", look(n), svg.Num(x+8), svg.Num(y-4))
		default:
			fmt.Fprintf(b, "<path class=\"line %s\" d=\"M%s %sh16\"/>\n", look(n), svg.Num(x), svg.Num(y-4))
		}
		fmt.Fprintf(b, "<text class=\"label\" x=%q y=%q>%s</text>\n", svg.Num(x+21), svg.Num(y), svg.Escape(label))
		x += 21 + w + 14
	}
	return y + 10
}

// drawBars draws the kinds of each place beside one another.
func (c *chart) drawBars(b *strings.Builder) {
	if c.bars == nil {
		return
	}
	n := float64(len(c.bars.counts))
	for i, counts := range c.bars.counts {
		for k, v := range counts {
			if v == 0 {
				continue
			}
			from, to := c.x.at(c.bars.edges[k]), c.x.at(c.bars.edges[k+1])
			w := (to - from - 1) / n
			y := c.y.at(v)
			fmt.Fprintf(b, "<rect class=\"bar %s\" x=%q y=%q width=%q height=%q/>\n",
				look(i), svg.Num(from+0.5+float64(i)*w), svg.Num(y), svg.Num(w), svg.Num(c.y.from-y))
		}
	}
}
