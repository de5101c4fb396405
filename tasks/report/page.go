package report

import (
	_ "embed"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/groups/draw"
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

// Page is the HTML page of runs, in their order.
func Page(all []*Run) []byte {
	p := &page{diagrams: map[string]int{}}
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
	p.WriteString("<div class=\"wide\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">run</th>")
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

func (p *page) note(s string) { p.add("<p class=\"note\">%s</p>\n", s) }

// weights are units by class, lengths of components and matrices.
func (p *page) weights(r *Run, d *drawn) {
	if len(d.units) > 0 {
		p.units(d.units)
	}
	if len(d.norms) > 0 {
		p.add("<h3>Lengths of components</h3>\n<p class=\"told\">Norms of the groups, as figure 6 of the paper%s</p>\n", r.against())
		p.charts(d.norms)
	}
	if len(d.matrices) > 0 {
		p.add("<h3>Weights</h3>\n<p class=\"told\">As figures 4 and 5 of the paper, every weight at its place in the whole model.</p>\n"+
			"<p class=\"told\"><span class=\"key\" style=\"background:%s\"></span>not zero <span class=\"key\" style=\"background:%s\"></span>zero "+
			"<span class=\"key\" style=\"background:%s\"></span>zero, in a row or column of a unit that is gone: all zero, or cut out</p>\n",
			shades[alive].css(), shades[zero].css(), shades[lost].css())
		p.row(d.matrices)
		p.WriteString("<p class=\"told\">The same weights once more, each unit's in a column of its own.</p>\n")
		p.row(d.components)
	}
}

// units is the table of units by class.
func (p *page) units(all []unitRow) {
	proved := slices.ContainsFunc(all, func(u unitRow) bool { return u.proved })
	p.WriteString("<h3>Units by class</h3>\n<div class=\"wide\" tabindex=\"0\"><table>\n<thead><tr>")
	heads := []string{"class", "before", "after", "all zero", "cut out"}
	if proved {
		heads = append(heads, "by the certificate")
	}
	for _, h := range heads {
		p.add("<th scope=\"col\">%s</th>", h)
	}
	p.WriteString("</tr></thead>\n<tbody>\n")
	for _, u := range all {
		p.add("<tr><th scope=\"row\">%s</th><td>%d</td><td>%d</td><td>%d</td><td>%d</td>", u.class, u.of, u.of-u.cut-u.dead, u.dead, u.cut)
		if proved {
			p.add("<td>%s</td>", u.certificate())
		}
		p.WriteString("</tr>\n")
	}
	p.WriteString("</tbody></table></div>\n")
}

// against says what the norms are held against, or why against nothing.
func (r *Run) against() string {
	switch {
	case r.Before != nil:
		return fmt.Sprintf(": this run against %s.", r.Before.What)
	case r.dense():
		return ". Nothing in this run drives them to zero, so there is no before."
	}
	return ". There is no before: no dense twin was trained with this run, no dense run of its model is on this page, " +
		"and its penalty at step 0 is not that of weights drawn from its seed (it began from others, or its metrics are missing)."
}

// certificate says what the certificate tells of a class.
func (u unitRow) certificate() string {
	if !u.proved {
		return "–"
	}
	return fmt.Sprintf("%d removed, %d of them all zero; %d all zero stay", u.removed, u.zeroed, u.stay)
}

// diagram is a component of the whole model as figures 2 and 3 draw it, or the
// place on the page where it is already.
func (p *page) diagram(r *Run) {
	if r.Model == nil {
		return
	}
	picture, err := draw.SVG(r.Model.Origin(), draw.Options{})
	if err != nil {
		p.note("Not shown: " + err.Error())
		return
	}
	p.WriteString("<h3>What belongs to a unit</h3>\n")
	if n, ok := p.diagrams[string(picture)]; ok {
		p.add("<p class=\"told\">The same as of <a href=\"#diagram-%d\">another run</a>.</p>\n", n)
		return
	}
	n := len(p.diagrams) + 1
	p.diagrams[string(picture)] = n
	p.add("<p class=\"told\">All weights of one unit are in colour: in a step of its cell, and in the matrices that hold them.</p>\n"+
		"<div class=\"wide\" tabindex=\"0\" id=\"diagram-%d\">\n", n)
	p.Write(picture)
	p.WriteString("</div>\n")
}
