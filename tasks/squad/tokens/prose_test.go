package tokens

import (
	"strings"
	"testing"

	"github.com/jdkato/prose/tokenize"
	"github.com/stretchr/testify/assert"
)

// The rules of words against an implementation of others, on sentences without
// what the two treat differently on purpose: curly quotes and * (NLTK sets them
// off, MacIntyre's script does not), .. and " (the other applies its rules in
// random order).
func TestTreebankIsProses(t *testing.T) {
	for _, s := range []string{
		"The quick brown fox can't jump over 3.5 lazy dogs, or can it?",
		"They'll say it's (really) mine; you're gonna see: 10:30, not 9:15.",
		"I cannot pay $3.50 & 10% #tags a@b.com {x} [y] <z>.",
		"We'd've gone -- had she known... He didn't.",
		"'Tis the players' view of Dr. Smith Jr.",
		"Lemme go, gimme that, I wanna rest and I've gotta, d'ye hear?",
		"Über naïve cafés in 北京 and Москва, 1,000.5 km.",
	} {
		assert.Equal(t, tokenize.NewTreebankWordTokenizer().Tokenize(s), treebank(s))
	}
}

// And on the sentences of dev that have none of these.
func TestTreebankIsProsesOnDev(t *testing.T) {
	_, contexts, _ := squad(t, "dev-v1.1.json")
	prose := tokenize.NewTreebankWordTokenizer()
	all, same := 0, 0
	for i := 0; i < len(contexts); i += 8 {
		for _, s := range Sentences(contexts[i]) {
			sentence := contexts[i][s.Start:s.End]
			if strings.ContainsAny(sentence, "\"*`«»“”‘’„") || strings.Contains(sentence, "..") {
				continue
			}
			all++
			want, got := prose.Tokenize(sentence), treebank(sentence)
			if strings.Join(want, " ") == strings.Join(got, " ") {
				same++
			} else if all-same < 20 {
				t.Logf("prose %q, here %q", want, got)
			}
		}
	}
	t.Logf("%d of %d sentences are cut alike", same, all)
	assert.Equal(t, all, same)
	assert.Greater(t, all, 1000)
}
