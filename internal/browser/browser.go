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
	b := &Browser{t: t}
	profile, err := os.MkdirTemp("", "iss-chromium")
	b.must(err, "a folder for Chromium")
	in, to, err := os.Pipe()
	b.must(err, "a pipe to Chromium")
	from, out, err := os.Pipe()
	b.must(err, "a pipe from Chromium")
	c := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
		"--no-first-run", "--disable-extensions", "--disable-background-networking", "--disable-component-update",
		"--user-data-dir="+profile, "--remote-debugging-pipe")
	c.ExtraFiles = []*os.File{in, out}
	b.must(c.Start(), "Chromium")
	_, _ = in.Close(), out.Close() // they are its own now
	b.to, b.from, b.lines = to, from, bufio.NewReader(from)
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

// must ends the test if something failed.
func (b *Browser) must(err error, what string) {
	b.t.Helper()
	if err != nil {
		b.t.Fatalf("browser: %s: %v", what, err)
	}
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
		b.must(err, method)
		m.Params = text
	}
	text, err := json.Marshal(m)
	b.must(err, method)
	_, err = b.to.Write(append(text, 0))
	b.must(err, method)
	for {
		got := b.read(method)
		if got.ID == 0 {
			b.events = append(b.events, got)
			continue
		}
		switch {
		case got.ID != b.last:
			b.t.Fatalf("browser: %s: an answer to call %d, not to call %d", method, got.ID, b.last)
		case got.Error != nil:
			b.t.Fatalf("browser: %s: %s", method, got.Error.Message)
		case result != nil:
			b.must(json.Unmarshal(got.Result, result), method)
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
	b.must(b.from.SetReadDeadline(time.Now().Add(patience)), what)
	text, err := b.lines.ReadBytes(0)
	b.must(err, what)
	b.must(json.Unmarshal(text[:len(text)-1], &m), what)
	return m
}
