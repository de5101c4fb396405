package browser

import (
	"encoding/json"
	"strings"
)

// Look is how a page is looked at.
type Look struct {
	Wide, High int  // of the window, in pixels
	Dark       bool // the reader prefers dark colours
}

// Page is the page that is open, until the next is.
type Page struct {
	b          *Browser
	Loaded     []string // what it asked for, itself first
	Complaints []string // errors, warnings and refusals in the console
}

// Open opens a page in place of the one before and waits until all of it is
// there.
func (b *Browser) Open(url string, l Look) *Page {
	b.t.Helper()
	if b.session == "" {
		b.begin()
	}
	p := &Page{b: b}
	scheme := "light"
	if l.Dark {
		scheme = "dark"
	}
	p.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": l.Wide, "height": max(l.High, 800), "deviceScaleFactor": 1, "mobile": l.Wide < 500}, nil)
	p.call("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]any{"name": "prefers-color-scheme", "value": scheme}}}, nil)
	b.events = nil
	p.call("Page.navigate", map[string]any{"url": url}, nil)
	b.wait("Page.loadEventFired")
	p.Eval("1", nil) // what was said before it is read by now
	p.collect()
	return p
}

// begin makes the tab that all pages are opened in.
func (b *Browser) begin() {
	b.t.Helper()
	var target struct{ TargetID string }
	b.call("", "Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("", "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Network", "Log", "Runtime"} {
		b.call(b.session, domain+".enable", nil, nil)
	}
}

func (p *Page) call(method string, params, result any) {
	p.b.t.Helper()
	p.b.call(p.b.session, method, params, result)
}

// collect sorts what Chromium told while the page was loading.
func (p *Page) collect() {
	for _, e := range p.b.events {
		var got struct {
			Request struct{ URL string }
			Entry   struct{ Level, Text string }
			Type    string
			Args    []struct{ Value any }
		}
		_ = json.Unmarshal(e.Params, &got) // events of other forms are of no concern
		switch e.Method {
		case "Network.requestWillBeSent":
			if !strings.HasPrefix(got.Request.URL, "data:") {
				p.Loaded = append(p.Loaded, got.Request.URL)
			}
		case "Log.entryAdded":
			p.Complaints = append(p.Complaints, got.Entry.Level+": "+got.Entry.Text)
		case "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Network.loadingFailed":
			p.Complaints = append(p.Complaints, e.Method+": "+string(e.Params))
		}
	}
}

// Eval computes an expression of JavaScript on the page.
func (p *Page) Eval(expression string, value any) {
	p.b.t.Helper()
	var got struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	p.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &got)
	if got.ExceptionDetails != nil {
		p.b.t.Fatalf("browser: %s: %s", expression, got.ExceptionDetails)
	}
	if value != nil {
		p.b.must(json.Unmarshal(got.Result.Value, value), expression)
	}
}

// Screenshot is a piece of the page as PNG, from top so many pixels down.
func (p *Page) Screenshot(top, high float64) []byte {
	p.b.t.Helper()
	var wide float64
	p.Eval("innerWidth", &wide)
	var got struct{ Data []byte }
	p.call("Page.captureScreenshot", map[string]any{"captureBeyondViewport": true, "format": "png",
		"clip": map[string]any{"x": 0, "y": top, "width": wide, "height": high, "scale": 1}}, &got)
	return got.Data
}
