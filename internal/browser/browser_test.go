package browser_test

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/internal/browser"
)

// What a page loads and complains of is noticed: else the tests that rest on
// this package could not fail.
func TestOpen(t *testing.T) {
	b := browser.Start(t)
	dir := t.TempDir()
	open := func(name, html string, l browser.Look) *browser.Page {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(html), 0o666))
		return b.Open("file://"+path, l)
	}

	quiet := open("quiet.html", "<meta name=viewport content=\"width=device-width\"><p id=p>text<img src=\"data:image/gif;base64,R0lGODlhAQABAAAAACw=\">", browser.Look{Wide: 360, Dark: true})
	assert.Equal(t, []string{"file://" + dir + "/quiet.html"}, quiet.Loaded)
	assert.Empty(t, quiet.Complaints)
	var got struct {
		Wide int
		Dark bool
		Text string
	}
	quiet.Eval("({wide: innerWidth, dark: matchMedia('(prefers-color-scheme: dark)').matches, text: p.innerText})", &got)
	assert.Equal(t, 360, got.Wide)
	assert.True(t, got.Dark)
	assert.Equal(t, "text", got.Text)
	img, err := png.Decode(bytes.NewReader(quiet.Screenshot(0, 100)))
	require.NoError(t, err)
	assert.Equal(t, 360, img.Bounds().Dx())
	assert.Equal(t, 100, img.Bounds().Dy())

	loud := open("loud.html", "<script>console.error('ill')</script><img src=none.png>", browser.Look{Wide: 800})
	assert.Contains(t, loud.Loaded, "file://"+dir+"/none.png")
	assert.NotEmpty(t, loud.Complaints)
	shut := open("shut.html", "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\"><script>1</script>", browser.Look{Wide: 800})
	require.Len(t, shut.Complaints, 1)
	assert.Contains(t, shut.Complaints[0], "Content Security Policy")
}
