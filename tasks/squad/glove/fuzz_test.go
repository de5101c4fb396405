package glove

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever the bytes: no panic, and what is read is so many finite numbers a
// word, each word found under its row.
func FuzzRead(f *testing.F) {
	f.Add("a 1 2\nb 3 4\n", 2)
	f.Add(". . . 0.5 -1e3\n", 0)
	f.Add("a 1 2\r\na 3 4", 2)
	f.Add("2 300\na 1\n", 300)
	f.Fuzz(func(t *testing.T, text string, dim int) {
		if dim < 0 {
			return // a caller's slip
		}
		table, err := Read(strings.NewReader(text), "v.txt", dim, nil)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		require.Len(t, table.Vectors, len(table.Words)*table.Dim)
		require.Equal(t, table.Read, len(table.Words)+table.Again)
		for i, w := range table.Words {
			row, ok := table.Row(w)
			require.True(t, ok)
			require.Equal(t, i, row)
		}
		for _, v := range table.Vectors {
			require.False(t, math.IsNaN(float64(v)) || math.IsInf(float64(v), 0))
		}
	})
}
