package grouptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
)

// list is a group file as data that can be spoiled.
type list struct {
	Groups [][]map[string]any `json:"groups"`
}

func listOf(s *groups.Spec) (*list, error) {
	var b bytes.Buffer
	if _, err := s.WriteTo(&b); err != nil {
		return nil, err
	}
	f := &list{}
	return f, json.Unmarshal(b.Bytes(), f)
}

func (f *list) spec() (*groups.Spec, error) {
	text, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	return groups.ParseSpec("mutant.json", text)
}

// move shifts the indices of an entry; it reports whether they stay positive.
func move(e map[string]any, by float64) bool {
	if at, ok := e["indices"].([]any); ok {
		moved := make([]any, len(at))
		for i, v := range at {
			moved[i] = v.(float64) + by
		}
		e["indices"] = moved
		return slices.Min(numbers(moved)) >= 0
	}
	e["start"], e["end"] = e["start"].(float64)+by, e["end"].(float64)+by
	return e["start"].(float64) >= 0
}

func numbers(list []any) (out []float64) {
	for _, v := range list {
		out = append(out, v.(float64))
	}
	return out
}

// flip turns the axis of an entry; it reports whether it has one.
func flip(e map[string]any) bool {
	axis, ok := e["axis"].(float64)
	e["axis"] = 1 - axis
	return ok
}

// mutant is a way to spoil entry j of group i. It returns the pointers at which
// a finding is due, one of kinds at each; none if the file cannot be spoiled so.
type mutant struct {
	name  string
	kinds []groups.Kind
	spoil func(r *rand.Rand, g *graph.Graph, f *list, i, j int) (due []string)
}

func at(i int) string        { return fmt.Sprint("/groups/", i) }
func within(i, j int) string { return fmt.Sprint("/groups/", i, "/", j) }

// groupOf is the group that a pointer leads into.
func groupOf(pointer string) string {
	parts := strings.SplitN(pointer, "/", 4)
	return strings.Join(parts[:min(3, len(parts))], "/")
}

var mutants = []mutant{
	{"removed", []groups.Kind{groups.NoReader, groups.NoOwner}, func(_ *rand.Rand, _ *graph.Graph, f *list, i, j int) []string {
		if len(f.Groups[i]) < 2 {
			return nil
		}
		f.Groups[i] = slices.Delete(f.Groups[i], j, j+1)
		return []string{at(i)}
	}},
	{"added", []groups.Kind{groups.Mixed, groups.Fixed, groups.Unaligned, groups.Repeated, groups.Unusable}, func(r *rand.Rand, g *graph.Graph, f *list, i, j int) []string {
		p := g.Params[r.IntN(len(g.Params))]
		if len(p.Shape) != 2 || f.Groups[i][j]["indices"] != nil || f.Groups[i][j]["step"] != nil {
			return nil
		}
		n := int(f.Groups[i][j]["end"].(float64) - f.Groups[i][j]["start"].(float64))
		axis := r.IntN(2)
		if n > p.Shape[1-axis] || len(f.Groups[i]) < 2 {
			return nil
		}
		start := r.IntN(p.Shape[1-axis] - n + 1)
		e := map[string]any{"var_name": p.Name, "axis": float64(axis), "start": float64(start), "end": float64(start + n)}
		f.Groups[i] = append(f.Groups[i], e)
		return []string{within(i, len(f.Groups[i])-1)}
	}},
	{"shifted", []groups.Kind{groups.Shifted, groups.Mixed, groups.Unaligned}, func(r *rand.Rand, _ *graph.Graph, f *list, i, j int) []string {
		by := float64(1 + r.IntN(5))
		if r.IntN(2) == 0 {
			by = -by
		}
		if len(f.Groups[i]) < 2 || !move(f.Groups[i][j], by) {
			return nil
		}
		return []string{at(i)}
	}},
	{"flipped", []groups.Kind{groups.Flipped}, func(_ *rand.Rand, _ *graph.Graph, f *list, i, j int) []string {
		if len(f.Groups[i]) < 2 || !flip(f.Groups[i][j]) {
			return nil
		}
		return []string{at(i)}
	}},
	{"longer or shorter", []groups.Kind{groups.Length, groups.Unusable, groups.Mixed}, func(r *rand.Rand, _ *graph.Graph, f *list, i, j int) []string {
		e := f.Groups[i][j]
		end, ok := e["end"].(float64)
		if !ok || len(f.Groups[i]) < 2 {
			return nil
		}
		by := float64(1 + r.IntN(3))
		if step, ok := e["step"].(float64); ok {
			by *= step
		}
		if r.IntN(2) == 0 && end-by > e["start"].(float64) {
			by = -by
		}
		e["end"] = end + by
		return []string{at(i)}
	}},
	{"misspelt", []groups.Kind{groups.Renamed, groups.Unusable}, func(r *rand.Rand, g *graph.Graph, f *list, i, j int) []string {
		name := f.Groups[i][j]["var_name"].(string)
		k := r.IntN(len(name))
		f.Groups[i][j]["var_name"] = name[:k] + "~" + name[k:]
		return []string{within(i, j) + "/var_name"}
	}},
	{"repeated", []groups.Kind{groups.Repeated}, func(r *rand.Rand, _ *graph.Graph, f *list, i, j int) []string {
		f.Groups[i] = append(f.Groups[i], maps.Clone(f.Groups[i][j]))
		return []string{within(i, len(f.Groups[i])-1)}
	}},
	{"merged", []groups.Kind{groups.Mixed, groups.Unusable, groups.Length, groups.Shifted}, func(r *rand.Rand, _ *graph.Graph, f *list, i, _ int) []string {
		if len(f.Groups) < 2 {
			return nil
		}
		k := (i + 1 + r.IntN(len(f.Groups)-1)) % len(f.Groups)
		f.Groups[i] = append(f.Groups[i], f.Groups[k]...)
		f.Groups = slices.Delete(f.Groups, k, k+1)
		if k < i {
			i--
		}
		return []string{at(i)}
	}},
	{"swapped", []groups.Kind{groups.Mixed, groups.Unusable, groups.Length, groups.Shifted, groups.Misnamed, groups.Flipped}, func(r *rand.Rand, _ *graph.Graph, f *list, i, j int) []string {
		if len(f.Groups) < 2 || len(f.Groups[i]) < 3 {
			return nil
		}
		k := (i + 1 + r.IntN(len(f.Groups)-1)) % len(f.Groups)
		if len(f.Groups[k]) < 3 {
			return nil
		}
		m := r.IntN(len(f.Groups[k]))
		f.Groups[i][j], f.Groups[k][m] = f.Groups[k][m], f.Groups[i][j]
		return []string{at(i), at(k)}
	}},
	{"split", []groups.Kind{groups.Split}, func(r *rand.Rand, _ *graph.Graph, f *list, i, j int) []string {
		if len(f.Groups[i]) < 2 {
			return nil
		}
		f.Groups = append(f.Groups, []map[string]any{f.Groups[i][j]})
		f.Groups[i] = slices.Delete(f.Groups[i], j, j+1)
		return []string{at(len(f.Groups) - 1)}
	}},
	{"twice", []groups.Kind{groups.Twice}, func(r *rand.Rand, _ *graph.Graph, f *list, i, _ int) []string {
		f.Groups = append(f.Groups, f.Groups[i])
		return []string{at(len(f.Groups) - 1)}
	}},
	{"first units left out", []groups.Kind{groups.Uncovered}, func(r *rand.Rand, _ *graph.Graph, f *list, i, _ int) []string {
		for _, e := range f.Groups[i] {
			if e["indices"] != nil || e["step"] != nil || e["end"].(float64)-e["start"].(float64) < 3 {
				return nil
			}
		}
		for _, e := range f.Groups[i] {
			e["start"] = e["start"].(float64) + 1
		}
		return []string{at(i)}
	}},
	{"no weight", []groups.Kind{groups.Unweighted}, func(r *rand.Rand, _ *graph.Graph, f *list, i, j int) []string {
		f.Groups[i][j]["multi"] = 0
		return []string{within(i, j) + "/multi"}
	}},
}

// lint: a group file that is right has no findings; spoiled in one place it has
// one of the kinds that are due, at that place, and none that matters in the
// groups beside it. What cannot be bound is an error of lint.
func (s *Subject) lint() error {
	var classes []*groups.Class
	for _, c := range s.Derivation.Classes {
		if !c.Pinned() && len(c.Entries) > 0 {
			classes = append(classes, c)
		}
	}
	right := s.Derivation.Spec(classes)
	if len(right.Groups) == 0 {
		return nil
	}
	if found := right.Lint(s.Derivation, classes); len(found) > 0 {
		return fmt.Errorf("the derived group file has findings: %v", found)
	}
	for i, at := range s.rand.Perm(len(mutants)) {
		if i == 4 && !s.Thorough {
			break
		}
		if err := s.spoiled(right, classes, mutants[at]); err != nil {
			return fmt.Errorf("%s: %w", mutants[at].name, err)
		}
	}
	return nil
}

func (s *Subject) spoiled(right *groups.Spec, classes []*groups.Class, m mutant) error {
	f, err := listOf(right)
	if err != nil {
		return err
	}
	i := s.rand.IntN(len(f.Groups))
	due := m.spoil(s.rand, s.Case.Graph, f, i, s.rand.IntN(len(f.Groups[i])))
	if due == nil {
		return nil
	}
	s.count("mutants "+m.name, 1)
	spec, err := f.spec()
	if err != nil {
		return err
	}
	found := spec.Lint(s.Derivation, classes)
	for _, pointer := range due {
		if !slices.ContainsFunc(found, func(x groups.Finding) bool {
			return strings.HasPrefix(x.Fault.Pointer+"/", pointer+"/") && slices.Contains(m.kinds, x.Kind)
		}) {
			return fmt.Errorf("no finding of %v at %s among %v in %s", m.kinds, pointer, found, show(spec))
		}
	}
	for _, x := range found {
		spoilt := slices.ContainsFunc(append(due, at(i)), func(pointer string) bool { return groupOf(x.Fault.Pointer) == groupOf(pointer) })
		if x.Severity != groups.Remark && !spoilt {
			return fmt.Errorf("%v: in a group that nobody spoiled", x)
		}
	}
	if _, err := spec.BindTo(s.Derivation); err != nil && !slices.ContainsFunc(found, func(x groups.Finding) bool { return x.Severity == groups.Fatal }) {
		return fmt.Errorf("it cannot be bound, and lint has no error: %w", err)
	}
	return nil
}

func show(s *groups.Spec) string {
	var b bytes.Buffer
	_, _ = s.WriteTo(&b)
	return b.String()
}

// files: what is derived can be written as a group file, in either version,
// is the same when it is read, and binds to the same groups.
func (s *Subject) files() error {
	d := s.Derivation
	var classes []*groups.Class
	regular := true
	for _, c := range d.Classes {
		if !c.Pinned() && len(c.Entries) > 0 {
			classes = append(classes, c)
			for _, e := range c.Entries {
				regular = regular && e.Step >= 1
			}
		}
	}
	for _, spec := range []*groups.Spec{d.Spec(classes), d.SpecByClass(classes)} {
		back, err := groups.ParseSpec("derived.json", []byte(show(spec)))
		if err != nil {
			return err
		}
		if !groups.EqualSpecs(spec, back) || show(spec) != show(back) {
			return fmt.Errorf("version %d reads back as %s, was %s", spec.Version, show(back), show(spec))
		}
		bound, err := back.BindTo(d)
		if err != nil {
			return err
		}
		if !regular && spec.Version == 1 {
			continue // a class in disorder is several groups of a file
		}
		if len(bound) != len(classes) {
			return fmt.Errorf("version %d has %d groups, the model %d classes", spec.Version, len(bound), len(classes))
		}
		for i, want := range d.Groups(classes) {
			if got := bound[i]; got.Units != want.Units || !slices.EqualFunc(got.Entries, want.Entries, sameEntry) {
				return fmt.Errorf("version %d: %s is %v, not %v", spec.Version, want.Name, got.Entries, want.Entries)
			}
		}
		s.count("groups written and read", len(bound))
	}
	return nil
}

func sameEntry(a, b groups.Entry) bool {
	return a.Var == b.Var && a.Axis == b.Axis && a.Start == b.Start && a.Step == b.Step && a.Multi == b.Multi && slices.Equal(a.Indices, b.Indices)
}
