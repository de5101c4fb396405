package ptb

import (
	"math"
	"strings"
	"testing"

	"github.com/seed391906a2/iss/core/rng"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

func drawn(t *testing.T) *Corpus {
	t.Helper()
	c, err := Open("", Text{})
	require.NoError(t, err)
	return c
}

// floor is the grammar's perplexity on the predictions of b.
func floor(t *testing.T, c *Corpus, p Part, b *Batches) float64 {
	t.Helper()
	logs, err := GrammarLogProbs(c.Vocab, p.IDs)
	require.NoError(t, err)
	return math.Exp(-b.Mean(logs))
}

func TestDemoIsFixed(t *testing.T) {
	c := drawn(t)
	assert.Equal(t, "38c557a33d9f2d981d71a212e900ef47379b590ed1009a66681bb463c086f09d", c.Fingerprint.SHA256)
	assert.Equal(t, len(english().words), c.Vocab.Len(), "the training part holds every word of the grammar")
	assert.Zero(t, c.Valid.Outside.Tokens+c.Test.Outside.Tokens)

	again, err := Demo(DemoSeed, DemoSizes, Text{})
	require.NoError(t, err)
	assert.Equal(t, c, again)
	other, err := Demo(DemoSeed+1, DemoSizes, Text{})
	require.NoError(t, err)
	assert.NotEqual(t, c.Fingerprint.SHA256, other.Fingerprint.SHA256)
}

func TestDemoSizes(t *testing.T) {
	c := drawn(t)
	for _, p := range []struct {
		Part
		want int
	}{{c.Train, DemoSizes.Train}, {c.Valid, DemoSizes.Valid}, {c.Test, DemoSizes.Test}} {
		assert.GreaterOrEqual(t, len(p.IDs), p.want)
		assert.Less(t, len(p.IDs), p.want+60, "one sentence more at the most")
	}
}

// The parser, the generator and a sum over all derivations agree on the
// probability of a text; the last shows too that there is but one derivation.
func TestGrammarProbability(t *testing.T) {
	g := english()
	rnd := rng.New(7, "test")
	p := &parser{grammar: g}
	for range 300 {
		var words []int
		got := g.sentence(rnd.Intn, func(w string) { words = append(words, g.ids[w]) })
		parsed := 0.0
		for _, w := range words {
			logp, ok := p.next(g.words[w])
			require.True(t, ok)
			parsed += logp
		}
		require.Empty(t, p.stack, "the sentence is whole")
		require.InDelta(t, got, parsed, 1e-9)
		require.InDelta(t, got, math.Log(newInside(g, words).of(start, 0, len(words))), 1e-9)
	}
}

// inside sums the probabilities of all derivations of a span (Baker 1979),
// knowing only rules and weights.
type inside struct {
	g     *grammar
	words []int
	memo  map[[3]int]float64
}

func newInside(g *grammar, words []int) *inside { return &inside{g, words, map[[3]int]float64{}} }

func (in *inside) of(s symbol, i, j int) float64 {
	if s >= 0 {
		if j == i+1 && in.words[i] == int(s) {
			return 1
		}
		return 0
	}
	key := [3]int{int(s), i, j}
	if p, ok := in.memo[key]; ok {
		return p
	}
	sum := 0.0
	r := in.g.defs[^s]
	for _, c := range r.choices {
		sum += float64(c.weight) / float64(r.total) * in.body(c.body, i, j)
	}
	in.memo[key] = sum
	return sum
}

func (in *inside) body(body []symbol, i, j int) float64 {
	if len(body) == 1 {
		return in.of(body[0], i, j)
	}
	sum := 0.0
	for k := i + 1; k < j; k++ {
		if p := in.of(body[0], i, k); p > 0 {
			sum += p * in.body(body[1:], k, j)
		}
	}
	return sum
}

// After any prefix the probabilities of all words add up to one.
func TestGrammarIsADistribution(t *testing.T) {
	c := drawn(t)
	p := &parser{grammar: english()}
	for _, id := range c.Test.IDs[:400] {
		sum := 0.0
		for _, w := range p.words {
			fork := &parser{grammar: p.grammar, stack: append([]symbol(nil), p.stack...)}
			if logp, ok := fork.next(w); ok {
				sum += math.Exp(logp)
			}
		}
		require.InDelta(t, 1, sum, 1e-12)
		_, ok := p.next(c.Vocab.Token(id))
		require.True(t, ok)
	}
}

// The floor of a long text is the grammar's entropy per token, computed from the
// rules alone, within four standard errors.
func TestFloorIsEntropy(t *testing.T) {
	g := english()
	entropy, length := g.moments(start)
	rate := entropy / length

	rnd := rng.New(3, "test")
	var excess []float64 // of a sentence: its surprise beyond rate a token
	tokens, logp := 0, 0.0
	for range 20000 {
		n := 0
		l := g.sentence(rnd.Intn, func(string) { n++ })
		excess = append(excess, -l-rate*float64(n))
		tokens += n
		logp += l
	}
	mean, dev := stat.MeanStdDev(excess, nil)
	assert.Less(t, math.Abs(mean), 4*dev/math.Sqrt(float64(len(excess))))
	assert.InDelta(t, math.Exp(rate), math.Exp(-logp/float64(tokens)), 0.05)
	t.Logf("exp(entropy) %.4f, sample %.4f, tokens a sentence %.2f", math.Exp(rate), math.Exp(-logp/float64(tokens)), length)
}

// moments returns the expected surprise (nats) and length (tokens) of a symbol.
func (g *grammar) moments(s symbol) (entropy, length float64) {
	if s >= 0 {
		return 0, 1
	}
	r := g.defs[^s]
	for _, c := range r.choices {
		p := float64(c.weight) / float64(r.total)
		entropy -= p * math.Log(p)
		for _, s := range c.body {
			e, l := g.moments(s)
			entropy += p * e
			length += p * l
		}
	}
	return entropy, length
}

// What a model of the last one, two or three words cannot know costs it a factor
// in perplexity.
func TestStatePays(t *testing.T) {
	c := drawn(t)
	b, err := NewStream("test", c.Test.IDs, 20)
	require.NoError(t, err)
	least := floor(t, c, c.Test, b)
	assert.InDelta(t, 5.13, least, 0.2, "exp(entropy) is 5.1297")

	for order := 2; order <= 4; order++ {
		best := math.Inf(1)
		for _, d := range []float64{0.3, 0.6, 0.9} {
			best = min(best, ngram(c.Train.IDs, c.Test.IDs, order, d, c.Vocab.Len()))
		}
		t.Logf("floor %.3f, %d-gram %.3f", least, order, best)
		assert.Greater(t, best, 1.7*least, "%d-gram", order)
		assert.Less(t, best, 2.5*least, "%d-gram; else the model itself is at fault", order)
	}
}

// ngram returns the perplexity on test of an n-gram model of train with
// interpolated absolute discounting (Ney, Essen and Kneser 1994).
func ngram(train, test []int32, order int, discount float64, vocab int) float64 {
	type context = [3]int32
	type followers struct {
		total float64
		of    map[int32]float64
	}
	at := func(ids []int32, i, n int) (c context) { // the n tokens before i
		copy(c[:], ids[i-n:i])
		return c
	}
	models := make([]map[context]*followers, order)
	for n := range models {
		models[n] = map[context]*followers{}
		for i := order; i < len(train); i++ {
			c := at(train, i, n)
			if models[n][c] == nil {
				models[n][c] = &followers{of: map[int32]float64{}}
			}
			models[n][c].total++
			models[n][c].of[train[i]]++
		}
	}
	sum := 0.0
	for i := order; i < len(test); i++ {
		p := 1 / float64(vocab)
		for n, model := range models {
			f := model[at(test, i, n)]
			if f == nil {
				break
			}
			p = (max(f.of[test[i]]-discount, 0) + discount*float64(len(f.of))*p) / f.total
		}
		sum += math.Log(p)
	}
	return math.Exp(-sum / float64(len(test)-order))
}

// Frequencies fall about as 1/rank.
func TestGrammarIsZipfian(t *testing.T) {
	c := drawn(t)
	counts := make([]float64, c.Vocab.Len())
	for _, id := range c.Train.IDs {
		counts[id]++ // ids go by falling frequency
	}
	x, y := make([]float64, len(counts)), make([]float64, len(counts))
	for i, n := range counts {
		x[i], y[i] = math.Log(float64(i+1)), math.Log(n)
	}
	_, slope := stat.LinearRegression(x, y, nil, false)
	t.Logf("slope %.3f, most frequent %v of %v", slope, counts[0], floats.Sum(counts))
	assert.InDelta(t, -1, slope, 0.25)
}

func TestGrammarLogProbsRejectsOtherText(t *testing.T) {
	c := drawn(t)
	ids, outside := c.Vocab.Encode("the women wash herself\n")
	require.Zero(t, outside.Tokens)
	_, err := GrammarLogProbs(c.Vocab, ids)
	assert.EqualError(t, err, `ptb: token 3, "herself", cannot follow "the women wash" in the grammar of the embedded corpus`)

	_, err = GrammarLogProbs(vocabularyOf("hello world", Text{}), []int32{0})
	assert.ErrorContains(t, err, `"hello"`)
}

func TestGrammarRejectsAmbiguity(t *testing.T) {
	g := newGrammar()
	g.define("Start -> 1 a One | 1 Two")
	g.zipf("One", "b c")
	g.zipf("Two", "d a")
	assert.PanicsWithValue(t, `ptb: grammar: two choices of Start begin with "a"`, func() { g.finish() })

	g = newGrammar()
	g.define("Start -> 1 a Nothing")
	assert.PanicsWithValue(t, "ptb: grammar: rule Nothing has no choices", func() { g.finish() })
	assert.Panics(t, func() { g.define("Start -> a") })
}

// Agreement and brackets hold in the text itself, read without the grammar.
func TestDemoAgrees(t *testing.T) {
	c := drawn(t)
	closing := map[string]string{"(": ")", "[": "]", "{": "}"}
	seen := 0
	for line := range strings.Lines(c.Vocab.Decode(c.Train.IDs)) {
		open := ""
		for _, w := range strings.Fields(line) {
			if closing[w] != "" {
				open = w
			}
			if strings.Contains(")]}", w) {
				require.Equal(t, closing[open], w, line)
				seen++
			}
		}
		for _, plural := range []string{"women", "men", "dogs"} {
			if strings.HasPrefix(line, "the "+plural+" ") && !strings.ContainsAny(line, "([{") {
				require.NotRegexp(t, ` (himself|herself|itself|(and|while|because|until) (he|she|it)) `, line)
				seen++
			}
		}
	}
	assert.Greater(t, seen, 300)
}
