// Package browser lets tests open a page in headless Chromium and ask what came
// of it.
//
//	b := browser.Start(t)              // skips the test if there is no Chromium
//	p := b.Open("file:///tmp/page.html", browser.Look{Wide: 360, Dark: true})
//	p.Eval("document.images.length", &n)
//	assert.Empty(t, p.Complaints)
//
// It speaks the DevTools protocol over the pipe that --remote-debugging-pipe
// opens at descriptors 3 and 4: a JSON object, then a zero byte.
package browser

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is how long an answer of Chromium may take on a busy machine.
const patience = time.Minute

// Browser is a Chromium that runs until its test ends.
type Browser struct {
	t       *testing.T
	to      *os.File
	from    *os.File
	lines   *bufio.Reader
	last    int // id of the last call
	events  []message
	session string // with the tab that pages are opened in; "": there is none yet
}

// message is what goes through the pipe, either way.
type message struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// Start starts Chromium. Without one, the test is skipped and says how to get it.
func Start(t *testing.T) *Browser {
	t.Helper()
	path := find()
	switch {
	case runtime.GOOS == "windows":
		t.Skip("Chromium is spoken to over inherited descriptors, which Windows has not; CI has the test")
	case path == "":
		t.Skip("no Chromium is here (Debian: apt-get install chromium); CI has it")
	}
	profile, err := os.MkdirTemp("", "iss-chromium")
	require.NoError(t, err)
	in, to, err := os.Pipe()
	require.NoError(t, err)
	from, out, err := os.Pipe()
	require.NoError(t, err)
	c := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
		"--no-first-run", "--disable-extensions", "--disable-background-networking", "--disable-component-update",
		"--user-data-dir="+profile, "--remote-debugging-pipe")
	c.ExtraFiles = []*os.File{in, out}
	require.NoError(t, c.Start())
	require.NoError(t, in.Close())
	require.NoError(t, out.Close())
	b := &Browser{t: t, to: to, from: from, lines: bufio.NewReader(from)}
	t.Cleanup(func() {
		_, _ = to.Close(), from.Close() // which ends it
		kill := time.AfterFunc(patience/4, func() { _ = c.Process.Kill() })
		_ = c.Wait() // how it ends is its own affair
		kill.Stop()
		for range 50 { // its helpers may still be writing
			if os.RemoveAll(profile) == nil {
				return
			}
			time.Sleep(patience / 600)
		}
	})
	return b
}

// find is the first Chromium that is installed, or "".
func find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// call asks for something and waits for the answer. Events on the way are kept.
func (b *Browser) call(session, method string, params, result any) {
	b.t.Helper()
	b.last++
	m := message{ID: b.last, Session: session, Method: method}
	if params != nil {
		text, err := json.Marshal(params)
		require.NoError(b.t, err)
		m.Params = text
	}
	text, err := json.Marshal(m)
	require.NoError(b.t, err)
	_, err = b.to.Write(append(text, 0))
	require.NoError(b.t, err, method)
	for {
		got := b.read(method)
		if got.ID == 0 {
			b.events = append(b.events, got)
			continue
		}
		require.Equal(b.t, b.last, got.ID)
		if got.Error != nil {
			require.FailNow(b.t, method+": "+got.Error.Message)
		}
		if result != nil {
			require.NoError(b.t, json.Unmarshal(got.Result, result), method)
		}
		return
	}
}

// wait waits for an event.
func (b *Browser) wait(method string) {
	b.t.Helper()
	for _, e := range b.events {
		if e.Method == method {
			return
		}
	}
	for {
		got := b.read(method)
		b.events = append(b.events, got)
		if got.Method == method {
			return
		}
	}
}

// read reads a message; what says what is waited for.
func (b *Browser) read(what string) (m message) {
	b.t.Helper()
	require.NoError(b.t, b.from.SetReadDeadline(time.Now().Add(patience)))
	text, err := b.lines.ReadBytes(0)
	require.NoError(b.t, err, "Chromium does not answer %s", what)
	require.NoError(b.t, json.Unmarshal(text[:len(text)-1], &m))
	return m
}
