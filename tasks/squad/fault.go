package squad

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Fault is a question or an answer that cannot be used.
type Fault struct {
	Place    string `json:"place"` // file:line:column of the paragraph
	Question string `json:"question"`
	Answer   int    `json:"answer"` // its number from 0, or -1: the whole question
	Reason   string `json:"reason"`
}

// String returns "dev.json:1:20: question 5726: answer 0: …".
func (f Fault) String() string {
	what := ""
	if f.Answer >= 0 {
		what = fmt.Sprintf("answer %d: ", f.Answer)
	}
	return fmt.Sprintf("%s: question %s: %s%s", f.Place, f.Question, what, f.Reason)
}

// faultsShown is the number of faults that are listed for people.
const faultsShown = 5

// shown returns the first faults as text, and how many there are more.
func shown(faults []Fault) (list []string) {
	for _, f := range faults[:min(len(faults), faultsShown)] {
		list = append(list, f.String())
	}
	if more := len(faults) - faultsShown; more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return list
}

// faultsError is the error for faults that were not to be skipped.
func faultsError(name string, faults []Fault) error {
	return fmt.Errorf("squad: %s has %d questions or answers that cannot be used; mend them, or leave them out by choice:\n  %s",
		name, len(faults), strings.Join(shown(faults), "\n  "))
}

// byteOffset returns the byte at which the code point with number n begins, and
// whether the text has that many.
func byteOffset(text string, n int) (offset int, ok bool) {
	if n < 0 {
		return 0, false
	}
	for i := range text {
		if n == 0 {
			return i, true
		}
		n--
	}
	return len(text), n == 0
}

// locate turns an answer of a file, which begins at a code point, into one in
// bytes. Else it says what is wrong.
func locate(context, text string, start int) (a Answer, reason string) {
	if strings.TrimSpace(text) == "" {
		return a, "its text is empty"
	}
	at, ok := byteOffset(context, start)
	if ok && strings.HasPrefix(context[at:], text) {
		return Answer{text, at, at + len(text)}, ""
	}
	reason = fmt.Sprintf("%q does not stand at character %d of the context", clip(text), start)
	switch found := nearest(context, text, at); {
	case found >= 0:
		reason += fmt.Sprintf("; the nearest place is %d", utf8.RuneCountInString(context[:found]))
	default:
		reason += ", nor elsewhere in it"
	}
	return a, reason
}

// nearest returns the offset of the occurrence of text that is nearest to at, or
// -1.
func nearest(context, text string, at int) int {
	best := -1
	for i := 0; ; {
		k := strings.Index(context[i:], text)
		if k < 0 {
			return best
		}
		if i += k; best < 0 || max(i-at, at-i) < max(best-at, at-best) {
			best = i
		}
		i++
	}
}

// clip shortens a text for a message.
func clip(text string) string {
	const most = 40
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	at, _ := byteOffset(text, most)
	return text[:at] + "…"
}
