package tokens

import (
	"strings"
	"unicode"
)

// opening stands for a quotation mark that was found to open: rules that look
// for quotation marks pass it by.
const opening = '`'

// treebank cuts a sentence by the rules of the Penn TreeBank as NLTK's
// NLTKWordTokenizer (3.8) refines them, in its order.
func (l *line) treebank() {
	for _, s := range marks {
		l.step(s)
	}
	l.pad()
	for _, s := range endings {
		l.step(s)
	}
}

// step is a rule with the characters of which a line must have one, as it was
// read, for the rule to do anything.
type step struct {
	needs string
	rule  rule
}

// step applies a rule unless it has nothing to do.
func (l *line) step(s step) {
	if l.hasAny(s.needs) {
		l.apply(s.rule)
	}
}

var (
	// marks are the rules of what opens, and of punctuation.
	marks = []step{
		{"«“‘„`", openingMarks}, {`"`, openingFirst}, {"`\"'", pair("``")}, {`"'`, openingDouble}, {"'", quotedLetter},
		{".", finalStop}, {",:", commaColon}, {",:", commaColonLast}, {".", dots}, alone(";@#$%&"), alone("?!"), {"'", quoteAfter}, alone("*"),
		alone("][(){}<>"), {"-", pair("--")},
	}
	// endings are the rules of what closes, and of contractions; they want a
	// blank at either end.
	endings = []step{
		alone("»”’"), {"'", pair("''")}, alone(`"`), {"'", clitic}, {"'", clitics},
		{"cC", contraction("can", "not")}, {"'", contraction("d", "'ye")}, {"gG", contraction("gim", "me")}, {"gG", contraction("gon", "na")},
		{"gG", contraction("got", "ta")}, {"lL", contraction("lem", "me")}, {"'", contraction("more", "'n")}, {"wW", wanna},
		{"'", afterBlank("is")}, {"'", afterBlank("was")},
	}
)

// alone is one with what it needs.
func alone(chars string) step { return step{chars, one(chars)} }

// around are the blanks before and after what a rule covers.
var around = [...][]int{1: {0, 1}, 2: {0, 2}}

// one sets off each of the characters.
func one(chars string) rule {
	return func(c []cell, i int) (int, []int) {
		if strings.ContainsRune(chars, c[i].r) {
			return 1, around[1]
		}
		return 0, nil
	}
}

// pair sets off two characters.
func pair(s string) rule {
	return func(c []cell, i int) (int, []int) {
		if has(c, i, s, false) {
			return 2, around[2]
		}
		return 0, nil
	}
}

// openingMarks sets off « “ ‘ „ and runs of `.
func openingMarks(c []cell, i int) (int, []int) {
	if strings.ContainsRune("«“‘„", c[i].r) {
		return 1, around[1]
	}
	return run(c, i, '`', 1)
}

// run sets off a run of one character, at least so long.
func run(c []cell, i int, r rune, least int) (int, []int) {
	n := 0
	for at(c, i+n) == r {
		n++
	}
	if n < least {
		return 0, nil
	}
	return n, []int{0, n}
}

// openingFirst finds that " at the beginning opens.
func openingFirst(c []cell, i int) (int, []int) {
	if i != 0 || c[0].r != '"' {
		return 0, nil
	}
	c[0].r = opening
	return 1, around[1]
}

// openingDouble finds that " and two ' after a blank or a bracket open.
func openingDouble(c []cell, i int) (int, []int) {
	if !strings.ContainsRune(" ([{<", c[i].r) {
		return 0, nil
	}
	switch {
	case at(c, i+1) == '"':
		c[i+1].r = opening
		return 2, []int{1, 2}
	case has(c, i+1, "''", false):
		c[i+1].r, c[i+2].r = opening, opening
		return 3, []int{1, 3}
	}
	return 0, nil
}

// quotedLetter sets off ' before a word of one letter that is no clitic.
func quotedLetter(c []cell, i int) (int, []int) {
	r := at(c, i+1)
	if c[i].r != '\'' || !IsWord(r) || !edge(c, i+2) || strings.ContainsRune("mtsdn", unicode.ToLower(r)) {
		return 0, nil
	}
	return 2, []int{1}
}

// finalStop sets off the full stop that ends the sentence, and what closes
// after it.
func finalStop(c []cell, i int) (int, []int) {
	if i == 0 || c[i].r != '.' || c[i-1].r == '.' {
		return 0, nil
	}
	n := 1
	for at(c, i+n) >= 0 && strings.ContainsRune(`])}>"'»”’ `, c[i+n].r) {
		n++
	}
	for k := i + n; k < len(c); k++ {
		if !IsSpace(c[k].r) {
			return 0, nil
		}
	}
	if n == 1 {
		return 1, around[1]
	}
	return n, []int{0, 1, n}
}

// commaColon sets off , and : unless a digit follows.
func commaColon(c []cell, i int) (int, []int) {
	if c[i].r != ',' && c[i].r != ':' || i+1 == len(c) || unicode.IsDigit(c[i+1].r) {
		return 0, nil
	}
	return 2, []int{0, 1}
}

// commaColonLast sets off , and : at the end.
func commaColonLast(c []cell, i int) (int, []int) {
	last := i+1 == len(c) || i+2 == len(c) && c[i+1].r == '\n'
	if !last || c[i].r != ',' && c[i].r != ':' {
		return 0, nil
	}
	return 1, around[1]
}

// dots sets off runs of two and more full stops.
func dots(c []cell, i int) (int, []int) { return run(c, i, '.', 2) }

// quoteAfter sets off ' before a blank.
func quoteAfter(c []cell, i int) (int, []int) {
	if c[i].r != '\'' && has(c, i+1, "' ", false) {
		return 3, []int{1, 2}
	}
	return 0, nil
}

// clitic cuts one of the endings 's, 'm, 'd and ' off a word.
func clitic(c []cell, i int) (int, []int) {
	if c[i].r == '\'' || c[i].r == ' ' || at(c, i+1) != '\'' {
		return 0, nil
	}
	if r := at(c, i+2); r >= 0 && strings.ContainsRune("smdSMD", r) && at(c, i+3) == ' ' {
		return 4, []int{1}
	}
	if at(c, i+2) == ' ' {
		return 3, []int{1}
	}
	return 0, nil
}

// clitics cuts 'll, 're, 've and n't, all in one case, off a word.
func clitics(c []cell, i int) (int, []int) {
	if c[i].r == '\'' || c[i].r == ' ' {
		return 0, nil
	}
	if r := at(c, i+1); r != '\'' && r != 'n' && r != 'N' {
		return 0, nil
	}
	for _, s := range []string{"'ll ", "'LL ", "'re ", "'RE ", "'ve ", "'VE ", "n't ", "N'T "} {
		if has(c, i+1, s, false) {
			return 5, []int{1}
		}
	}
	return 0, nil
}

// contraction cuts a word that is made of two.
func contraction(a, b string) rule {
	word, n := a+b, len(a)+len(b)
	blanks := []int{0, len(a), n}
	return func(c []cell, i int) (int, []int) {
		if has(c, i, word, true) && edge(c, i) && edge(c, i+n) {
			return n, blanks
		}
		return 0, nil
	}
}

// wanna cuts the word where white space follows.
func wanna(c []cell, i int) (int, []int) {
	if !IsSpace(at(c, i+5)) {
		return 0, nil
	}
	return wanNa(c, i)
}

var wanNa = contraction("wan", "na")

// afterBlank cuts 'tis and 'twas after a blank.
func afterBlank(verb string) rule {
	word, n := " 't"+verb, 3+len(verb)
	blanks := []int{1, 3, n}
	return func(c []cell, i int) (int, []int) {
		if has(c, i, word, true) && edge(c, i+n) {
			return n, blanks
		}
		return 0, nil
	}
}
