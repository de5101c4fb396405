package ptb

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Corpus is a text as token ids, in three parts, with the vocabulary of its
// training part.
type Corpus struct {
	Name  string // folder or file it was read from, or "embedded corpus"
	Text  Text   // how it was read
	Vocab *Vocabulary

	Train, Valid, Test Part

	Fingerprint Fingerprint
}

// Part is one of the three parts of a corpus.
type Part struct {
	Name    string  // train, valid or test
	IDs     []int32 // what a model sees
	Tokens  int     // in the text, <eos> included; more than len(IDs) where tokens were dropped
	Types   int     // different tokens in the text
	Outside Outside // tokens of the text that the vocabulary lacks
}

// Fingerprint tells whether a corpus is the one a model was trained on.
type Fingerprint struct {
	Files []FileSum `json:"files"`
	// SHA256 is the sum over one line "SHA256 BYTES\n" for each file in order,
	// so it does not depend on names.
	SHA256 string `json:"sha256"`
}

// FileSum is the size and the sum of a file as it lies on disk.
type FileSum struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Open reads a corpus and makes its vocabulary from the training part:
// of the folder data; of the file text.File, split 90/5/5; or, if both are
// empty, the embedded corpus. To name both is an error.
//
// Tokens of valid and test that the vocabulary lacks are dropped, as in the
// published code, or mapped to <unk> if the vocabulary is capped; either way
// they are counted in Part.Outside.
func Open(data string, text Text) (*Corpus, error) {
	text, err := text.check()
	if err != nil {
		return nil, err
	}
	s, err := read(data, text)
	if err != nil {
		return nil, err
	}
	return s.corpus(text)
}

// OpenWith reads a corpus as Open does, but in a vocabulary that exists already,
// such as that of a trained model. Tokens of all parts can be outside it.
func OpenWith(data string, text Text, v *Vocabulary) (*Corpus, error) {
	text, err := text.check()
	if err != nil {
		return nil, err
	}
	if text.Unit != v.unit {
		return nil, fmt.Errorf("ptb: text.unit is %q, but the vocabulary is one of %ss", text.Unit, v.unit)
	}
	s, err := read(data, text)
	if err != nil {
		return nil, err
	}
	return s.encode(text, v)
}

func read(data string, text Text) (*source, error) {
	switch {
	case data != "" && text.File != "":
		return nil, fmt.Errorf("ptb: both a folder (data: %s) and a file (text.file: %s) are named; give one of them", data, text.File)
	case data != "":
		return readFolder(data)
	case text.File != "":
		return readSplit(text.File, text.Unit)
	}
	return demo(DemoSeed, DemoSizes), nil
}

// corpus makes the vocabulary of s and encodes s in it.
func (s *source) corpus(text Text) (*Corpus, error) {
	c := newCounter()
	text.Unit.each(s.texts[0], c.add)
	if len(c.tokens) < 2 {
		return nil, fmt.Errorf("ptb: the training part of %s has %d types of %s; there is nothing to predict with fewer than 2", s.name, len(c.tokens), text.Unit)
	}
	return s.encode(text, c.vocabulary(text))
}

// encode turns the text of s into ids of v.
func (s *source) encode(text Text, v *Vocabulary) (*Corpus, error) {
	c := &Corpus{Name: s.name, Text: text, Vocab: v, Fingerprint: fingerprint(s.files)}
	for i, part := range []*Part{&c.Train, &c.Valid, &c.Test} {
		*part = v.encode(s.texts[i])
		part.Name = partNames[i]
		if len(part.IDs) == 0 {
			return nil, noTokens(s.name, part)
		}
	}
	return c, nil
}

func noTokens(name string, p *Part) error {
	if p.Tokens == 0 {
		return fmt.Errorf("ptb: the part %s of %s has no tokens, only white space", p.Name, name)
	}
	return fmt.Errorf("ptb: none of the %d tokens of the part %s of %s is in the vocabulary; is it another language, or text.unit another?", p.Tokens, p.Name, name)
}

func fingerprint(files []FileSum) Fingerprint {
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%s %d\n", f.SHA256, f.Bytes)
	}
	return Fingerprint{Files: files, SHA256: hex.EncodeToString(h.Sum(nil))}
}
