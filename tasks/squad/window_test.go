package squad

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWindow(t *testing.T) {
	cases := []struct{ name, context, question, want string }{
		{"next to what is asked", "Bob Ray works in Rome and Ann Lee has three cats in Oslo.", "Where is it that Bob Ray works?", "Rome"},
		{"a run of words", "The cat met Old Tom Brown and the dog slept well.", "Who met the cat?", "Old Tom Brown"},
		{"not what is in the question", "Oslo Oslo", "Oslo?", "Oslo"},
		{"no words", "  ", "What?", ""},
		{"only punctuation", "...", "What?", "..."},
		{"other scripts", "北京 是 首都", "首都 是?", "北京"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, Window(NewText(c.context), NewText(c.question)))
		})
	}
}

// By hand: the question has 3 words, so windows of 4 tokens cover a candidate of
// one; "x" is there twice, the others once, and "the" tells nothing.
func TestWindowScore(t *testing.T) {
	w := newWindow(NewText("x b the c x d e"), NewText("the x d"))
	rare, twice := 0.6931471805599453, 0.4054651081081644 // ln 2, ln 1.5
	near := func(d float64) float64 { return 4 / (4 + d) }
	// best window of b: x b the c, of c: the c x d
	assert.InDelta(t, twice+rare+twice*near(1)+twice*near(3)+rare*near(4), w.score(Span{1, 1}), 1e-14)
	assert.InDelta(t, rare+twice+rare+twice*near(3)+twice*near(1)+rare*near(2), w.score(Span{3, 3}), 1e-14)
}

// The bound that a trained model must beat, on all of dev, and what it is on the
// embedded questions.
func TestWindowOnDev(t *testing.T) {
	demo := Demo("dev", 100, 1)
	score := demo.Score(WindowPredictions(demo.Passages()))
	t.Log("embedded:", score)
	assert.Less(t, score.EM, 40.0, "finding the sentence is not enough")

	s := real(t, "dev-v1.1.json")
	score = s.Score(WindowPredictions(realPassages(t, "dev-v1.1.json")))
	t.Log("dev:", score)
	assert.InDelta(t, 12.18, score.EM, 0.1, "equal scores depend on rounding")
	assert.InDelta(t, 19.32, score.F1, 0.1)
}
