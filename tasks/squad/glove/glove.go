// Package glove reads word vectors in the text format of GloVe, whole or of the
// words that are needed only:
//
//	table, err := glove.ReadFile("glove.6B.zip", 100, func(word string) bool { return seen[word] })
//	row, ok := table.Row("paris")
//	vector := table.Vectors[row*table.Dim : (row+1)*table.Dim]
//
// A line is a word and its numbers, separated by blanks. A file may be text, gzip
// or a zip archive. It is read as a stream: memory is needed for the words that
// are kept, 4·dim bytes each and the word itself.
//
// Source: Pennington, Socher and Manning, "GloVe: Global vectors for word
// representation", EMNLP 2014.
package glove

import "fmt"

// Table holds vectors of words.
type Table struct {
	Name    string // file
	Dim     int    // numbers in a vector
	Words   []string
	Vectors []float32 // [len(Words), Dim]
	Read    int       // words of the file, kept or not
	Again   int       // those that had been there before; the first counts

	rows map[string]int
}

// New returns a table of the words and their vectors [len(words), dim].
// It panics if they do not match or a word comes twice.
func New(dim int, words []string, vectors []float32) *Table {
	if len(vectors) != dim*len(words) {
		panic(fmt.Sprintf("glove: %d words of dimension %d need %d numbers, not %d", len(words), dim, dim*len(words), len(vectors)))
	}
	t := &Table{Dim: dim, Words: words, Vectors: vectors, Read: len(words), rows: map[string]int{}}
	for i, w := range words {
		if _, twice := t.rows[w]; twice {
			panic(fmt.Sprintf("glove: the word %q is there twice", w))
		}
		t.rows[w] = i
	}
	return t
}

// Row returns the row of a word, as it is written. A nil table has none.
func (t *Table) Row(word string) (row int, ok bool) {
	if t == nil {
		return 0, false
	}
	row, ok = t.rows[word]
	return row, ok
}

// Len returns the number of words; a nil table has none.
func (t *Table) Len() int {
	if t == nil {
		return 0
	}
	return len(t.Words)
}
