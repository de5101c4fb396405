package squad_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/squad"
)

// folder writes a small data set and vectors of some of its words, and returns a
// configuration of a small model on it.
func folder(t *testing.T) tasks.Config {
	t.Helper()
	dir := t.TempDir()
	for part, n := range map[string]int{"train": 30, "dev": 6} {
		f, err := os.Create(filepath.Join(dir, part+".json"))
		require.NoError(t, err)
		require.NoError(t, squad.Demo(part, n, 3).Write(f))
		require.NoError(t, f.Close())
	}
	var vectors strings.Builder
	for i, w := range []string{"was", "born", "in", "mill", "unheard-of", "opened", "where"} {
		fmt.Fprintf(&vectors, "%s %d 0.5 -%d\n", w, i+1, i+1)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "glove.txt"), []byte(vectors.String()), 0o666))
	return preset(t, "bidaf", "model.embedding=3", "model.hidden=[2,2,2,2]", "train.batch=7",
		`options={"words_above": 1, "chars_above": 1, "char_dim": 2, "char_filters": 3}`, "data="+filepath.ToSlash(dir))
}

func open(t *testing.T, cfg tasks.Config) tasks.Problem {
	t.Helper()
	p, err := squad.New().Open(cfg, catalogue(t))
	require.NoError(t, err)
	return p
}

// A word with a vector is fed that vector and is marked frozen, another its row,
// and what pads a text the row of padding.
func TestFeeding(t *testing.T) {
	cfg := folder(t)
	p := open(t, cfg)
	data := p.Data()
	vocab, err := squad.ReadVocabulary(bytes.NewReader(data.Files["vocab.json"]), "vocab.json")
	require.NoError(t, err)
	assert.Equal(t, tasks.Sizes{"words": len(vocab.Words), "chars": len(vocab.Chars)}, data.Sizes)
	assert.NotContains(t, vocab.Words, "born", "it has a vector")
	assert.Equal(t, []int{len(vocab.Words), 3}, p.Graph().Param("emb/emb_var/word_emb_mat").Shape)
	assert.Contains(t, strings.Join(data.Notes, "\n"), "5 words have a vector")

	b, err := p.Part("valid")
	require.NoError(t, err)
	frozen, learned := 0, 0
	for i := range b.Len() {
		f := tasks.NewFeed(p.Graph(), b.Binding(i))
		b.Load(i, f)
		rows := b.Binding(i)["batch"]
		require.Equal(t, rows, b.Items(i))
		for _, text := range []string{"context", "question"} {
			words, vectors := f.Ints(text+"_words"), f.Floats(text+"_vectors")
			for k, id := range words {
				v := vectors[3*k : 3*k+3]
				if f.Floats(text + "_frozen")[k] == 1 {
					frozen++
					assert.Equal(t, []float32{v[0], 0.5, -v[0]}, v)
					assert.NotZero(t, v[0])
					assert.Zero(t, id)
					continue
				}
				assert.Equal(t, []float32{0, 0, 0}, v)
				if k/rows >= int(f.Ints(text + "_lengths")[k%rows]) {
					assert.Equal(t, int32(squad.NullID), id)
				} else {
					learned++
					assert.NotEqual(t, int32(squad.NullID), id)
				}
			}
		}
	}
	assert.Positive(t, frozen)
	assert.Positive(t, learned)
}

// pointed are the outputs of a model that is sure of the answers it was fed.
type pointed struct {
	feed   *tasks.Feed
	rows   int
	length int
	wrong  bool // by a token
}

func (o pointed) Output(name string) []float32 {
	if name == "loss" {
		return []float32{2}
	}
	p := make([]float32, o.rows*o.length)
	at := o.feed.Ints(strings.TrimSuffix(name, "_at"))
	for row, k := range at {
		if o.wrong {
			k = 0
		}
		p[row*o.length+int(k)] = 1
	}
	return p
}

// What the terms claim: one measurement is of valid and of test.
func TestTestIsValid(t *testing.T) {
	p := open(t, folder(t))
	require.True(t, p.Terms().TestIsValid)
	valid, err := p.Part("valid")
	require.NoError(t, err)
	test, err := p.Part("test")
	require.NoError(t, err)
	assert.Equal(t, valid, test)
	assert.Equal(t, p.Judge("valid"), p.Judge("test"))
}

// Who points at the answers has every point, who points at the first token few;
// what is written down are the answers.
func TestJudging(t *testing.T) {
	p := open(t, folder(t))
	for _, wrong := range []bool{false, true} {
		b, err := p.Part("test")
		require.NoError(t, err)
		j := p.Judge("test")
		for i := range b.Len() {
			f := tasks.NewFeed(p.Graph(), b.Binding(i))
			b.Load(i, f)
			j.See(i, pointed{f, b.Binding(i)["batch"], b.Binding(i)["context"], wrong})
		}
		s := j.Score()
		assert.Equal(t, 2.0, s.Loss)
		assert.Equal(t, 24, s.Items)
		if wrong {
			assert.Less(t, s.Values["em"], 0.3)
			continue
		}
		assert.Equal(t, map[string]float64{"em": 1, "f1": 1}, s.Values)
		var w bytes.Buffer
		require.NoError(t, j.(tasks.Answerer).WriteAnswers(&w))
		for _, paragraph := range squad.Demo("dev", 6, 3).Paragraphs {
			for _, q := range paragraph.Questions {
				assert.Contains(t, w.String(), fmt.Sprintf("%q: %q", q.ID, q.Answers[0].Text))
			}
		}
	}
}

// Epochs and steps see other orders and answers, and the same when they are
// opened anew.
func TestTrainingIsRepeatable(t *testing.T) {
	cfg := folder(t)
	a, b := open(t, cfg), open(t, cfg)
	load := func(p tasks.Problem, epoch int) *tasks.Feed {
		batches := p.Train(epoch)
		f := tasks.NewFeed(p.Graph(), batches.Binding(1))
		batches.Load(1, f)
		return f
	}
	assert.Equal(t, load(a, 2), load(b, 2))
	assert.NotEqual(t, load(a, 2), load(a, 3))
}
