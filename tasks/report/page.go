package report

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/seed391906a2/iss/groups/draw"
	"github.com/seed391906a2/iss/internal/svg"
)

//go:embed style.css
var style string

// page is an HTML page that is being written.
type page struct{ strings.Builder }

// add writes HTML; every argument is text and escaped.
func (p *page) add(format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = svg.Escape(s)
		}
	}
	fmt.Fprintf(p, format, args...)
}

// row puts pictures beside one another, as many as there is room for.
func (p *page) row(pictures ...string) {
	p.WriteString("<div class=\"row\">\n")
	for _, s := range pictures {
		p.WriteString(s)
	}
	p.WriteString("</div>\n")
}

func (p *page) charts(all []*chart) {
	pictures := make([]string, len(all))
	for i, c := range all {
		pictures[i] = c.svg()
	}
	p.row(pictures...)
}

// Page is the HTML page of runs, in their order.
func Page(all []*Run) []byte {
	p := &page{}
	names := make([]string, len(all))
	d := make([]*drawn, len(all))
	for i, r := range all {
		names[i] = r.Name
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
	p.WriteString("<style>\n" + style + "</style>\n</head>\n<body>\n")
	p.add("<h1>%s</h1>\n", strings.Join(names, ", "))
	if len(all) > 1 {
		p.WriteString("<p>")
		for i, name := range names {
			p.add("<a href=\"#run-%d\">%s</a> ", i+1, name)
		}
		p.WriteString("</p>\n")
	}
	p.table(names, table(all, d))
	if charts := tradeoff(all, d); len(charts) > 0 {
		p.WriteString("<h2>Trade-off</h2>\n<p class=\"told\">Each run by what is left of it and by its result on validation data.</p>\n")
		p.charts(charts)
	}
	for i, r := range all {
		p.run(i+1, r, d[i])
	}
	p.WriteString("</body>\n</html>\n")
	return []byte(p.String())
}

func (p *page) table(names []string, rows []row) {
	p.WriteString("<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">run</th>")
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

// run is the section of a run.
func (p *page) run(n int, r *Run, d *drawn) {
	p.add("<section id=\"run-%d\">\n<h2>%s</h2>\n", n, r.Name)
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
	p.add("<details><summary>Configuration in full</summary>\n<pre>%s</pre>\n</details>\n</section>\n", string(r.Info.Config.JSON()))
}

func (p *page) note(s string) { p.add("<p class=\"note\">%s</p>\n", s) }

// weights are units by class, lengths of components and matrices.
func (p *page) weights(r *Run, d *drawn) {
	p.WriteString("<h3>Units by class</h3>\n<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">class</th><th scope=\"col\">before</th><th scope=\"col\">after</th><th scope=\"col\">all zero</th><th scope=\"col\">cut out</th><th scope=\"col\">by the certificate</th></tr></thead>\n<tbody>\n")
	for _, u := range d.units {
		p.add("<tr><th scope=\"row\">%s</th><td>%d</td><td>%d</td><td>%d</td><td>%d</td><td>%s</td></tr>\n",
			u.class, u.of, u.of-u.cut-u.dead, u.dead, u.cut, u.certificate())
	}
	p.WriteString("</tbody></table></div>\n<h3>Lengths of components</h3>\n")
	switch {
	case r.Before != nil:
		p.add("<p class=\"told\">Norms of the groups, as figure 6 of the paper: this run against %s.</p>\n", r.Before.What)
	case r.dense():
		p.WriteString("<p class=\"told\">Norms of the groups, as figure 6 of the paper. Nothing in this run drives them to zero, so there is no before.</p>\n")
	default:
		p.WriteString("<p class=\"told\">Norms of the groups, as figure 6 of the paper. No dense twin was trained with this run, and its penalty at step 0 is not that of weights drawn from its seed (it began from others, or its metrics are missing), so there is no before.</p>\n")
	}
	p.charts(d.norms)
	p.WriteString("<h3>Weights</h3>\n<p class=\"told\">As figures 4 and 5 of the paper, every weight at its place in the whole model. " +
		"<span class=\"key\" style=\"background:rgb(24,74,130)\"></span>not zero " +
		"<span class=\"key\" style=\"background:#fff\"></span>zero " +
		"<span class=\"key\" style=\"background:rgb(246,190,150)\"></span>row or column of a unit that is all zero or was cut out</p>\n")
	p.row(d.matrices...)
	p.WriteString("<p class=\"told\">The same weights, one component a column.</p>\n")
	p.row(d.components...)
}

// certificate says what the certificate tells of a class.
func (u unitRow) certificate() string {
	if !u.proved {
		return "–"
	}
	return fmt.Sprintf("%d removed, %d of them all zero; %d all zero stay", u.removed, u.zeroed, u.stay)
}

// diagram is the component as figures 2 and 3 draw it.
func (p *page) diagram(r *Run) {
	if r.Model == nil {
		return
	}
	picture, err := draw.SVG(r.Model, draw.Options{Name: r.Name})
	if err != nil {
		p.note("Not shown: " + err.Error())
		return
	}
	p.WriteString("<h3>What belongs to a unit</h3>\n<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"diagram of a component\">\n")
	p.Write(picture)
	p.WriteString("</div>\n")
}
