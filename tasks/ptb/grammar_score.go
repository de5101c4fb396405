package ptb

import "fmt"

// GrammarLogProbs returns the natural log-probability of every token of a text
// of the embedded corpus, given all tokens before it, under the grammar that the
// text was drawn from. exp(−mean) is then the perplexity that no model beats but
// by luck: the floor. Take the mean over the tokens that are predicted, with
// [Batches.Mean].
//
// A text that the grammar cannot have produced is an error: it must begin with a
// sentence, with no tokens dropped or mapped to <unk>.
func GrammarLogProbs(v *Vocabulary, ids []int32) ([]float64, error) {
	p := &parser{grammar: english()}
	logs := make([]float64, len(ids))
	for i, id := range ids {
		logp, ok := p.next(v.Token(id))
		if !ok {
			return nil, fmt.Errorf("ptb: token %d, %q, cannot follow %q in the grammar of the embedded corpus",
				i, v.Token(id), v.Decode(ids[max(0, i-5):i]))
		}
		logs[i] = logp
	}
	return logs, nil
}

// parser reads sentences from left to right. The stack holds what is still to
// come in this sentence, the next symbol last.
type parser struct {
	*grammar
	stack []symbol
}

// next reads a token and returns its log-probability given those before it; ok
// is false if it cannot follow them.
func (p *parser) next(token string) (logp float64, ok bool) {
	word, ok := p.ids[token]
	if !ok {
		return 0, false
	}
	if len(p.stack) == 0 {
		p.stack = append(p.stack, start)
	}
	for {
		top := p.stack[len(p.stack)-1]
		p.stack = p.stack[:len(p.stack)-1]
		if top >= 0 {
			return logp, int(top) == word
		}
		n, ok := p.first[^top][word]
		if !ok {
			return 0, false
		}
		r := p.defs[^top]
		logp += r.logProb(r.choices[n])
		p.stack = r.choices[n].push(p.stack)
	}
}
