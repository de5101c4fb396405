package registry_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/registry"
)

func cells(t *testing.T) *registry.Catalogue[int] {
	t.Helper()
	c := registry.New[int]("cell")
	for i, name := range []string{"rnn", "lstm", "gru", "rhn"} {
		require.NoError(t, c.Add(name, "iss/cells", i))
	}
	return c
}

func TestGet(t *testing.T) {
	c := cells(t)
	got, err := c.Get("gru")
	require.NoError(t, err)
	assert.Equal(t, 2, got)
	assert.Equal(t, []string{"gru", "lstm", "rhn", "rnn"}, c.Names())
	assert.Equal(t, 4, c.Len())
	assert.Equal(t, "cell", c.Kind())

	source, ok := c.Source("rnn")
	assert.True(t, ok)
	assert.Equal(t, "iss/cells", source)
	_, ok = c.Source("nil")
	assert.False(t, ok)
}

func TestGetUnknown(t *testing.T) {
	_, err := cells(t).Get("lstn")
	require.EqualError(t, err, `registry: no cell "lstn"; known: gru, lstm, rhn, rnn; nearest is lstm`)
	var unknown *registry.UnknownError
	require.True(t, errors.As(err, &unknown))
	assert.Equal(t, "lstm", unknown.Nearest)

	_, err = cells(t).Get("transformer")
	require.EqualError(t, err, `registry: no cell "transformer"; known: gru, lstm, rhn, rnn`)

	_, err = registry.New[string]("task").Get("ptb")
	require.EqualError(t, err, `registry: no task "ptb"; known: none`)
}

func TestAddDuplicate(t *testing.T) {
	c := cells(t)
	err := c.Add("lstm", "example.com/mine", 9)
	require.EqualError(t, err,
		`registry: cell "lstm" is there twice: from iss/cells and from example.com/mine; rename one of them`)
	got, err := c.Get("lstm")
	require.NoError(t, err)
	assert.Equal(t, 1, got, "the first entry stays")
}

func TestAddUnfitName(t *testing.T) {
	for _, name := range []string{"", "-v", "a/b", `a\b`, "@last", "a,b", "a=b", "a b", "a\tb", "a\x00b", "a:b"} {
		t.Run(fmt.Sprintf("%q", name), func(t *testing.T) {
			c := registry.New[int]("cell")
			err := c.Add(name, "", 1)
			var bad *registry.NameError
			require.ErrorAs(t, err, &bad)
			assert.Equal(t, name, bad.Name)
			assert.Zero(t, c.Len())
		})
	}
}

func ExampleCatalogue() {
	cells := registry.New[func() string]("cell")
	if err := cells.Add("rnn", "example.com/cells", func() string { return "tanh(W·[x; h] + b)" }); err != nil {
		fmt.Println(err)
	}
	step, err := cells.Get("rnn")
	fmt.Println(step(), err)
	_, err = cells.Get("rmn")
	fmt.Println(err)
	// Output:
	// tanh(W·[x; h] + b) <nil>
	// registry: no cell "rmn"; known: rnn; nearest is rnn
}
