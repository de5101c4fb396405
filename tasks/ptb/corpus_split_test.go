package ptb

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSplit(t *testing.T) {
	lines := func(n int) (s string) {
		for i := range n {
			s += fmt.Sprintf("line %d\n", i)
		}
		return s
	}
	cases := []struct {
		name, text         string
		unit               Unit
		valid, test        string
		trainLen, wantSize int
	}{
		{"by lines", lines(40), Word, "line 36\nline 37\n", "line 38\nline 39\n", 36, 40},
		{"by lines in characters", lines(40), Char, "line 36\nline 37\n", "line 38\nline 39\n", 36, 40},
		{"last line without its end", strings.TrimSpace(lines(20)), Word, "line 18\n", "line 19", 18, 20},
		{"one line, by words", strings.Repeat("w ", 38) + "x  y", Word, "w w ", "x  y", 0, 40},
		{"one line, by characters", strings.Repeat("é", 36) + "abcd", Char, "ab", "cd", 0, 40},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			parts, n := split([]byte(c.text), c.unit)
			assert.Equal(t, c.wantSize, n)
			assert.Equal(t, c.valid, string(parts[1]))
			assert.Equal(t, c.test, string(parts[2]))
			assert.Equal(t, c.trainLen, bytes.Count(parts[0], []byte("\n")))
			assert.Equal(t, c.text, string(bytes.Join(parts[:], nil)))
		})
	}
}

// Whatever the text, nothing is lost and no part is empty.
func TestSplitKeepsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("ab \n\té鍵"))).Draw(t, "text")
		unit := rapid.SampledFrom([]Unit{Word, Char}).Draw(t, "unit")
		parts, n := split([]byte(text), unit)
		require.Equal(t, text, string(bytes.Join(parts[:], nil)))
		if n >= fewest {
			for i, p := range parts {
				require.NotEmpty(t, p, partNames[i])
			}
		}
	})
}

func TestOpenFile(t *testing.T) {
	text := strings.Repeat("to be or not to be\n", 100)
	file := filepath.Join(folder(t, "hamlet.txt", text), "hamlet.txt")

	c, err := Open("", Text{File: file})
	require.NoError(t, err)
	assert.Equal(t, []int{90 * 7, 5 * 7, 5 * 7}, []int{len(c.Train.IDs), len(c.Valid.IDs), len(c.Test.IDs)})
	assert.Equal(t, text[:19*90], c.Vocab.Decode(c.Train.IDs))
	assert.Len(t, c.Fingerprint.Files, 1)

	c, err = Open("", Text{File: file, Unit: Char})
	require.NoError(t, err)
	assert.Equal(t, text[:19*90], c.Vocab.Decode(c.Train.IDs))
}
