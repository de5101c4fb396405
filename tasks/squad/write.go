package squad

import (
	"encoding/json"
	"io"
	"unicode/utf8"
)

// Write writes a set in the official format, with offsets in code points.
// Paragraphs that follow each other under one title are one article.
func (s *Set) Write(w io.Writer) error {
	type article struct {
		Title      string         `json:"title"`
		Paragraphs []rawParagraph `json:"paragraphs"`
	}
	data := []article{}
	for i, p := range s.Paragraphs {
		if i == 0 || p.Title != s.Paragraphs[i-1].Title {
			data = append(data, article{Title: p.Title})
		}
		raw := rawParagraph{Context: &p.Context, QAs: []rawQuestion{}}
		for _, q := range p.Questions {
			out := rawQuestion{ID: q.ID, Question: q.Text, Answers: []rawAnswer{}, Impossible: q.Impossible}
			for _, a := range q.Answers {
				out.Answers = append(out.Answers, rawAnswer{a.Text, utf8.RuneCountInString(p.Context[:a.Start])})
			}
			raw.QAs = append(raw.QAs, out)
		}
		last := &data[len(data)-1]
		last.Paragraphs = append(last.Paragraphs, raw)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		Data    []article `json:"data"`
		Version string    `json:"version"`
	}{data, s.Version})
}
