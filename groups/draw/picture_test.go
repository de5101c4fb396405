package draw_test

import (
	"encoding/xml"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shape is an element of a picture, at its place on the page.
type shape struct {
	name, class string // class: of the innermost named group around it
	attrs       map[string]string
	text        string
	x, y        float64 // where its group lies
}

func (s shape) num(t *testing.T, name string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(s.attrs[name], 64)
	require.NoError(t, err, "%s of a %s", name, s.name)
	return x
}

// box is what an element covers.
type box struct {
	x0, y0, x1, y1 float64
	what           string
}

func (b box) overlaps(c box) bool {
	return b.x0 < c.x1 && c.x0 < b.x1 && b.y0 < c.y1 && c.y0 < b.y1
}

func (b box) within(c box) bool {
	return b.x0 >= c.x0 && b.y0 >= c.y0 && b.x1 <= c.x1 && b.y1 <= c.y1
}

// parse reads a picture with nothing but an XML reader, and demands that
// nothing in it comes from, or reaches, outside.
func parse(t *testing.T, svg []byte) (page box, out []shape) {
	t.Helper()
	type group struct {
		class string
		x, y  float64
	}
	at := []group{{}}
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	d.Strict = true
	inText := false
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		here := at[len(at)-1]
		switch e := token.(type) {
		case xml.StartElement:
			s := shape{name: e.Name.Local, class: here.class, x: here.x, y: here.y, attrs: map[string]string{}}
			require.Contains(t, []string{"svg", "title", "desc", "g", "rect", "circle", "path", "text", "tspan"}, s.name)
			for _, a := range e.Attr {
				s.attrs[a.Name.Local] = a.Value
				require.NotContains(t, []string{"id", "href", "style"}, a.Name.Local)
				if a.Name.Local != "xmlns" {
					require.NotContains(t, a.Value, "url(")
					require.NotContains(t, a.Value, "NaN")
					require.NotContains(t, a.Value, "Inf")
				}
			}
			if c := s.attrs["class"]; c != "" {
				here.class = c
			}
			if move, ok := strings.CutPrefix(s.attrs["transform"], "translate("); ok {
				f := strings.Fields(strings.TrimSuffix(move, ")"))
				require.Len(t, f, 2)
				for i, to := range []*float64{&here.x, &here.y} {
					d, err := strconv.ParseFloat(f[i], 64)
					require.NoError(t, err)
					*to += d
				}
			}
			at = append(at, here)
			if s.name == "tspan" {
				out[len(out)-1].text += "_" // an index
				continue
			}
			if s.name == "svg" {
				v := strings.Fields(s.attrs["viewBox"])
				require.Len(t, v, 4)
				page.x1, err = strconv.ParseFloat(v[2], 64)
				require.NoError(t, err)
				page.y1, err = strconv.ParseFloat(v[3], 64)
				require.NoError(t, err)
			}
			inText = true
			out = append(out, s)
		case xml.EndElement:
			at = at[:len(at)-1]
			inText = inText && e.Name.Local == "tspan"
		case xml.CharData:
			if inText {
				out[len(out)-1].text += string(e)
			}
		}
	}
	require.Len(t, at, 1)
	return page, out
}

// cover is about what a label covers: letters of Helvetica by their widths.
func cover(t *testing.T, s shape) box {
	t.Helper()
	size, em := s.num(t, "font-size"), 0.0
	for _, r := range s.text {
		switch {
		case r == '_':
			em += 0.1
		case strings.ContainsRune("iljtfI.,:;'()[]/| ", r):
			em += 0.28
		case strings.ContainsRune("mwMW", r):
			em += 0.85
		default:
			em += 0.56
		}
	}
	w := em * size
	x, y := s.x+s.num(t, "x"), s.y+s.num(t, "y")
	switch s.attrs["text-anchor"] {
	case "middle":
		x -= w / 2
	case "end":
		x -= w
	}
	return box{x, y - 0.72*size, x + w, y + 0.2*size, s.text}
}

func rect(t *testing.T, s shape) box {
	t.Helper()
	if s.name == "circle" {
		x, y, r := s.x+s.num(t, "cx"), s.y+s.num(t, "cy"), s.num(t, "r")
		return box{x - r, y - r, x + r, y + r, "a circle"}
	}
	x, y := s.x+s.num(t, "x"), s.y+s.num(t, "y")
	return box{x, y, x + s.num(t, "width"), y + s.num(t, "height"), "a " + s.attrs["fill"] + " rectangle"}
}

// checkPicture holds a picture against what any must be: everything lies on
// the page, no label lies over another or over a matrix.
func checkPicture(t *testing.T, svg []byte) []shape {
	t.Helper()
	page, all := parse(t, svg)
	var labels, grounds []box
	for _, s := range all {
		var b box
		switch {
		case s.name == "text":
			b = cover(t, s)
			labels = append(labels, b)
		case s.name == "rect" && s.attrs["x"] != "", s.name == "circle":
			b = rect(t, s)
			if s.attrs["fill"] == "#e6ecf3" { // the ground of a matrix
				grounds = append(grounds, b)
			}
		default:
			continue
		}
		assert.True(t, b.within(page), "%q at %.0f %.0f to %.0f %.0f lies outside of the page %v", b.what, b.x0, b.y0, b.x1, b.y1, page)
	}
	for i, b := range labels {
		for _, c := range slices.Concat(labels[:i], grounds) {
			assert.False(t, b.overlaps(c), "%q lies over %q: %v and %v", b.what, c.what, b, c)
		}
	}
	return all
}

// texts are the labels of a group.
func texts(all []shape, class string) (out []string) {
	for _, s := range all {
		if s.name == "text" && s.class == class {
			out = append(out, s.text)
		}
	}
	return out
}
