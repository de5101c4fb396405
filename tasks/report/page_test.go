package report_test

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/report"
)

// pages are reports of runs in all states that a run can be in.
func pages(t testing.TB) map[string][]*report.Run {
	t.Helper()
	of := func(name string, lambda float64, change func(r *report.Run)) *report.Run {
		r := run(t, "runs/"+name, lambda)
		change(r)
		return r
	}
	same := func(*report.Run) {}
	sparse := of("sparse", 0.01, same)
	return map[string][]*report.Run{
		"sparse":  {of("sparse", 0.01, same)},
		"dense":   {of("dense", 0, same)},
		"several": {sparse, of("dense", 0, same), compacted(t, sparse), of("other", 0.01, func(r *report.Run) { r.Info.Data.SHA256 = "6" })},
		"running": {of("running", 0.01, func(r *report.Run) {
			r.Status, r.Info.Finished, r.History.Epochs = "running", nil, r.History.Epochs[:1]
		})},
		"stopped in the first epoch": {of("stopped", 0.01, func(r *report.Run) {
			r.Status, r.Info.Finished, r.Weights, r.History.Epochs = "stopped", nil, nil, nil
		})},
		"stopped at once": {{Name: "empty", Status: "stopped", Terms: terms}},
		"all dead":        {of("collapsed", 0.01, func(r *report.Run) { clear(t, r.Model, r.Weights, every()) })},
		"no numbers":      {of("diverged", 0.01, func(r *report.Run) { r.Weights["softmax_w"].Data[0], r.Weights["softmax_w"].Data[9] = nan, inf })},
		"no validation": {of("unjudged", 0.01, func(r *report.Run) {
			r.History.Epochs[0].Valid, r.History.Epochs[1].Valid = tasks.Score{}, tasks.Score{}
		})},
		"groups of no kind": {of("grouped", 0.01, func(r *report.Run) { r.Groups[0].Class, r.Groups[0].Name, r.Groups[0].Followers = "", "mine", nil })},
		"groups unknown":    {of("lost", 0.01, func(r *report.Run) { r.Groups, r.Missing = nil, []string{"no group file"} })},
		"names with <&\"'>": {of(`a<b&"c'd`, 0.01, same)},
		"percent": {of("right", 0.01, func(r *report.Run) {
			r.Terms.Metrics = []tasks.Metric{{Name: "accuracy", Higher: true, Percent: true}}
			for i := range r.History.Epochs {
				r.History.Epochs[i].Valid.Values = map[string]float64{"accuracy": 0.5 + float64(i)/4}
			}
		})},
	}
}

var (
	nan = float32(math.NaN())
	inf = float32(math.Inf(1))
)

// every lists all units of both classes.
func every() map[string][]int {
	all := map[string][]int{}
	for k := range hidden {
		all["cell_0"], all["cell_1"] = append(all["cell_0"], k), append(all["cell_1"], k)
	}
	return all
}

// outside is what would make a page load something, or run something.
var outside = regexp.MustCompile(`(?i)<script|<link rel="style|@import|url\(|\son\w+=|(src|href)="[^#d]|https?://`)

// Of each: pictures that are XML, with a title and a sentence that is also
// below them; no reference to the outside; no number that is none; the same
// bytes again.
func TestPage(t *testing.T) {
	for name, all := range pages(t) {
		t.Run(name, func(t *testing.T) {
			page := report.Page(all)
			text := string(page)
			pictures := drawings(t, page)
			for _, d := range pictures {
				assert.NotEmpty(t, d.title)
				assert.NotEmpty(t, d.told, d.title)
			}
			assert.Len(t, aFigure.FindAll(page, -1), strings.Count(text, "<figure>"))
			for _, f := range aFigure.FindAllString(text, -1) {
				told, _, _ := strings.Cut(f[strings.Index(f, "<desc>")+6:], "</desc>")
				assert.Contains(t, f, "<figcaption>"+told+"</figcaption>")
				assert.Regexp(t, `\.$`, told)
			}
			assert.Empty(t, outside.FindString(strings.ReplaceAll(text, `xmlns="http://www.w3.org/2000/svg"`, "")))
			assert.NotRegexp(t, `NaN|[+-]?Inf\b|%!`, text)
			for _, tag := range []string{"section", "figure", "table", "tr", "td", "th", "div", "p", "main", "details"} {
				assert.Equal(t, strings.Count(text, "</"+tag+">"), len(regexp.MustCompile("<"+tag+"[ >]").FindAllString(text, -1)), tag)
			}
		})
	}
	several := pages(t)["several"]
	first := string(report.Page(several))
	assert.True(t, first == string(report.Page(several)), "the runs stay as they are")
	assert.True(t, first == string(report.Page(pages(t)["several"])), "the same runs give the same bytes")
}

// What a page says of a run's state.
func TestStates(t *testing.T) {
	all := pages(t)
	text := func(name string) string { return string(report.Page(all[name])) }
	says(t, text("running"), "This run is still going")
	says(t, text("running"), "<td>1 of 2</td>")
	says(t, text("stopped in the first epoch"), "This run was stopped before its end")
	says(t, text("stopped in the first epoch"), ">steps</text>")
	silent(t, text("stopped in the first epoch"), "<h3>Weights</h3>")
	says(t, text("stopped at once"), "This run has no metrics")
	says(t, text("dense"), "Nothing in this run drives them to zero")
	says(t, text("sparse"), "There is no before")
	says(t, text("several"), "this run against dense.")
	says(t, text("no numbers"), "are no numbers and left out")
	says(t, text("all dead"), "12 of 12 columns are empty")
	says(t, text("no validation"), "Perplexity by epoch, on training data goes from 40.00 to 30.00.")
	says(t, text("groups of no kind"), "mine, one component a column")
	says(t, text("groups unknown"), "Not shown: no group file")
	silent(t, text("groups unknown"), "<h3>Weights</h3>")
	says(t, text("percent"), "Accuracy by epoch, on validation data goes from 50.00 % to 75.00 %.")
	silent(t, text("finished"), "was stopped")
}

// Several runs are one table and one trade-off; runs of other data are none of
// its dots.
func TestSeveral(t *testing.T) {
	page := report.Page(pages(t)["several"])
	text := string(page)
	head, _, _ := strings.Cut(text[strings.Index(text, "<thead>"):], "</thead>")
	assert.Equal(t, 5, strings.Count(head, "<th "), "a column for each run: %s", head)
	all := drawings(t, page)
	units, weights := titled(t, all, "Perplexity against units"), titled(t, all, "Perplexity against weights")
	for _, d := range []drawing{units, weights} {
		dots := 0
		for _, s := range d.shapes {
			if s.name == "circle" {
				dots++
			}
		}
		assert.Equal(t, 2*2, dots, "two runs have a result on these data; each is a dot and an entry of the legend")
	}
	assert.Equal(t, "sparse has the fewest units, 19, at perplexity 40.01; dense is best, 40.00 at 24.", units.told)
	part := run(t, "sparse", 0.01)
	part.Groups = part.Groups[:1]
	units = titled(t, drawings(t, report.Page([]*report.Run{part, run(t, "dense", 0)})), "Perplexity against units")
	assert.Contains(t, units.told, "sparse has the fewest units, 20,", "the 12 of the class that is not penalised count, its dead one too")
	assert.Equal(t, 4, strings.Count(text, "<section id="))
	says(t, text, `<a href="#run-3">sparse/compact</a>`)
}

// The course of training is drawn from all that metrics tell.
func TestCourse(t *testing.T) {
	all := drawings(t, report.Page([]*report.Run{run(t, "sparse", 0.01)}))
	for _, c := range []struct {
		title, told string
		points      []int // of each line
	}{
		{"Perplexity", "Perplexity by epoch, on validation data goes from 50.01 to 40.01, on training data goes from 40.00 to 30.00.", []int{2, 2}},
		{"Penalty", "What the regularisers add to the loss goes from 0.09 to 0.05.", []int{5}},
		{"Units left", "Units whose component is not all zero, from the first epoch to the last: cell_0 goes from 12 to 8, cell_1 goes from 12 to 11.", []int{2, 2}},
		{"Learning rate", "The learning rate stays at 1.", []int{5}},
		{"Cost", "The loss of single batches, without penalty, goes from 20 to 16.", []int{5}},
		{"Gradient norm", "The norm of the gradient of loss and penalty, before it is clipped, stays at 3.", []int{5}},
		{"Speed", "Training stays at 1000 words a second.", []int{2}},
	} {
		d := titled(t, all, c.title)
		assert.Equal(t, c.told, d.told)
		for i, n := range c.points {
			line := d.of(fmt.Sprintf("line s%d", i))
			require.Len(t, line, 2, "%s: a line and its entry in the legend", c.title)
			assert.Equal(t, n, 1+strings.Count(line[0].attrs["d"], "L"), c.title)
		}
	}
}
