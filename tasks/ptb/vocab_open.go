package ptb

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/seed391906a2/iss/schemas"
)

// OpenVocabulary reads the vocabulary of a model whose ids are settled: a file
// as Write makes it or, if its name ends in .json, a list of tokens in the
// order of ids or an object with the id of each token. Tokens outside a
// vocabulary of words that has <unk> are mapped to it.
func OpenVocabulary(file string, unit Unit) (*Vocabulary, error) {
	return openVocabulary(file, Text{Unit: unit})
}

func openVocabulary(file string, text Text) (*Vocabulary, error) {
	text, err := text.check()
	if err != nil {
		return nil, err
	}
	raw, err := schemas.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("ptb: the vocabulary: %w", err)
	}
	var v *Vocabulary
	if strings.EqualFold(filepath.Ext(file), ".json") {
		v, err = jsonVocabulary(file, raw, text.Unit)
	} else {
		v, err = ReadVocabulary(bytes.NewReader(raw), file, Text{Unit: text.Unit})
	}
	if err != nil {
		return nil, err
	}
	if v.Len() < 2 {
		return nil, fmt.Errorf("ptb: %s: a vocabulary of %d tokens; there is nothing to predict with fewer than 2", file, v.Len())
	}
	if id, ok := v.ids[Unknown]; ok && text.Unit == Word {
		v.unknown = id
	}
	return v, nil
}

func jsonVocabulary(file string, raw []byte, unit Unit) (*Vocabulary, error) {
	doc, err := schemas.Parse(file, raw)
	if err != nil {
		return nil, err
	}
	var tokens []string
	switch value := doc.Value.(type) {
	case []any:
		for i, t := range value {
			s, ok := t.(string)
			if !ok {
				return nil, schemas.Faults{doc.Fault(schemas.Pointer(i), "a token must be a string")}
			}
			tokens = append(tokens, s)
		}
	case map[string]any:
		tokens = make([]string, len(value))
		owner := make([]*string, len(value))
		for token, v := range value {
			number, _ := v.(json.Number)
			id, err := strconv.Atoi(string(number))
			if err != nil || id < 0 || id >= len(value) {
				return nil, schemas.Faults{doc.Fault(schemas.Pointer(token), "the id of a token must be a whole number from 0 to %d, one less than there are tokens", len(value)-1)}
			}
			if owner[id] != nil {
				return nil, schemas.Faults{doc.Fault(schemas.Pointer(token), "the id %d is that of %q too", id, *owner[id])}
			}
			owner[id], tokens[id] = &token, token
		}
	default:
		return nil, schemas.Faults{doc.Fault("", "a vocabulary is a list of tokens, or an object with the id of each")}
	}
	v, err := newVocabulary(unit, tokens, false)
	if err != nil {
		return nil, fmt.Errorf("ptb: %s: %w", file, err)
	}
	return v, nil
}
