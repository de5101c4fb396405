package fetch_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/internal/fetch"
)

// silent is a server that sends some bytes from where it is asked to begin, or no
// answer at all if none, and then nothing more.
func silent(t *testing.T, bytes int, ranges bool) string {
	t.Helper()
	end := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if bytes > 0 {
			content := text
			if ranges && r.Header.Get("Range") == "bytes=1000-" {
				w.Header().Set("Content-Range", "bytes 1000-169999/170000")
				w.WriteHeader(http.StatusPartialContent)
				content = text[1000:]
			}
			_, _ = w.Write(content[:bytes])
			w.(http.Flusher).Flush()
		}
		select { // the test's end, since not every server hears that the other side has gone
		case <-end:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { close(end); s.Close() })
	return s.URL + "/a.txt"
}

// sizeOf is that of what came of a file, -1 if no folder was made for it.
func sizeOf(t *testing.T, dir string) int64 {
	t.Helper()
	assert.NoFileExists(t, filepath.Join(dir, "a.txt"))
	info, err := os.Stat(filepath.Join(dir, "a.txt.part"))
	if err != nil {
		require.NoDirExists(t, dir)
		return -1
	}
	return info.Size()
}

// stops are downloads that stand still at different places.
var stops = []struct {
	name   string
	bytes  int
	ranges bool
	before int // bytes of an earlier try, -1: none
	answer bool
	left   int64 // bytes, -1: nothing, not even a folder
	want   string
}{
	{"no answer", 0, true, -1, false, -1, "; the same command tries again"},
	{"no answer after an earlier try", 0, true, 1000, false, 1000, "; the same command tries again"},
	{"in the middle", 5000, true, -1, true, 5000, "5000 of 170000 bytes are there"},
	{"behind an earlier try", 5000, true, 1000, true, 6000, "6000 of 170000 bytes are there"},
	{"before the end of an earlier try that is sent again", 500, false, 1000, true, 1000, "1000 of 170000 bytes are there"},
	{"behind an earlier try that is sent again", 5000, false, 1000, true, 5000, "5000 of 170000 bytes are there"},
}

// begin makes a folder with what an earlier try left.
func begin(t *testing.T, before int) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "set")
	if before >= 0 {
		require.NoError(t, os.Mkdir(dir, 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "a.txt.part"), text[:before], 0o666))
	}
	return dir
}

// A server that says nothing for too long is given up, before its answer and
// after; what came is kept, and the next try goes on there.
func TestSilent(t *testing.T) {
	for _, tt := range stops {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := begin(t, tt.before)
			p := fetch.Patience{Answer: 200 * time.Millisecond, Idle: time.Minute}
			said := "the server is silent: no answer for 200ms"
			if tt.answer {
				p = fetch.Patience{Answer: time.Minute, Idle: 200 * time.Millisecond}
				said = "the server is silent: nothing came for 200ms"
			}
			err := fetch.Get(context.Background(), http.DefaultClient, p, expected(silent(t, tt.bytes, tt.ranges)), dir, nil)
			require.ErrorIs(t, err, fetch.ErrSilent)
			assert.NotErrorIs(t, err, context.Canceled, "nobody stopped it")
			assert.ErrorContains(t, err, said)
			assert.ErrorContains(t, err, tt.want)
			assert.Equal(t, tt.left, sizeOf(t, dir))
			url, _ := serve(t, text, true)
			require.NoError(t, get(expected(url), dir, nil))
			assertWhole(t, dir)
		})
	}
}

// A stop, at whatever place, keeps what came, says so and goes on next time.
func TestStopped(t *testing.T) {
	for _, tt := range stops {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := begin(t, tt.before)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			f := expected(silent(t, tt.bytes, tt.ranges))
			progress := func(have int64) {
				if have == tt.left {
					cancel()
				}
			}
			if tt.left <= int64(tt.before) || tt.bytes == 0 { // nothing new comes
				time.AfterFunc(200*time.Millisecond, cancel)
			}
			err := fetch.Get(ctx, http.DefaultClient, fetch.Patient, f, dir, progress)
			require.ErrorIs(t, err, context.Canceled)
			assert.NotErrorIs(t, err, fetch.ErrServer, "it is not the server's fault")
			assert.ErrorContains(t, err, tt.want)
			assert.Equal(t, tt.left, sizeOf(t, dir))
			url, _ := serve(t, text, true)
			require.NoError(t, get(expected(url), dir, nil))
			assertWhole(t, dir)
		})
	}
}

// A slow server is not a silent one: the limits are of each wait, not of all.
func TestSlow(t *testing.T) {
	t.Parallel()
	const pieces = 24
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := range pieces {
			_, _ = w.Write(text[i*len(text)/pieces : (i+1)*len(text)/pieces])
			w.(http.Flusher).Flush()
			time.Sleep(50 * time.Millisecond)
		}
	}))
	defer s.Close()
	dir := t.TempDir()
	p := fetch.Patience{Answer: time.Second, Idle: time.Second}
	require.NoError(t, fetch.Get(context.Background(), http.DefaultClient, p, expected(s.URL), dir, nil))
	assertWhole(t, dir)
}
