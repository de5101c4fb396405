package report

import (
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/groups/draw"
)

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
	p.WriteString("<h3>Units by class</h3>\n")
	p.wide("units by class", "")
	p.WriteString("<table>\n<thead><tr>")
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
	p.WriteString("<p class=\"told\">All weights of one unit are in colour: in a step of its cell, and in the matrices that hold them.</p>\n")
	p.wide("what belongs to a unit", fmt.Sprintf(" id=\"diagram-%d\"", n))
	p.Write(picture)
	p.WriteString("</div>\n")
}
