package term

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Table is columns of text. A column whose cells are all numbers is set flush
// right.
type Table struct {
	Head []string // empty: no head
	rows [][]string
}

// Row appends a row; values are printed as fmt.Print does.
func (t *Table) Row(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = fmt.Sprint(c)
	}
	t.rows = append(t.rows, row)
}

// Len is the number of rows, without the head.
func (t *Table) Len() int { return len(t.rows) }

// Write prints the table, columns two blanks apart, no blanks at line ends.
func (t *Table) Write(w io.Writer) error {
	all := t.rows
	if len(t.Head) > 0 {
		all = append([][]string{t.Head}, t.rows...)
	}
	var width []int
	for _, row := range all {
		for i, cell := range row {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	right := make([]bool, len(width))
	for i := range right {
		right[i] = t.numeric(i)
	}
	var b strings.Builder
	for _, row := range all {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i > 0 {
				line.WriteString("  ")
			}
			if right[i] {
				line.WriteString(pad + cell)
			} else {
				line.WriteString(cell + pad)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// numeric reports whether column i has a cell and every one begins like a number.
func (t *Table) numeric(i int) bool {
	any := false
	for _, row := range t.rows {
		if i >= len(row) || row[i] == "" || row[i] == "-" {
			continue
		}
		if !strings.ContainsRune("0123456789.-+−", []rune(row[i])[0]) {
			return false
		}
		any = true
	}
	return any
}
