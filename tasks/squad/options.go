package squad

import (
	"encoding/json"
	"fmt"

	"github.com/seed391906a2/iss/tasks"
)

// options are those of the tasks of this package.
type options struct {
	Glove       string `json:"glove"` // file of frozen vectors; "": one beside the data, if there is one
	WordsAbove  int    `json:"words_above"`
	CharsAbove  int    `json:"chars_above"`
	Context     int    `json:"context"`
	Question    int    `json:"question"`
	CharDim     int    `json:"char_dim"`
	CharFilters int    `json:"char_filters"`
	CharTaps    int    `json:"char_taps"`
	Highways    int    `json:"highways"`
}

// optionsSchema states the defaults of readOptions.
var optionsSchema = []byte(`{
  "type": "object",
  "properties": {
    "glove": {"title": "GloVe", "description": "File of word vectors, text, .gz or .zip, which stay as they are; without it the file glove* in the folder of the data or in a folder glove beside that.", "type": "string", "minLength": 1},
    "words_above": {"title": "Words above", "description": "Words without a vector that train counts more often than this are learned.", "type": "integer", "minimum": 0, "default": 10},
    "chars_above": {"title": "Characters above", "description": "Characters that train counts more often than this are learned.", "type": "integer", "minimum": 0, "default": 50},
    "context": {"title": "Longest context", "description": "Tokens at which training cuts contexts; 0: it does not.", "type": "integer", "minimum": 0, "default": 400},
    "question": {"title": "Longest question", "description": "Training leaves questions of more tokens out; 0: it does not.", "type": "integer", "minimum": 0, "default": 30},
    "char_dim": {"title": "Vectors of characters", "description": "Numbers in a character's vector.", "type": "integer", "minimum": 1, "maximum": 4096, "default": 8},
    "char_filters": {"title": "Filters", "description": "Filters over the characters of a word.", "type": "integer", "minimum": 1, "maximum": 65536, "default": 100},
    "char_taps": {"title": "Taps", "description": "Neighbouring characters that a filter sees, of at most 16 in a word.", "type": "integer", "minimum": 1, "maximum": 16, "default": 5},
    "highways": {"title": "Highway layers", "description": "Between the embedded words and the contextual layer.", "type": "integer", "minimum": 0, "maximum": 256, "default": 2}
  },
  "additionalProperties": false
}`)

// readOptions reads those of a configuration, which its schema has checked.
func readOptions(cfg tasks.Config) (options, error) {
	o := options{
		WordsAbove: Published.Words, CharsAbove: Published.Chars, Context: PublishedLimits.Context, Question: PublishedLimits.Question,
		CharDim: 8, CharFilters: 100, CharTaps: 5, Highways: 2,
	}
	raw, err := json.Marshal(cfg.Options)
	if err == nil {
		err = json.Unmarshal(raw, &o)
	}
	if err != nil {
		return o, fmt.Errorf("squad: options: %w", err)
	}
	return o, nil
}
