package fetch_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/internal/fetch"
)

var text = bytes.Repeat([]byte("what is expected\n"), 10000)

// serve answers with content, in ranges where they are asked for, and notes
// what was asked.
func serve(t *testing.T, content []byte, ranges bool) (url string, asked *[]string) {
	t.Helper()
	asked = &[]string{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = append(*asked, r.Header.Get("Range"))
		if !ranges {
			r.Header.Del("Range")
		}
		http.ServeContent(w, r, "a.txt", time.Time{}, bytes.NewReader(content))
	}))
	t.Cleanup(s.Close)
	return s.URL + "/a.txt", asked
}

func expected(url string) fetch.File {
	sum := sha256.Sum256(text)
	return fetch.File{Name: "a.txt", URL: url, Size: int64(len(text)), SHA256: hex.EncodeToString(sum[:])}
}

func get(f fetch.File, dir string, progress func(int64)) error {
	return fetch.Get(context.Background(), http.DefaultClient, fetch.Patient, f, dir, progress)
}

func assertWhole(t *testing.T, dir string) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(dir, "a.txt"))
	require.NoError(t, err)
	assert.Equal(t, text, got)
	assert.NoFileExists(t, filepath.Join(dir, "a.txt.part"))
}

func TestGet(t *testing.T) {
	url, asked := serve(t, text, true)
	dir := filepath.Join(t.TempDir(), "made")
	last := int64(0)
	require.NoError(t, get(expected(url), dir, func(have int64) { assert.Greater(t, have, last); last = have }))
	assert.Equal(t, int64(len(text)), last)
	assertWhole(t, dir)
	assert.ErrorIs(t, get(expected(url), dir, nil), fetch.ErrThere)
	assert.Equal(t, []string{""}, *asked, "what is there is not asked for again")
}

// A download that broke off goes on where it ended, with or without the
// server's help.
func TestResume(t *testing.T) {
	for _, ranges := range []bool{true, false} {
		url, asked := serve(t, text, ranges)
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "a.txt.part"), text[:1000], 0o666))
		require.NoError(t, get(expected(url), dir, nil))
		assertWhole(t, dir)
		assert.Equal(t, []string{"bytes=1000-"}, *asked)
	}
	// All bytes are there, and only the name was not given yet.
	url, asked := serve(t, text, true)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.txt.part"), text, 0o666))
	require.NoError(t, get(expected(url), dir, nil))
	assertWhole(t, dir)
	assert.Empty(t, *asked)
}

// A connection that breaks leaves what came, and the next try goes on.
func TestTruncated(t *testing.T) {
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "170000")
		_, _ = w.Write(text[:5000])
	}))
	defer broken.Close()
	dir := t.TempDir()
	err := get(expected(broken.URL), dir, nil)
	assert.ErrorContains(t, err, "5000 of 170000 bytes are there")
	assert.ErrorContains(t, err, "the same command goes on from there")
	assert.NoFileExists(t, filepath.Join(dir, "a.txt"))
	url, asked := serve(t, text, true)
	require.NoError(t, get(expected(url), dir, nil))
	assertWhole(t, dir)
	assert.Equal(t, []string{"bytes=5000-"}, *asked)
}

// What differs never gets its name, and nothing of it is left to go on with.
func TestAltered(t *testing.T) {
	altered := bytes.Clone(text)
	altered[77]++
	for name, tt := range map[string]struct {
		content []byte
		want    string
	}{
		"a byte":        {altered, "its SHA-256 is"},
		"shorter":       {text[:9000], "9000 of 170000 bytes are there"},
		"longer":        {append(bytes.Clone(text), 'x'), "more than the expected 170000 bytes came"},
		"much longer":   {bytes.Repeat(text, 50), "more than the expected 170000 bytes came"},
		"an error page": {[]byte("<html>moved</html>"), "18 of 170000 bytes are there"},
	} {
		t.Run(name, func(t *testing.T) {
			url, _ := serve(t, tt.content, true)
			dir := t.TempDir()
			assert.ErrorContains(t, get(expected(url), dir, nil), tt.want)
			assert.NoFileExists(t, filepath.Join(dir, "a.txt"))
			// The right server brings it right, or the sum shows that it was not.
			url, _ = serve(t, text, true)
			if err := get(expected(url), dir, nil); err != nil {
				assert.ErrorContains(t, err, "its SHA-256 is")
				require.NoError(t, get(expected(url), dir, nil))
			}
			assertWhole(t, dir)
		})
	}
}

func TestRefused(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	dir := t.TempDir()
	assert.ErrorContains(t, get(expected(s.URL+"/a.txt"), dir, nil), "no such file from that server: it answers 404 Not Found")
	assert.NoFileExists(t, filepath.Join(dir, "a.txt.part"), "nothing came")
	deep := filepath.Join(dir, "data", "ptb")
	assert.ErrorIs(t, get(expected(s.URL+"/a.txt"), deep, nil), fetch.ErrServer)
	assert.NoDirExists(t, filepath.Dir(deep), "nothing came, so no folder is made")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.txt.part"), text[:1000], 0o666))
	assert.ErrorContains(t, get(expected(s.URL+"/a.txt"), dir, nil), "no such file from that server: it answers 404 Not Found")
	assert.FileExists(t, filepath.Join(dir, "a.txt.part"), "what came earlier")
	short, _ := serve(t, text[:900], true)
	assert.ErrorContains(t, get(expected(short), dir, nil), "more than the server has, so it has another file; what came is thrown away")
	assert.NoFileExists(t, filepath.Join(dir, "a.txt.part"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.txt"), []byte("mine"), 0o666))
	assert.ErrorContains(t, get(expected(s.URL), dir, nil), "is there and is another file: it has 4 bytes, and should have 170000; move it away")
	mine, err := os.ReadFile(filepath.Join(dir, "a.txt"))
	require.NoError(t, err)
	assert.Equal(t, "mine", string(mine))

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	assert.ErrorIs(t, fetch.Get(ctx, http.DefaultClient, fetch.Patient, expected(s.URL), t.TempDir(), nil), context.Canceled)
}

// A server may send elsewhere, also in the middle of a download; one that sends
// round in circles is given up.
func TestRedirected(t *testing.T) {
	url, asked := serve(t, text, true)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/circle" {
			http.Redirect(w, r, "/circle", http.StatusFound)
			return
		}
		http.Redirect(w, r, url, http.StatusMovedPermanently)
	}))
	defer s.Close()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.txt.part"), text[:1000], 0o666))
	require.NoError(t, get(expected(s.URL+"/a.txt"), dir, nil))
	assertWhole(t, dir)
	assert.Equal(t, []string{"bytes=1000-"}, *asked, "the other server goes on too")
	empty := t.TempDir()
	assert.ErrorContains(t, get(expected(s.URL+"/circle"), empty, nil), "stopped after 10 redirects")
	assert.NoFileExists(t, filepath.Join(empty, "a.txt.part"))
}

// Where there is no space left, the error says so and how much came.
func TestNoSpace(t *testing.T) {
	const full = "/dev/full" // every write to it finds no space
	if _, err := os.Stat(full); err != nil {
		t.Skip(err)
	}
	url, _ := serve(t, text, true)
	dir := t.TempDir()
	require.NoError(t, os.Symlink(full, filepath.Join(dir, "a.txt.part")))
	err := get(expected(url), dir, nil)
	assert.ErrorContains(t, err, "0 of 170000 bytes are there: write "+filepath.Join(dir, "a.txt.part"))
	assert.ErrorIs(t, err, syscall.ENOSPC)
	assert.NoFileExists(t, filepath.Join(dir, "a.txt"))
}
