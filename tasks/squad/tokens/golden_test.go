package tokens

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// golden is what NLTK makes of hard lines, random sentences and SQuAD's dev: see
// testdata/nltk_golden.py, which says how it was made.
type golden struct {
	dev    string     // SHA-256 of the file
	hard   [][]string // tokens
	random []struct {
		text   string
		tokens []string
	}
	rows []string // of dev, a paragraph each
}

func readGolden(t *testing.T) (g golden) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "golden.txt"))
	require.NoError(t, err)
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		switch key, rest, _ := strings.Cut(line, " "); {
		case i == 0:
			require.Equal(t, "source:", key)
		case i == 1:
			g.dev, _, _ = strings.Cut(rest, " ")
		case key == "hard":
			var tokens []string
			require.NoError(t, json.Unmarshal([]byte(rest), &tokens))
			g.hard = append(g.hard, tokens)
		case key == "random":
			var v [2]json.RawMessage
			var r struct {
				text   string
				tokens []string
			}
			require.NoError(t, json.Unmarshal([]byte(rest), &v))
			require.NoError(t, json.Unmarshal(v[0], &r.text))
			require.NoError(t, json.Unmarshal(v[1], &r.tokens))
			g.random = append(g.random, r)
		default:
			g.rows = append(g.rows, line)
		}
	}
	return g
}

func texts(tokens []Token) []string {
	out := []string{}
	for _, t := range tokens {
		out = append(out, t.Text)
	}
	return out
}

func TestWordsOfHardLines(t *testing.T) {
	g := readGolden(t)
	lines, err := os.ReadFile(filepath.Join("testdata", "hard.txt"))
	require.NoError(t, err)
	list := strings.Split(strings.TrimSuffix(string(lines), "\n"), "\n")
	require.Len(t, g.hard, len(list))
	for i, line := range list {
		want := g.hard[i]
		if strings.HasPrefix(line, "She lives at") {
			// NLTK breaks sentences at "Mr. B. | Brown" and "A. | A. Milne", as its
			// model has seen "brown" and "a" in small letters.
			want = strings.Split("She lives at 5 Main St . The house is Mr. B. Brown ' s . Vol . 3 of A . A. Milne . The end of World War I . In 1945 it ended", " ")
		}
		assert.Equal(t, want, texts(Words(line)), line)
	}
}

// The rules of words are NLTK's on random strings of what they look at.
func TestTreebankIsNLTKs(t *testing.T) {
	g := readGolden(t)
	require.Len(t, g.random, 400)
	plain := strings.NewReplacer("``", `"`, "''", `"`)
	for _, r := range g.random {
		want := []string{}
		for _, w := range r.tokens {
			want = append(want, plain.Replace(w))
		}
		got := []string{}
		for _, w := range treebank(r.text) {
			got = append(got, plain.Replace(w))
		}
		assert.Equal(t, want, got, "%q", r.text)
	}
}

// treebank returns what the rules of words alone make of a sentence.
func treebank(sentence string) (out []string) {
	var l line
	l.read(sentence, 0, len(sentence))
	l.treebank()
	l.each(func(start, end int) { out = append(out, sentence[start:end]) })
	return out
}

// squad reads the contexts and questions of a file of SQuAD, in squad of ISS_DATA
// or of ../shared/data beside the folder of go.mod. The test is skipped without it.
func squad(t *testing.T, name string) (raw []byte, contexts []string, questions [][]string) {
	t.Helper()
	data := os.Getenv("ISS_DATA")
	if data == "" {
		data = filepath.Join("..", "..", "..", "..", "shared", "data") // from tasks/squad/tokens
	}
	raw, err := os.ReadFile(filepath.Join(data, "squad", name))
	if err != nil {
		t.Skipf("no SQuAD in %s; set ISS_DATA to a folder that holds squad/%s", data, name)
	}
	var set struct {
		Data []struct {
			Paragraphs []struct {
				Context string
				QAs     []struct{ Question string }
			}
		}
	}
	require.NoError(t, json.NewDecoder(bytes.NewReader(raw)).Decode(&set))
	for _, a := range set.Data {
		for _, p := range a.Paragraphs {
			contexts = append(contexts, p.Context)
			q := []string{}
			for _, qa := range p.QAs {
				q = append(q, qa.Question)
			}
			questions = append(questions, q)
		}
	}
	return raw, contexts, questions
}

// devDiffers are the paragraphs of dev whose tokens are not NLTK's, from 0.
var devDiffers = map[int]string{
	49:   `NLTK ends a sentence within "T. J. Ward": its model has seen "ward" in small letters`,
	1376: `NLTK ends a sentence within "U.S. Ambassador": likewise`,
	1377: `NLTK ends a sentence within "W. E. B. Du Bois": likewise`,
}

func TestWordsOfDevAreNLTKs(t *testing.T) {
	g := readGolden(t)
	raw, contexts, questions := squad(t, "dev-v1.1.json")
	sum := sha256.Sum256(raw)
	require.Equal(t, g.dev, hex.EncodeToString(sum[:]), "the golden file is of another dev")
	require.Len(t, g.rows, len(contexts))
	var differs []int
	for i, row := range g.rows {
		var asked []string
		for _, q := range questions[i] {
			asked = append(asked, texts(Words(q))...)
		}
		if got := digest(texts(Words(contexts[i]))) + " " + digest(asked); got != row {
			differs = append(differs, i)
			assert.Contains(t, devDiffers, i, "paragraph %d: got %s, want %s", i, got, row)
		}
	}
	t.Logf("%d of %d paragraphs differ from NLTK: %v", len(differs), len(contexts), differs)
	slices.Sort(differs)
	assert.Len(t, differs, len(devDiffers))
}

// digest is that of nltk_golden.py.
func digest(tokens []string) string {
	sum := sha256.Sum256([]byte(strings.Join(tokens, "\n")))
	return fmt.Sprintf("%d %x", len(tokens), sum[:4])
}
