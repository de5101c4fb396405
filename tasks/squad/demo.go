package squad

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/rng"
)

// Sizes of the embedded questions that Open returns, in paragraphs.
const (
	DemoTrain = 800
	DemoDev   = 100
)

// demoSentences is the number of sentences of an embedded paragraph.
const demoSentences = 4

// Demo returns questions that need no data: paragraphs drawn from templates, of
// made-up people with places, dates, jobs and things. Each paragraph tells every
// kind of fact of more than one person, so that a question cannot be answered by
// the kind of word that it asks for alone, and a sentence holds several names
// and places, so that finding the sentence is not enough either.
//
// The part "train" or "dev" and the seed decide all of it; the parts are drawn
// apart and share no paragraph by more than chance. Each paragraph has a question
// on each of its 4 sentences. Its SHA256 is that of what Write writes.
func Demo(part string, paragraphs int, seed uint64) *Set {
	r := rng.New(seed, "squad/demo/"+part)
	s := &Set{Name: "embedded questions, " + part, Version: "1.1", Articles: 1}
	for i := range paragraphs {
		s.Paragraphs = append(s.Paragraphs, drawParagraph(r, fmt.Sprintf("%s-%d", part, i), "Embedded"))
	}
	if paragraphs == 0 {
		s.Articles = 0
	}
	sum := sha256.New()
	if err := s.Write(sum); err != nil {
		panic(fmt.Sprintf("squad: %v", err)) // a hash takes all
	}
	s.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return s
}

// drawParagraph draws two templates and tells each of them of two people.
func drawParagraph(r *rng.Stream, id, title string) Paragraph {
	kinds := r.Perm(len(demoFacts))[:2]
	order := r.Perm(demoSentences)
	d := drawer{r: r, used: map[string]bool{}}
	p := Paragraph{Title: title}
	for i := range demoSentences {
		fact := demoFacts[kinds[order[i]%2]]
		d.sentence(&p, fact, fmt.Sprintf("%s-%d", id, i))
	}
	p.Place = "paragraph " + id
	p.Context = strings.TrimSuffix(p.Context, " ")
	return p
}

// drawer draws words, none twice in a paragraph.
type drawer struct {
	r    *rng.Stream
	used map[string]bool
}

func (d *drawer) word(slot string) string {
	kind := strings.TrimRight(slot, "2") // {place2} is another place
	for {
		var w string
		switch kind {
		case "year":
			w = fmt.Sprint(1850 + d.r.Intn(150))
		case "date":
			w = fmt.Sprintf("%d %s", 1+d.r.Intn(28), d.pick("month"))
		case "who":
			w = d.pick("first") + " " + d.pick("last")
		default:
			w = d.pick(kind)
		}
		if !d.used[w] {
			d.used[w] = true
			return w
		}
	}
}

func (d *drawer) pick(kind string) string {
	words := demoWords[kind]
	return words[d.r.Intn(len(words))]
}

// sentence appends a sentence with a question on it.
func (d *drawer) sentence(p *Paragraph, f demoFact, id string) {
	values := map[string]string{}
	text := f.says[d.r.Intn(len(f.says))]
	spans := map[string]Answer{}
	for rest := text; rest != ""; {
		plain, after, found := strings.Cut(rest, "{")
		p.Context += plain
		if !found {
			break
		}
		slot, tail, _ := strings.Cut(after, "}")
		values[slot] = d.word(slot)
		start := len(p.Context)
		p.Context += values[slot]
		spans[slot] = Answer{values[slot], start, len(p.Context)}
		rest = tail
	}
	p.Context += " "
	ask := f.asks[d.r.Intn(len(f.asks))]
	slot, question, _ := strings.Cut(ask, ": ")
	for _, k := range slices.Sorted(maps.Keys(values)) {
		question = strings.ReplaceAll(question, "{"+k+"}", values[k])
	}
	p.Questions = append(p.Questions, Question{ID: id, Text: question, Answers: []Answer{spans[slot]}})
}
