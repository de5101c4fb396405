package term

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTable(t *testing.T) {
	tab := Table{Head: []string{"name", "units", "note"}}
	tab.Row("cell_0", 1500, "λ")
	tab.Row("é", 3, "")
	tab.Row("none", "-", "x")
	var b strings.Builder
	require.NoError(t, tab.Write(&b))
	assert.Equal(t, strings.Join([]string{
		"name    units  note",
		"cell_0   1500  λ",
		"é           3",
		"none        -  x",
		"",
	}, "\n"), b.String())
	assert.Equal(t, 3, tab.Len())
}

func TestTableEmpty(t *testing.T) {
	var b strings.Builder
	require.NoError(t, (&Table{Head: []string{"name"}}).Write(&b))
	assert.Equal(t, "name\n", b.String())
}
