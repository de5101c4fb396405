package squad

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/seed391906a2/iss/tasks/squad/tokens"
)

// Options say what a reader does with what a model cannot learn from.
type Options struct {
	// SkipFaults leaves out answers whose offset does not match the text, empty
	// questions, questions without an answer and the like, and lists them in
	// Faults. Otherwise they are an error that lists the first.
	SkipFaults bool
	// Unanswerable accepts the questions of SQuAD 2.0 that have no answer in
	// the context. Otherwise they are an error.
	Unanswerable bool
}

// ReadFile reads a file in the official format of SQuAD 1.0 and 1.1. Errors name
// the file, line and column.
func ReadFile(path string, o Options) (*Set, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("squad: file %s does not exist", path)
	}
	if err != nil {
		return nil, fmt.Errorf("squad: %w", err)
	}
	defer f.Close()
	return ReadSet(f, path, o)
}

// ReadSet is ReadFile for what can be read from r; the name is for messages.
func ReadSet(r io.Reader, name string, o Options) (*Set, error) {
	s := &Set{Name: name}
	in := newSummed(r)
	info, err := Read(in, name, o, func(p Paragraph) error {
		s.Paragraphs = append(s.Paragraphs, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if s.SHA256, err = in.end(name); err != nil {
		return nil, err
	}
	s.Version, s.Articles, s.Faults = info.Version, info.Articles, info.Faults
	if s.Questions() == 0 {
		return nil, fmt.Errorf("squad: %s has no question that can be used", name)
	}
	return s, nil
}

// Info is what a file says beside its paragraphs.
type Info struct {
	Version  string
	Articles int
	Faults   []Fault
}

// Read reads a file paragraph by paragraph, so that it needs memory for one
// paragraph and the ids of questions only. It stops at the first error of each.
//
// Unless faults are to be skipped they are found all before they are an error, so
// each has then seen the paragraphs without them.
func Read(r io.Reader, name string, o Options, each func(Paragraph) error) (Info, error) {
	in := &document{name: name, options: o, each: each, ids: map[string]bool{}}
	in.places.r = bufio.NewReader(r)
	if err := in.read(); err != nil {
		return in.info, err
	}
	if len(in.info.Faults) > 0 && !o.SkipFaults {
		return in.info, faultsError(name, in.info.Faults)
	}
	return in.info, nil
}

// paragraph checks a paragraph of a file and passes it on.
func (d *document) paragraph(title string, raw rawParagraph) error {
	p := Paragraph{Place: raw.at, Title: title, Context: *raw.Context}
	for _, q := range raw.QAs {
		question, err := d.question(p.Context, q, raw.at)
		if err != nil {
			return err
		}
		if question != nil {
			p.Questions = append(p.Questions, *question)
		}
	}
	return d.each(p)
}

// question returns a question with its answers in bytes, or nil if it cannot be
// used.
func (d *document) question(context string, q rawQuestion, at string) (*Question, error) {
	fault := func(answer int, reason string) {
		d.info.Faults = append(d.info.Faults, Fault{at, q.ID, answer, reason})
	}
	out := &Question{ID: q.ID, Text: q.Question, Impossible: q.Impossible}
	switch {
	case q.ID == "":
		q.ID = "(no id)"
		fault(-1, "it has no id")
		return nil, nil
	case d.ids[q.ID]:
		fault(-1, "its id is that of a question before")
		return nil, nil
	case q.Impossible && !d.options.Unanswerable:
		return nil, fmt.Errorf("squad: %s: question %s has no answer in its context: this is SQuAD 2.0; take a file of version 1.1, or ask for unanswerable questions", at, q.ID)
	case len(tokens.Words(q.Question)) == 0:
		fault(-1, "it is empty")
		return nil, nil
	}
	d.ids[q.ID] = true
	if q.Impossible {
		return out, nil
	}
	for i, a := range q.Answers {
		answer, reason := locate(context, a.Text, a.Start)
		if reason != "" {
			fault(i, reason)
			continue
		}
		out.Answers = append(out.Answers, answer)
	}
	if len(out.Answers) == 0 {
		if len(q.Answers) == 0 {
			fault(-1, "it has no answer")
		}
		return nil, nil
	}
	return out, nil
}
