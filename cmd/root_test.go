package cmd

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cmd/internal/term"
)

// Every command says in one line what it does, shows an example of itself that
// its flags and arguments allow, and describes each flag.
func TestHelp(t *testing.T) {
	a, err := newApp(Strangers{}, term.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard})
	require.NoError(t, err)
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for _, s := range c.Commands() {
			walk(s)
		}
		assert.NotEmpty(t, c.Short, c.CommandPath())
		assert.False(t, strings.HasSuffix(c.Short, "."), "%s: a heading has no full stop", c.CommandPath())
		require.NotEmpty(t, c.Example, c.CommandPath())
		for line := range strings.Lines(c.Example) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), "   ")
			line, _, _ = strings.Cut(line, " > ")
			words := strings.Fields(line)
			if strings.Contains(words[0], "=") { // of the environment
				words = words[1:]
			}
			require.Equal(t, "iss", words[0], line)
			found, rest, err := a.root().Find(words[1:])
			require.NoError(t, err, line)
			assert.True(t, strings.HasPrefix(found.CommandPath(), c.CommandPath()), "%q is no example of %s", line, c.CommandPath())
			require.NoError(t, found.ParseFlags(rest), line)
			if found.Args != nil {
				assert.NoError(t, found.Args(found, found.Flags().Args()), line)
			}
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) { assert.NotEmpty(t, f.Usage, "%s --%s", c.CommandPath(), f.Name) })
	}
	walk(a.root())
}

func TestPlaceOfWhy(t *testing.T) {
	for _, tt := range []struct {
		given       string
		axis, index int
	}{{"row=3", 0, 3}, {"column=12", 1, 12}, {"col=0", 1, 0}, {"element=7", 0, 7}, {"2:5", 2, 5}} {
		axis, index, err := place(tt.given)
		require.NoError(t, err, tt.given)
		assert.Equal(t, [2]int{tt.axis, tt.index}, [2]int{axis, index}, tt.given)
	}
	for _, bad := range []string{"", "3", "row", "row=", "row=x", "line=3", "x:3", "1:"} {
		_, _, err := place(bad)
		assert.Equal(t, exitWrong, status(err), bad)
	}
}

func TestIDRanges(t *testing.T) {
	assert.Equal(t, "", idRanges(nil))
	assert.Equal(t, "3", idRanges([]int{3}))
	assert.Equal(t, "0-2, 5, 7-8", idRanges([]int{0, 1, 2, 5, 7, 8}))
}

func TestSymbolicShapes(t *testing.T) {
	for want, shape := range map[string][]int{
		"(in+H)×4H": {shownInput + shownHidden, 4 * shownHidden}, "H": {shownHidden}, "in": {shownInput}, "1×2in": {1, 2 * shownInput}, "(2in+3H)": {2*shownInput + 3*shownHidden},
	} {
		assert.Equal(t, want, symbolic(shape))
	}
}
