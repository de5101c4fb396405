package squad

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// String returns tables and what is noteworthy, a line each.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: questions on paragraphs\n", r.Name)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "part\tversion\tarticles\tparagraphs\tquestions\tanswers\ttokens\tlongest\t")
	for _, p := range r.Parts {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", p.Part, p.Version, p.Articles, p.Paragraphs, p.Questions, p.Answers, p.Tokens, p.Longest)
	}
	w.Flush()
	w = tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "file\tbytes\tSHA-256")
	for _, p := range r.Parts {
		fmt.Fprintf(w, "%s\t%d\t%s\n", p.File, p.Bytes, p.SHA256)
	}
	w.Flush()
	for _, p := range r.Parts {
		p.notes(&b)
	}
	return b.String()
}

// notes writes what is noteworthy of a part.
func (p PartReport) notes(b *strings.Builder) {
	not := ""
	if !p.Known {
		not = "not "
	}
	fmt.Fprintf(b, "%s: this is %sthe published %s of SQuAD 1.1, byte for byte\n", p.Part, not, p.Part)
	if p.Unanswerable > 0 {
		fmt.Fprintf(b, "%s: %d questions have no answer in their context: this is SQuAD 2.0, and they cannot be learned from\n", p.Part, p.Unanswerable)
	}
	if d := p.Dropped; p.Part == "train" && d != (Dropped{}) {
		fmt.Fprintf(b, "%s: training leaves out %d questions of more than %d tokens and %d with an answer that ends at token %d or later; it cuts %d contexts there\n",
			p.Part, d.Long, PublishedLimits.Question, d.Late, PublishedLimits.Context, d.Cut)
	}
	list(b, p.Part, "questions or answers cannot be used", p.Faults)
	list(b, p.Part, "answers begin or end within a token, so that no span of tokens is their text", p.Inexact)
}

// list writes the first of some faults.
func list(b *strings.Builder, part, what string, faults []Fault) {
	if len(faults) == 0 {
		return
	}
	fmt.Fprintf(b, "%s: %d %s:\n", part, len(faults), what)
	for _, line := range shown(faults) {
		fmt.Fprintf(b, "  %s\n", line)
	}
}
