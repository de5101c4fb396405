package ptb

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// Report says what a corpus is, for people (String) and programs (JSON).
type Report struct {
	Name   string       `json:"name"`
	Unit   Unit         `json:"unit"`
	Vocab  int          `json:"vocab"` // types that the vocabulary holds
	Parts  []PartReport `json:"parts"`
	Files  []FileSum    `json:"files"`
	SHA256 string       `json:"sha256"` // of all files, see Fingerprint

	PTB     bool     `json:"ptb"`               // it is the known Penn TreeBank, byte for byte
	Differs []string `json:"differs,omitempty"` // else, how each part differs that does
}

// PartReport is one part in a Report.
type PartReport struct {
	Name    string  `json:"name"`
	Tokens  int     `json:"tokens"` // <eos> included
	Types   int     `json:"types"`
	Outside Outside `json:"outside"` // of the vocabulary
}

// Check reads the corpus in a folder as words and says what is there.
func Check(dir string) (Report, error) {
	if dir == "" {
		return Report{}, fmt.Errorf("ptb: no folder is named; %s", wanted)
	}
	c, err := Open(dir, Text{})
	if err != nil {
		return Report{}, err
	}
	return c.Report(), nil
}

// Report says what the corpus is.
func (c *Corpus) Report() Report {
	r := Report{Name: c.Name, Unit: c.Vocab.unit, Vocab: c.Vocab.Len(), Files: c.Fingerprint.Files, SHA256: c.Fingerprint.SHA256}
	for _, p := range []*Part{&c.Train, &c.Valid, &c.Test} {
		r.Parts = append(r.Parts, PartReport{Name: p.Name, Tokens: p.Tokens, Types: p.Types, Outside: p.Outside})
	}
	r.Differs = differences(r)
	r.PTB = len(r.Differs) == 0
	return r
}

// String returns a table and a sentence on whether it is the Penn TreeBank.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: vocabulary of %s %ss\n", r.Name, thousands(r.Vocab), r.Unit)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "part\ttokens\ttypes\toutside\t")
	for _, p := range r.Parts {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\n", p.Name, thousands(p.Tokens), thousands(p.Types), p.Outside)
	}
	w.Flush()
	w = tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "file\tbytes\tSHA-256")
	for _, f := range r.Files {
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.Name, thousands(f.Bytes), f.SHA256)
	}
	w.Flush()
	if r.PTB {
		b.WriteString("this is the Penn TreeBank of the published results, byte for byte\n")
		return b.String()
	}
	b.WriteString("this is not the Penn TreeBank of the published results:\n")
	for _, d := range r.Differs {
		fmt.Fprintf(&b, "  %s\n", d)
	}
	return b.String()
}

// String returns "none", "3 (2 types) dropped" or the like.
func (o Outside) String() string {
	if o.Tokens == 0 {
		return "none"
	}
	what := "dropped"
	if o.Mapped {
		what = "mapped to " + Unknown
	}
	return fmt.Sprintf("%s (%s types) %s", thousands(o.Tokens), thousands(o.Types), what)
}

// thousands writes 929589 as 929,589.
func thousands[N int | int64](n N) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
