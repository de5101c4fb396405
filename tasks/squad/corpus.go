package squad

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/squad/glove"
)

// vocabFile is what a run keeps its vocabulary in.
const vocabFile = "vocab.json"

// corpus is what a model is trained and judged on.
type corpus struct {
	train, dev   *Set
	passages     []Passage // of dev
	vocab        *Vocabulary
	vectors      *glove.Table // may be nil
	encodedTrain *Encoded
	encodedDev   *Encoded
}

// load reads the configured folder, or draws the embedded questions.
func (t *task) load(cfg tasks.Config, o options) (*corpus, error) {
	switch {
	case cfg.Text != nil:
		return nil, fmt.Errorf("squad: the data are questions and no text; name their folder with --data DIR, or take the preset bidaf-tiny, which needs none")
	case t.embedded && cfg.Data != "":
		return nil, fmt.Errorf("squad: task %q has its questions embedded; for a folder take a preset of task \"squad\", such as bidaf", t.name)
	case !t.embedded && cfg.Data == "":
		return nil, fmt.Errorf("squad: %w: name the folder with train*.json and dev*.json of SQuAD with --data DIR; the preset bidaf-tiny needs none; fetch SQuAD with: iss data get squad", tasks.ErrNoData)
	}
	c := &corpus{}
	var err error
	if c.train, c.dev, err = Open(cfg.Data, Options{SkipFaults: true}); err != nil {
		return nil, err
	}
	passages := c.train.Passages()
	c.passages = c.dev.Passages()
	counts := Count(passages)
	if err := c.readVectors(cfg, o, counts, Count(c.passages)); err != nil {
		return nil, err
	}
	c.vocab = NewVocabulary(counts, Thresholds{o.WordsAbove, o.CharsAbove}, c.vectors)
	e := NewEncoder(c.vocab, c.vectors, CharWidth)
	c.encodedTrain = e.Encode(passages, Limits{o.Context, o.Question})
	c.encodedDev = e.Encode(c.passages, Limits{})
	if len(c.encodedTrain.Examples) == 0 || len(c.encodedDev.Examples) == 0 {
		return nil, fmt.Errorf("squad: %d questions to train on and %d to judge by; both must be there", len(c.encodedTrain.Examples), len(c.encodedDev.Examples))
	}
	return c, nil
}

// readVectors reads the vectors of the words that occur.
func (c *corpus) readVectors(cfg tasks.Config, o options, seen ...Counts) error {
	file := o.Glove
	if file == "" && cfg.Data != "" {
		file = besideGlove(cfg.Data)
	}
	if file == "" {
		return nil
	}
	var err error
	c.vectors, err = glove.ReadFile(file, cfg.Model.Embedding, Needs(seen...))
	return err
}

// besideGlove is a file of vectors in a folder of data or in a folder glove
// beside it, or "".
func besideGlove(dir string) string {
	for _, d := range []string{dir, filepath.Join(filepath.Dir(filepath.Clean(dir)), "glove")} {
		entries, err := os.ReadDir(d)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), "glove") && !e.IsDir() {
				return filepath.Join(d, e.Name())
			}
		}
	}
	return ""
}

// sizes are those of the learned tables.
func (c *corpus) sizes() tasks.Sizes {
	return tasks.Sizes{rowsOfWords: len(c.vocab.Words), rowsOfChars: len(c.vocab.Chars)}
}

// data says what a model was trained on.
func (c *corpus) data(path string) tasks.Data {
	var vocab bytes.Buffer
	if err := c.vocab.Write(&vocab); err != nil {
		panic(err) // a buffer takes everything
	}
	d := tasks.Data{Name: c.train.Name, Path: path, Sizes: c.sizes(), Files: map[string][]byte{vocabFile: vocab.Bytes()}}
	sum := sha256.Sum256([]byte(c.train.SHA256 + c.dev.SHA256))
	d.SHA256 = hex.EncodeToString(sum[:])
	note := func(format string, args ...any) { d.Notes = append(d.Notes, fmt.Sprintf(format, args...)) }
	for _, s := range []*Set{c.train, c.dev} {
		if n := len(s.Faults); n > 0 {
			note("%s: %d questions or answers cannot be used and are left out; iss data check lists them", s.Name, n)
		}
	}
	if lost := c.encodedTrain.Dropped; lost.Long+lost.Late+lost.NoAnswer > 0 {
		note("training leaves out %d long questions, %d with a late answer, %d without one, and cuts %d contexts", lost.Long, lost.Late, lost.NoAnswer, lost.Cut)
	}
	switch {
	case c.vectors != nil:
		note("%d words have a vector in %s, which stays as it is; %d are learned", c.vectors.Len(), c.vectors.Name, len(c.vocab.Words))
	case path != "":
		note("there are no word vectors: %d words are learned, all others are one; name a file of GloVe with --set options.glove=FILE; fetch one with: iss data get glove", len(c.vocab.Words))
	}
	return d
}
