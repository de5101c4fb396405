package report

import (
	"fmt"

	"github.com/seed391906a2/iss/internal/svg"
)

// picture is an SVG of the page and a sentence that says what is seen.
type picture struct{ svg, told string }

// frame is a picture w by h pixels. What is seen is told to those who cannot
// see it, too.
func frame(w, h float64, title, told, body string) picture {
	return picture{fmt.Sprintf("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %s %s\" width=%q height=%q role=\"img\">\n<title>%s</title>\n<desc>%s</desc>\n%s</svg>\n",
		svg.Num(w), svg.Num(h), svg.Num(w), svg.Num(h), svg.Escape(title), svg.Escape(told), body), told}
}
