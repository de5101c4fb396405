package main

import (
	"go/format"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The committed files are what the generator writes, and there are no others.
func TestGeneratedFilesAreUpToDate(t *testing.T) {
	files := generate()
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", name))
		require.NoError(t, err)
		if string(got) != want {
			assert.Fail(t, "stale", "%s is not what the generator writes: run go generate in core/kernel", name)
		}
		if strings.HasSuffix(name, ".go") {
			pretty, err := format.Source([]byte(want))
			require.NoError(t, err)
			assert.Equal(t, string(pretty), want, "%s is formatted", name)
		}
	}
	for _, folder := range []string{"", "fused/"} {
		present, err := filepath.Glob("../" + folder + "*.s")
		require.NoError(t, err)
		assert.NotEmpty(t, present)
		for _, path := range present {
			assert.Contains(t, files, folder+filepath.Base(path), "no other assembler in the package")
		}
	}
}

func TestParse(t *testing.T) {
	f := parse("f(n int, x, y *float32, acc bool, a float32) float64")
	assert.Equal(t, 40, f.size)
	assert.Equal(t, "acc+24(FP)", f.arg(3))
	assert.Equal(t, "a+28(FP)", f.arg(4))
	assert.Equal(t, "ret+32(FP)", f.arg(5))
	assert.Equal(t, "return g(n, x, y, acc, a)", f.call("g"))
}
