package ptb

import (
	"bytes"

	"github.com/seed391906a2/iss/core/rng"
)

// Sizes are numbers of tokens, <eos> included, in the parts of a corpus drawn
// from the grammar. A part ends with the sentence that reaches its number.
type Sizes struct {
	Train, Valid, Test int
}

// DemoSeed is the seed of the corpus that Open("", Text{}) returns.
const DemoSeed = 1

// DemoSizes are the sizes of the corpus that Open("", Text{}) returns.
var DemoSizes = Sizes{Train: 60000, Valid: 6000, Test: 6000}

// Demo draws a corpus from the embedded grammar. Equal seeds and sizes give
// equal texts; text says how they are read, its File must be empty.
// For the perplexity that the grammar itself reaches see [GrammarLogProbs].
func Demo(seed uint64, sizes Sizes, text Text) (*Corpus, error) {
	text, err := text.check()
	if err != nil {
		return nil, err
	}
	return demo(seed, sizes).corpus(text)
}

func demo(seed uint64, sizes Sizes) *source {
	s := &source{name: "embedded corpus"}
	for i, n := range []int{sizes.Train, sizes.Valid, sizes.Test} {
		s.texts[i], _ = english().text(rng.New(seed, "ptb/grammar/"+partNames[i]).Intn, n)
		s.files = append(s.files, sumOf(partNames[i]+".txt", s.texts[i]))
	}
	return s
}

// text draws sentences, a line each, until they have n tokens. It returns their
// log-probability too.
func (g *grammar) text(intn func(int) int, n int) (text []byte, logp float64) {
	var b bytes.Buffer
	lineStart := true
	for tokens := 0; tokens < n; {
		logp += g.sentence(intn, func(word string) {
			tokens++
			switch {
			case word == EOS:
				b.WriteByte('\n')
			case lineStart:
				b.WriteString(word)
			default:
				b.WriteString(" " + word)
			}
			lineStart = word == EOS
		})
	}
	return b.Bytes(), logp
}
