package report

import (
	_ "embed"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/internal/svg"
)

//go:embed style.css
var style string

// page is an HTML page that is being written.
type page struct {
	strings.Builder
	diagrams map[string]int // pictures of components that are on it, by what they are
}

// add writes HTML; every argument is text and escaped.
func (p *page) add(format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = strings.ReplaceAll(svg.Escape(s), "&#xA;", "\n")
		}
	}
	fmt.Fprintf(p, format, args...)
}

// row puts pictures beside one another, as many as there is room for.
func (p *page) row(pictures []picture) {
	p.WriteString("<div class=\"row\">\n")
	for _, one := range pictures {
		p.WriteString("<figure>\n" + one.svg)
		p.add("<figcaption>%s</figcaption>\n</figure>\n", one.told)
	}
	p.WriteString("</div>\n")
}

func (p *page) charts(all []*chart) {
	pictures := make([]picture, len(all))
	for i, c := range all {
		pictures[i] = c.picture()
	}
	p.row(pictures)
}

// Page is the HTML page of runs, in their order. The runs stay as they are.
func Page(list []*Run) []byte {
	p := &page{diagrams: map[string]int{}}
	all := make([]*Run, len(list))
	for i, r := range list {
		c := *r
		c.Missing = slices.Clone(r.Missing)
		all[i] = &c
	}
	names := label(all)
	compare(all)
	d := make([]*drawn, len(all))
	for i, r := range all {
		if r.Model == nil || r.Weights == nil {
			continue
		}
		var err error
		if d[i], err = r.draw(); err != nil {
			r.Missing = append(r.Missing, err.Error())
		}
	}
	p.add("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"+
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"+
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"+
		"<link rel=\"icon\" href=\"data:,\">\n<title>iss: %s</title>\n", strings.Join(names, ", "))
	p.WriteString("<style>\n" + style + "</style>\n</head>\n<body>\n<main>\n")
	p.add("<h1>%s</h1>\n", strings.Join(names, ", "))
	if len(all) > 1 {
		p.WriteString("<nav>")
		for i, name := range names {
			p.add("<a href=\"#run-%d\">%s</a> ", i+1, name)
		}
		p.WriteString("</nav>\n")
	}
	p.table(names, table(all, d))
	if charts := tradeoff(all, d); len(charts) > 0 {
		p.WriteString("<h2>Trade-off</h2>\n")
		p.charts(charts)
	}
	for i, r := range all {
		p.add("<section id=\"run-%d\">\n", i+1)
		if len(all) > 1 {
			p.add("<h2>%s</h2>\n", names[i])
		}
		p.run(r, d[i])
		p.WriteString("</section>\n")
	}
	p.WriteString("</main>\n</body>\n</html>\n")
	return []byte(p.String())
}

// label shortens the names of runs by what is common to them.
func label(all []*Run) []string {
	names := make([]string, len(all))
	for i, r := range all {
		names[i] = filepath.ToSlash(r.Name)
	}
	common := ""
	if len(names) > 1 {
		common = commonPath(names)
	}
	for i, r := range all {
		names[i] = strings.TrimPrefix(names[i], common)
		r.label = names[i]
	}
	return names
}

func (p *page) table(names []string, rows []row) {
	p.wide("runs", "")
	p.WriteString("<table>\n<thead><tr><th scope=\"col\">run</th>")
	for _, name := range names {
		p.add("<th scope=\"col\">%s</th>", name)
	}
	p.WriteString("</tr></thead>\n<tbody>\n")
	for _, r := range rows {
		p.add("<tr><th scope=\"row\">%s</th>", r.name)
		for _, c := range r.cells {
			p.add("<td>%s</td>", c)
		}
		p.WriteString("</tr>\n")
	}
	p.WriteString("</tbody></table></div>\n")
}

// run is what the page has of one run alone.
func (p *page) run(r *Run, d *drawn) {
	switch r.Status {
	case "running":
		p.note("This run is still going: what follows is what was there when the page was written.")
	case "stopped":
		p.note("This run was stopped before its end: what follows is what it left behind.")
	}
	for _, m := range r.Missing {
		p.note("Not shown: " + m)
	}
	p.WriteString("<h3>Training</h3>\n")
	if charts := r.course(); len(charts) > 0 {
		p.charts(charts)
	} else {
		p.WriteString("<p class=\"told\">This run has no metrics: it was made from another, or stopped before its first.</p>\n")
	}
	if d != nil {
		p.weights(r, d)
	}
	p.diagram(r)
	p.add("<details><summary>Configuration in full</summary>\n<pre tabindex=\"0\">%s</pre>\n</details>\n", string(r.Info.Config.JSON()))
}

// wide begins a part that can be moved sideways where there is no room for it.
func (p *page) wide(what, attrs string) {
	fmt.Fprintf(p, "<div class=\"wide\" role=\"region\" aria-label=\"%s\" tabindex=\"0\"%s>\n", what, attrs)
}

func (p *page) note(s string) { p.add("<p class=\"note\">%s</p>\n", s) }
