package groups

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/schemas"
)

// Severity says what a finding means for the one who trains with the file.
type Severity string

// Severities, worst first.
const (
	// Fatal: the file cannot be meant so. Some of it cannot be used at all.
	Fatal Severity = "error"
	// Unsound: it can be trained with, but a component that is all zero is not
	// a unit that can leave.
	Unsound Severity = "unsound"
	// Remark: nothing is wrong, but it may not be what was wanted.
	Remark Severity = "note"
)

// Kind says what sort of thing was found.
type Kind string

// Kinds of findings. docs/group-files.md has an example of each.
const (
	Unusable   Kind = "unusable"      // unknown names, indices outside the weight, biases, lengths that differ
	Flipped    Kind = "flipped-axis"  // "axis" says the axis of the units, not the summed one
	Shifted    Kind = "shifted"       // a range beside the one that is meant
	Length     Kind = "wrong-length"  // a range longer or shorter than the one that is meant
	Renamed    Kind = "wrong-name"    // the range that is meant, of a variable that is not there
	Repeated   Kind = "repeated"      // an entry that is there twice
	Mixed      Kind = "mixed"         // units of independent classes in one component
	Unaligned  Kind = "unaligned"     // a component with different units of one class
	Fixed      Kind = "pinned"        // units that can never leave
	Misnamed   Kind = "misnamed"      // a group that names another class than its entries are of
	Twice      Kind = "twice"         // units that two groups hold
	Split      Kind = "split"         // a class whose entries are in several groups
	NoReader   Kind = "missed-reader" // weights that read the units and are not there
	NoOwner    Kind = "missed-owner"  // weights that make the units and are not there
	Unweighted Kind = "multiplier"    // multipliers that differ, or of 0
	Uncovered  Kind = "uncovered"     // units or classes in no group
	Lines      Kind = "lines"         // rows or columns as groups of their own
	Ignored    Kind = "ignored"       // settings that have no meaning here
)

// Finding is one thing that Lint has to say.
type Finding struct {
	Fault    schemas.Fault // where and what
	Severity Severity
	Kind     Kind
	Class    string // that it is about, or ""
	Do       string // what to do, or ""
	Path     []Step // of a missed reader or owner: how it hangs together with the class
	// Pinned: as it is written, the entry is of units that can never leave,
	// whatever it may be meant to be of.
	Pinned bool
}

// String is the finding as compilers print theirs, and indented below it the
// path and what to do.
func (f Finding) String() string {
	var b strings.Builder
	b.WriteString(f.Line())
	if len(f.Path) > 0 {
		arrow := " <- " // from what reads to what it reads
		if f.Kind == NoOwner {
			arrow = " -> " // from what makes a unit to where it goes
		}
		b.WriteString("\n  path: " + strings.Join(f.Route(), arrow))
	}
	if f.Do != "" {
		b.WriteString("\n  " + strings.ReplaceAll(f.Do, "\n", "\n  "))
	}
	return b.String()
}

// Line is "file:line:col pointer: severity: message".
func (f Finding) Line() string {
	fault := f.Fault
	fault.Message = string(f.Severity) + ": " + fault.Message
	return fault.Error()
}

// Route names the operations of the path, each once, and the state or the
// weight where it ends.
func (f Finding) Route() (names []string) {
	for i, s := range f.Path {
		last := i == len(f.Path)-1
		if n := len(names); (n == 0 || names[n-1] != s.Op) && (!s.Inert || last) {
			names = append(names, s.Op)
		}
		if last && s.State != "" {
			names = append(names, "state "+s.State)
		} else if last {
			names = append(names, s.To)
		}
	}
	return names
}

// Lint holds a file against a model: is every group one class's units, all of
// their rows and columns and nothing else? Wanted are the classes that should
// be in it; a missing one is worth a remark. All findings are told, in the
// order of the file.
//
// What Bind refuses is among them, as Fatal; a file that Bind accepts can be
// trained with, whatever Lint says. A file that was made by Derivation.Spec
// has no findings.
func (s *Spec) Lint(d *Derivation, wanted []*Class) []Finding {
	l := &linter{binder: newBinder(s, d), holders: map[spot][][]member{}, byName: map[string]*Class{}}
	for _, f := range l.faults { // of layers
		l.out = append(l.out, Finding{Fault: f, Severity: Fatal, Kind: Unusable})
	}
	l.faults = nil
	l.index()
	var studies []*study
	for i := range l.groups {
		if s.Version == 2 {
			l.choose(i)
		} else {
			studies = append(studies, l.study(i))
		}
	}
	l.across(studies)
	for _, g := range studies {
		l.report(g)
	}
	l.coverage(studies, wanted)
	l.settings()
	slices.SortStableFunc(l.out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Fault.Line, b.Fault.Line), cmp.Compare(a.Fault.Col, b.Fault.Col), cmp.Compare(a.Fault.Pointer, b.Fault.Pointer))
	})
	return l.out
}

// linter collects the findings of one file.
type linter struct {
	*binder
	holders map[spot][][]member // of each index of an axis of a weight, its units
	byName  map[string]*Class   // that version 2 has named
	out     []Finding
}

// say notes a finding at a place of the file.
func (l *linter) say(severity Severity, kind Kind, pointer, format string, args ...any) *Finding {
	l.fault(pointer, format, args...)
	f := Finding{Fault: l.faults[0], Severity: severity, Kind: kind}
	l.faults = nil
	l.out = append(l.out, f)
	return &l.out[len(l.out)-1]
}

// index notes which units hold each index of each axis of each weight.
func (l *linter) index() {
	for _, c := range l.d.Classes {
		for _, e := range c.Entries {
			at := spot{e.Var, e.Axis}
			if l.holders[at] == nil {
				l.holders[at] = make([][]member, findParam(l.d.Graph, e.Var).Shape[e.Axis])
			}
			for k := range c.Units {
				i := e.Index(k)
				l.holders[at][i] = append(l.holders[at][i], member{c, k})
			}
		}
	}
}

// choose checks a group of version 2.
func (l *linter) choose(i int) {
	g := l.choice(i)
	for _, f := range l.faults {
		l.out = append(l.out, Finding{Fault: f, Severity: Fatal, Kind: Unusable})
	}
	l.faults = nil
	for _, c := range l.d.Classes {
		if c.Name == g.Class {
			l.byName[c.Name] = c
		}
	}
	if g.Class != "" && g.Multi == 0 {
		f := l.say(Remark, Unweighted, schemas.Pointer("groups", i, "lambda_multi"), "λ times 0: the units of class %s are not penalised", g.Class)
		f.Class = g.Class
	}
}

// settings tells what of a published configuration is not read.
func (l *linter) settings() {
	var rest []string
	at := ""
	for _, u := range l.spec.unused {
		if u.name == "global_decay" {
			f := l.say(Remark, Ignored, u.at, "global_decay %s is λ, which is not read from a group file", u.value)
			f.Do = "set it: --set iss.regularizers.0.lambda=" + u.value
			continue
		}
		if rest = append(rest, u.name); at == "" {
			at = u.at
		}
	}
	if len(rest) > 0 {
		l.say(Remark, Ignored, at, "%s: not read; what they set is in the configuration of iss", strings.Join(rest, ", "))
	}
}

// groupPointer is where group i stands in the file.
func (l *linter) groupPointer(i int) string {
	if at := l.groups[i].at; at != "" {
		return at
	}
	return schemas.Pointer("groups", i)
}

// plural is "1 entry" or "3 entries".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
