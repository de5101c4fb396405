package doctest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Command is a command of a console block and what the page says it prints.
type Command struct {
	Line   int      // in the page, from 1
	Text   string   // as typed; lines that end in a backslash are joined by the shell
	Want   []string // lines of output; nil: anything
	Status int      // exit status
}

var exitStatus = regexp.MustCompile(`^exit status (\d+)$`)

// Commands divides a console block into its commands. Text above the first
// command is an error.
func (b Block) Commands() ([]Command, error) {
	var out []Command
	more := false // the last line ended in a backslash
	for i, line := range strings.Split(strings.TrimSuffix(b.Text, "\n"), "\n") {
		typed, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case more:
			c := &out[len(out)-1]
			c.Text += "\n" + line
			more = strings.HasSuffix(line, `\`)
		case isCommand:
			out = append(out, Command{Line: b.Line + i, Text: typed})
			more = strings.HasSuffix(line, `\`)
		case len(out) == 0:
			return nil, fmt.Errorf("doctest: line %d: %q is no command: a console block begins with \"$ \"", b.Line+i, line)
		default:
			c := &out[len(out)-1]
			if m := exitStatus.FindStringSubmatch(line); m != nil {
				n, err := strconv.Atoi(m[1])
				if err != nil {
					return nil, fmt.Errorf("doctest: line %d: %w", b.Line+i, err)
				}
				c.Status = n
				continue
			}
			if c.Status != 0 {
				return nil, fmt.Errorf("doctest: line %d: %q follows the exit status; the status comes last", b.Line+i, line)
			}
			c.Want = append(c.Want, line)
		}
	}
	return out, nil
}

// Diff says how output differs from what was wanted, "" if it does not. Blanks
// at line ends do not count. With anyNumbers a number of the output may be any
// other, and blanks between columns any many.
func Diff(want []string, got string, anyNumbers bool) string {
	if want == nil {
		return ""
	}
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(got, "\r\n", "\n"), "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t")
	}
	got = strings.Join(lines, "\n") + "\n"
	if pattern(want, `$`, anyNumbers).MatchString(got) {
		return ""
	}
	for n := range want {
		if !pattern(want[:n+1], "", anyNumbers).MatchString(got) {
			return fmt.Sprintf("no line for %q in\n%s", want[n], got)
		}
	}
	return fmt.Sprintf("there is more than what was wanted, which ends in %q:\n%s", want[len(want)-1], got)
}

// pattern matches output that begins with the wanted lines.
func pattern(want []string, end string, anyNumbers bool) *regexp.Regexp {
	quote := regexp.QuoteMeta
	if anyNumbers {
		quote = quoteLoosely
	}
	var b strings.Builder
	b.WriteString(`^`)
	for _, line := range want {
		line = strings.TrimRight(line, " \t")
		if strings.TrimSpace(line) == "…" {
			b.WriteString(`(?:[^\n]*\n)*?`)
			continue
		}
		for i, part := range strings.Split(line, "…") {
			if i > 0 {
				b.WriteString(`[^\n]*?`)
			}
			b.WriteString(quote(part))
		}
		b.WriteString(`\n`)
	}
	return regexp.MustCompile(b.String() + end)
}

// A number as tables print it: 6.24, 929,589, 101k, 1.00x, 0.0e+00.
const number = `[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]\d+)?[kM]?`

var loose = regexp.MustCompile(number + `|[ \t]+`)

// quoteLoosely is a pattern of text in which numbers and blanks may be others.
func quoteLoosely(text string) string {
	var b strings.Builder
	at := 0
	for _, m := range loose.FindAllStringIndex(text, -1) {
		b.WriteString(regexp.QuoteMeta(text[at:m[0]]))
		if strings.TrimSpace(text[m[0]:m[1]]) == "" {
			b.WriteString(`[ \t]+`)
		} else {
			b.WriteString(number)
		}
		at = m[1]
	}
	return b.String() + regexp.QuoteMeta(text[at:])
}
