package groups_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
)

// list is a group file as data that a test can spoil.
type list struct {
	Groups [][]map[string]any `json:"groups"`
}

func listOf(t testing.TB, s *groups.Spec) *list {
	var b bytes.Buffer
	_, err := s.WriteTo(&b)
	require.NoError(t, err)
	f := &list{}
	require.NoError(t, json.Unmarshal(b.Bytes(), f))
	return f
}

func (f *list) spec(t testing.TB) *groups.Spec {
	text, err := json.Marshal(f)
	require.NoError(t, err)
	s, err := groups.ParseSpec("mutant.json", text)
	require.NoError(t, err, string(text))
	return s
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
		if r.IntN(2) == 0 && end-by > e["start"].(float64) {
			by = -by
		}
		e["end"] = end + by
		if step, ok := e["step"].(float64); ok {
			e["end"] = end + by*step
		}
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
	{"swapped", []groups.Kind{groups.Mixed, groups.Unusable, groups.Length, groups.Shifted, groups.Misnamed}, func(r *rand.Rand, _ *graph.Graph, f *list, i, j int) []string {
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

// Lint finds what is wrong with a file that is spoiled in one place, at that
// place, and says nothing of the file before nor of the groups beside it.
func TestLintFindsMutants(t *testing.T) {
	models := []*graph.Graph{stacked(t, 50, 7, 5, 6, 8), stacked(t, 50, 6, 6, 6), highway(t, 40, 6, 3), mixing(t, 4)}
	for _, c := range cases(25) {
		models = append(models, c.Graph)
	}
	count := map[string]int{}
	for n, g := range models {
		d := derive(t, g)
		chosen := free(d)
		s := d.Spec(chosen)
		if len(s.Groups) == 0 {
			continue
		}
		require.Empty(t, text(listOf(t, s).spec(t).Lint(d, chosen)))
		for _, m := range mutants {
			for seed := range uint64(2) {
				f := listOf(t, s)
				r := rand.New(rand.NewPCG(seed, uint64(n)))
				i := r.IntN(len(f.Groups))
				due := m.spoil(r, g, f, i, r.IntN(len(f.Groups[i])))
				if due == nil {
					continue
				}
				count[m.name]++
				spoiled := f.spec(t)
				found := spoiled.Lint(d, chosen)
				for _, pointer := range due {
					assert.True(t, slices.ContainsFunc(found, func(x groups.Finding) bool {
						return strings.HasPrefix(x.Fault.Pointer+"/", pointer+"/") && slices.Contains(m.kinds, x.Kind)
					}), "%s %d, %s, seed %d: no finding of %v at %s in\n%s%s", g.Name, n, m.name, seed, m.kinds, pointer, text(found), show(spoiled))
				}
				for _, x := range found {
					spoilt := slices.ContainsFunc(append(due, at(i)), func(pointer string) bool { return groupOf(x.Fault.Pointer) == groupOf(pointer) })
					assert.True(t, x.Severity == groups.Remark || spoilt, "%s %d, %s, seed %d: %s\nin a group that nobody spoiled", g.Name, n, m.name, seed, x)
				}
				_, err := spoiled.Bind(g)
				fatal := slices.ContainsFunc(found, func(x groups.Finding) bool { return x.Severity == groups.Fatal })
				assert.True(t, err == nil || fatal, "what cannot be bound is an error of lint: %v", err)
			}
		}
	}
	total := 0
	for _, m := range mutants {
		assert.Greater(t, count[m.name], 10, "%s: too few to say anything", m.name)
		total += count[m.name]
	}
	t.Logf("%d mutants: %v", total, count)
}

func show(s *groups.Spec) string {
	var b bytes.Buffer
	_, _ = s.WriteTo(&b)
	return b.String()
}
