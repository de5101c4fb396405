package groups

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// WriteTo writes the file: the published form whenever it can hold what is
// meant, its extensions only where needed. It implements io.WriterTo. A
// configuration that names layers has no groups before it meets a model: an error.
func (s *Spec) WriteTo(w io.Writer) (int64, error) {
	if len(s.layers) > 0 {
		return 0, fmt.Errorf("groups: %s names layers, whose groups follow from a model; bind it to one", s.doc.File)
	}
	var b bytes.Buffer
	b.WriteString("{\n")
	if s.Version == 2 {
		b.WriteString("  \"version\": 2,\n")
	}
	b.WriteString("  \"groups\": [\n")
	for i, g := range s.Groups {
		if s.Version == 2 {
			fmt.Fprintf(&b, "    {\"class\": %s%s}", quoted(g.Class), multiplier("lambda_multi", g.Multi))
		} else {
			g.write(&b)
		}
		b.WriteString(comma(i, len(s.Groups)))
	}
	b.WriteString("  ]\n}\n")
	return b.WriteTo(w)
}

func (g SpecGroup) write(b *bytes.Buffer) {
	open, end := "    [\n", "    ]"
	if !g.bare || g.Name != "" || g.Class != "" || g.Multi != 1 {
		head := ""
		if g.Name != "" {
			head += "\"name\": " + quoted(g.Name) + ", "
		}
		if g.Class != "" {
			head += "\"class\": " + quoted(g.Class) + ", "
		}
		if g.Multi != 1 {
			head += "\"multi\": " + decimal(g.Multi) + ", "
		}
		open, end = "    {"+head+"\"entries\": [\n", "    ]}"
	}
	b.WriteString(open)
	for i, e := range g.Entries {
		b.WriteString("      " + e.json() + comma(i, len(g.Entries)))
	}
	b.WriteString(end)
}

// json is the entry on one line, its fields in the published order.
func (e SpecEntry) json() string {
	var b strings.Builder
	fmt.Fprintf(&b, "{\"var_name\": %s, \"multi\": %s", quoted(e.Var), decimal(e.Multi))
	if e.Along {
		fmt.Fprintf(&b, ", \"along\": %d", e.Axis)
	} else {
		fmt.Fprintf(&b, ", \"axis\": %d", 1-e.Axis)
	}
	if e.Indices != nil {
		list, _ := json.Marshal(e.Indices) // whole numbers always can be written
		fmt.Fprintf(&b, ", \"indices\": %s", list)
	} else {
		fmt.Fprintf(&b, ", \"start\": %d, \"end\": %d", e.Start, e.end)
		if e.Step != 1 {
			fmt.Fprintf(&b, ", \"step\": %d", e.Step)
		}
	}
	return b.String() + "}"
}

func comma(i, n int) string {
	if i < n-1 {
		return ",\n"
	}
	return "\n"
}

func quoted(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err) // a string can be written
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// decimal writes a number as the published files do: 1.0 and not 1.
func decimal(v float64) string {
	s := strconv.FormatFloat(v, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

func multiplier(field string, v float64) string {
	if v == 1 {
		return ""
	}
	return ", \"" + field + "\": " + decimal(v)
}

// EqualSpecs reports whether two files mean the same: their groups are equal
// as sets of sets of entries. Names, order and the way of writing a range do
// not count, multipliers do.
func EqualSpecs(a, b *Spec) bool {
	return a.Version == b.Version && slices.Equal(a.canonical(), b.canonical())
}

// canonical is the entry as newEntry would say it. A range is not unrolled: it
// may be as long as the file likes.
func (e SpecEntry) canonical() Entry {
	if e.Indices != nil {
		return newEntry(e.Var, e.Axis, e.Indices)
	}
	if e.Count < 2 {
		e.Step = 1
	}
	return e.Entry
}

func (s *Spec) canonical() []string {
	var groups []string
	for _, l := range s.layers {
		split := splitDefault
		if l.Split != nil {
			split = *l.Split
		}
		groups = append(groups, fmt.Sprintf("%q ×%g %q/%d rows ×%g columns ×%g", l.name, l.Structure, l.Coupled, split, l.Rows, l.Columns))
	}
	for _, g := range s.Groups {
		var entries []string
		for _, e := range g.Entries {
			c := e.canonical()
			entries = append(entries, fmt.Sprintf("%q %d %d+%d·%d %v ×%g", c.Var, c.Axis, c.Start, c.Step, e.Count, c.Indices, e.Multi))
		}
		slices.Sort(entries)
		key := strings.Join(slices.Compact(entries), "; ")
		if s.Version == 2 {
			key = g.Class
		}
		groups = append(groups, fmt.Sprintf("%s ×%g", key, g.Multi))
	}
	slices.Sort(groups)
	return slices.Compact(groups)
}
