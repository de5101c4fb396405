package glove

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// Read reads a text of vectors of dimension dim, or of that of its first line if
// dim is 0, and keeps the words that keep wants, or all if keep is nil. The name
// is for errors, which name the line. A word is all that stands before the last
// dim numbers, so that it may hold blanks.
func Read(r io.Reader, name string, dim int, keep func(word string) bool) (*Table, error) {
	t := &Table{Name: name, Dim: dim, rows: map[string]int{}}
	in := bufio.NewReaderSize(r, 1<<16)
	for number := 1; ; number++ {
		line, err := readLine(in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = t.line(line, keep)
		}
		if err != nil {
			return nil, fmt.Errorf("glove: %s:%d: %w", name, number, err)
		}
	}
	if t.Read == 0 {
		return nil, fmt.Errorf("glove: %s is empty; a line is a word and its numbers", name)
	}
	return t, nil
}

// longest is the number of bytes of a line that is taken to be one.
const longest = 1 << 20

// readLine returns the next line without its end, or io.EOF.
func readLine(in *bufio.Reader) (line []byte, err error) {
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > longest:
			return nil, fmt.Errorf("a line of more than %d bytes: this is no text of vectors", longest)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line) > 0, err == nil:
			return bytes.TrimRight(line, "\r\n"), nil
		}
		return nil, err
	}
}

// line takes in a line.
func (t *Table) line(line []byte, keep func(string) bool) error {
	if t.Dim == 0 {
		t.Dim = bytes.Count(bytes.TrimRight(line, " "), []byte(" "))
	}
	word, numbers, err := cut(line, t.Dim)
	if err != nil {
		return err
	}
	if t.Read == 0 {
		if err := t.first(word, numbers); err != nil {
			return err
		}
	}
	t.Read++
	if keep != nil && !keep(string(word)) {
		return t.parse(numbers, false) // broken lines are found all the same
	}
	if _, again := t.rows[string(word)]; again {
		t.Again++
		return t.parse(numbers, false)
	}
	if err := t.parse(numbers, true); err != nil {
		return err
	}
	t.rows[string(word)] = len(t.Words)
	t.Words = append(t.Words, string(word))
	return nil
}

// cut returns a line's word and its last dim fields.
func cut(line []byte, dim int) (word, numbers []byte, err error) {
	end := bytes.TrimRight(line, " ")
	if len(end) == 0 {
		return nil, nil, errors.New("the line is empty; remove it")
	}
	at := len(end)
	for n := range dim {
		if at = bytes.LastIndexByte(end[:at], ' '); at < 1 {
			return nil, nil, fmt.Errorf("the word has %d numbers, not %d; the line is cut short, or the vectors are of another dimension", max(n, 0), dim)
		}
	}
	if dim == 0 {
		return nil, nil, errors.New("the word has no numbers")
	}
	return end[:at], end[at+1:], nil
}

// first makes sure that the first line has not more numbers than wanted, which
// would be taken for part of its word, and is no head as word2vec writes it.
func (t *Table) first(word, numbers []byte) error {
	if t.Dim == 1 {
		return fmt.Errorf("%q looks like the head of a word2vec text, or vectors of one number; remove the line", word)
	}
	fields := bytes.Fields(word)
	extra := 0
	for i := len(fields) - 1; i > 0; i-- {
		if _, err := strconv.ParseFloat(string(fields[i]), 32); err != nil {
			break
		}
		extra++
	}
	if extra > 0 {
		return fmt.Errorf("the vectors have %d numbers, where %d are wanted; take the file of dimension %d", t.Dim+extra, t.Dim, t.Dim)
	}
	return nil
}

// parse reads the numbers of a vector, and appends it if it is to be kept.
func (t *Table) parse(numbers []byte, keep bool) error {
	rest := numbers
	start := len(t.Vectors)
	for i := range t.Dim {
		field, more, _ := bytes.Cut(rest, []byte(" "))
		rest = more
		v, err := strconv.ParseFloat(string(field), 32)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			t.Vectors = t.Vectors[:start]
			return fmt.Errorf("number %d is %q, which is none; or the line has other than %d numbers", i+1, clip(field), t.Dim)
		}
		if keep {
			t.Vectors = append(t.Vectors, float32(v))
		}
	}
	return nil
}

func clip(b []byte) []byte { return b[:min(len(b), 40)] }
