package doctest

import (
	"regexp"
	"strings"
)

// Span is text of a page between backquotes, outside of blocks.
type Span struct {
	Line int // from 1
	Text string
}

// Link is the target of a link or picture of a page, outside of blocks.
type Link struct {
	Line   int // from 1
	Target string
}

var (
	span = regexp.MustCompile("`([^`]+)`")
	link = regexp.MustCompile(`\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|<img[^>]*\ssrc="([^"]+)"`)
)

// Spans returns what a page sets in backquotes.
func Spans(page string) (out []Span) {
	prose(page, func(line int, text string) {
		for _, m := range span.FindAllStringSubmatch(text, -1) {
			out = append(out, Span{line, m[1]})
		}
	})
	return out
}

// Links returns where a page points to.
func Links(page string) (out []Link) {
	prose(page, func(line int, text string) {
		for _, m := range link.FindAllStringSubmatch(span.ReplaceAllString(text, ""), -1) {
			out = append(out, Link{line, m[1] + m[2]})
		}
	})
	return out
}

// prose visits the lines of a page that lie outside of fenced blocks.
func prose(page string, visit func(line int, text string)) {
	mark := ""
	for i, text := range strings.Split(page, "\n") {
		m := fence.FindStringSubmatch(text)
		switch {
		case mark != "" && m != nil && strings.HasPrefix(m[1], mark):
			mark = ""
		case mark != "":
		case m != nil:
			mark = m[1]
		default:
			visit(i+1, text)
		}
	}
}

// Anchors returns the names by which links reach the headings of a page, as
// GitHub makes them.
func Anchors(page string) (out []string) {
	prose(page, func(_ int, text string) {
		title, ok := strings.CutPrefix(strings.TrimLeft(text, "#"), " ")
		if !ok || !strings.HasPrefix(text, "#") {
			return
		}
		var b strings.Builder
		for _, r := range strings.ToLower(strings.TrimSpace(title)) {
			switch {
			case r == ' ':
				b.WriteByte('-')
			case r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r > 127 && strings.ContainsRune("αβγδεζηθικλμνξοπρστυφχψω", r):
				b.WriteRune(r)
			}
		}
		out = append(out, b.String())
	})
	return out
}
