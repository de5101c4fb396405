package ptb

import "strings"

// Encode returns the ids of the tokens of a UTF-8 text, and what was outside the
// vocabulary (and so is missing from ids, or <unk> there).
func (v *Vocabulary) Encode(text string) (ids []int32, outside Outside) {
	p := v.encode([]byte(text))
	return p.IDs, p.Outside
}

// Decode returns the text of ids: words with a blank between them and a line end
// for <eos>, or characters one after the other. It panics if an id has no token.
func (v *Vocabulary) Decode(ids []int32) string {
	var b strings.Builder
	start := true // of a line
	for _, id := range ids {
		token := v.tokens[id]
		switch {
		case v.unit == Char:
		case token == EOS:
			token, start = "\n", true
		case start:
			start = false
		default:
			b.WriteByte(' ')
		}
		b.WriteString(token)
	}
	return b.String()
}

func (v *Vocabulary) encode(text []byte) Part {
	p := Part{IDs: make([]int32, 0, v.guess(len(text))), Outside: Outside{Mapped: v.unknown >= 0}}
	seen := make([]bool, len(v.tokens))
	outside := map[string]bool{}
	v.unit.each(text, func(token []byte) {
		p.Tokens++
		id, ok := v.ids[string(token)]
		switch {
		case ok:
			if !seen[id] {
				seen[id] = true
				p.Types++
			}
		case !outside[string(token)]:
			outside[string(token)] = true
			fallthrough
		default:
			p.Outside.Tokens++
			id = v.unknown
		}
		if id >= 0 {
			p.IDs = append(p.IDs, id)
		}
	})
	p.Outside.Types = len(outside)
	p.Types += len(outside)
	return p
}

// guess is about the number of tokens in a text of so many bytes.
func (v *Vocabulary) guess(bytes int) int {
	if v.unit == Char {
		return bytes
	}
	return bytes / 5
}
