package squad

import (
	"fmt"
	"os"
	"path/filepath"
)

// Report says what a folder of questions is, for people (String) and programs
// (JSON).
type Report struct {
	Name  string       `json:"name"`
	Parts []PartReport `json:"parts"`
}

// PartReport is one file in a Report. Faults are not counted in the numbers.
type PartReport struct {
	Part         string  `json:"part"` // "train" or "dev"
	File         string  `json:"file"`
	Version      string  `json:"version"` // as the file says
	Bytes        int64   `json:"bytes"`
	SHA256       string  `json:"sha256"`
	Known        bool    `json:"known"` // the published file, byte for byte
	Articles     int     `json:"articles"`
	Paragraphs   int     `json:"paragraphs"`
	Questions    int     `json:"questions"`
	Answers      int     `json:"answers"`
	Unanswerable int     `json:"unanswerable"` // questions of SQuAD 2.0
	Tokens       int     `json:"tokens"`       // in contexts
	Longest      int     `json:"longest"`      // tokens of the longest context
	Dropped      Dropped `json:"dropped"`      // in training, by PublishedLimits
	Faults       []Fault `json:"faults"`       // what cannot be used
	Inexact      []Fault `json:"inexact"`      // answers that begin or end within a token
}

// published are the SHA-256 sums of SQuAD 1.1.
//
// Source: train-v1.1.json (30,288,272 bytes) and dev-v1.1.json (4,854,279) of
// rajpurkar.github.io/SQuAD-explorer/dataset; ParlAI records the same sums.
var published = map[string]string{
	"train": "3527663986b8295af4f7fcdff1ba1ff3f72d07d61a20f487cb238a6ef92fd955",
	"dev":   "95aa6a52d5d6a735563366753ca50492a658031da74f301ac5238b03966972c9",
}

// Check reads the files of a folder and says what is there. What cannot be used
// is listed and is no error; a file that is broken is. It needs memory for one
// paragraph, the ids of questions and what it lists.
func Check(dir string) (Report, error) {
	r := Report{Name: dir}
	parts, err := Find(dir)
	if err != nil {
		return r, err
	}
	for _, file := range []struct{ part, path string }{{"train", parts.Train}, {"dev", parts.Dev}} {
		if file.path == "" {
			continue
		}
		p := PartReport{Part: file.part, File: file.path, Faults: []Fault{}, Inexact: []Fault{}}
		if err := p.read(); err != nil {
			return r, err
		}
		p.File = filepath.Base(p.File)
		r.Parts = append(r.Parts, p)
	}
	return r, nil
}

// read fills in a part from its file.
func (p *PartReport) read() error {
	f, err := os.Open(p.File)
	if err != nil {
		return fmt.Errorf("squad: %w", err)
	}
	defer f.Close()
	in := newSummed(f)
	info, err := Read(in, p.File, Options{SkipFaults: true, Unanswerable: true}, p.add)
	if err != nil {
		return err
	}
	if p.SHA256, err = in.end(p.File); err != nil {
		return err
	}
	p.Version, p.Articles, p.Faults = info.Version, info.Articles, append(p.Faults, info.Faults...)
	p.Bytes, p.Known = in.bytes, p.SHA256 == published[p.Part]
	return nil
}

// add counts a paragraph.
func (p *PartReport) add(paragraph Paragraph) error {
	passage := NewPassage(paragraph)
	n := len(passage.Context.Tokens)
	p.Paragraphs++
	p.Tokens += n
	p.Longest = max(p.Longest, n)
	p.Inexact = append(p.Inexact, paragraph.inexact(passage.Context)...)
	if n > PublishedLimits.Context {
		p.Dropped.Cut++
	}
	for _, q := range paragraph.Questions {
		p.Answers += len(q.Answers)
	}
	p.Questions += len(paragraph.Questions)
	p.Unanswerable += len(paragraph.Questions) - len(passage.Items)
	for _, item := range passage.Items {
		PublishedLimits.drops(item, &p.Dropped)
	}
	return nil
}
