package report_test

import (
	_ "embed"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/internal/browser"
	"github.com/seed391906a2/iss/tasks/report"
)

// look.js says how a page looks in the browser.
//
//go:embed testdata/look.js
var look string

// In Chromium a page loads nothing but itself and complains of nothing. On a
// desk and on a phone, light and dark: no page is wider than its window, every
// picture has a size, no label is cut off or covers another, and text can be
// told from its ground.
func TestBrowser(t *testing.T) {
	b := browser.Start(t)
	dir := t.TempDir()
	all := pages(t)
	for i, name := range slices.Sorted(maps.Keys(all)) {
		path := filepath.Join(dir, strings.NewReplacer(" ", "-", `<&"'>`, "odd").Replace(name)+".html")
		require.NoError(t, os.WriteFile(path, report.Page(all[name]), 0o666))
		looks := []browser.Look{{Wide: 1280}, {Wide: 360, Dark: true}, {Wide: 1280, Dark: true}, {Wide: 360}}
		if name != "several" { // whose page has all that others have
			looks = looks[i%4:][:1]
		}
		for _, l := range looks {
			p := b.Open("file://"+path, l)
			assert.Equal(t, []string{"file://" + path}, p.Loaded, name)
			assert.Empty(t, p.Complaints, name)
			var got struct {
				Width    float64  // of the page
				Dark     bool     // its ground is
				Pictures int      // with a size
				Empty    []string // pictures without
				Cut      []string // labels that leave their picture
				Covered  []string // labels over others
				Faint    []string // texts with less contrast than WCAG's 4.5
			}
			p.Eval(look, &got)
			assert.LessOrEqual(t, got.Width, float64(l.Wide), name)
			assert.Equal(t, l.Dark, got.Dark, name)
			assert.Equal(t, len(drawings(t, report.Page(all[name]))), got.Pictures, name)
			assert.Empty(t, got.Empty, name)
			assert.Empty(t, got.Cut, name)
			assert.Empty(t, got.Covered, name)
			assert.Empty(t, got.Faint, name)
		}
	}
}
