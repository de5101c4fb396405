package groups_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/graph/graphtest"
	"github.com/seed391906a2/iss/groups"
)

// free are the classes that can be in a group.
func free(d *groups.Derivation) (out []*groups.Class) {
	for _, c := range d.Classes {
		if !c.Pinned() && len(c.Entries) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// text is all that lint has to say.
func text(found []groups.Finding) string {
	var b strings.Builder
	for _, f := range found {
		b.WriteString(f.String() + "\n")
	}
	return b.String()
}

// What is derived has no findings, written and read again, whole and cut.
func TestLintOfDerived(t *testing.T) {
	for _, c := range cases(60) {
		t.Run(c.Name, func(t *testing.T) {
			graphs := []*graph.Graph{c.Graph}
			if small := graphtest.Cut(rand.New(rand.NewPCG(3, 3)), c); small != nil {
				graphs = append(graphs, small.Graph)
			}
			for _, g := range graphs {
				d := derive(t, g)
				for _, chosen := range [][]*groups.Class{free(d), first(t, d)} {
					if len(chosen) == 0 {
						continue
					}
					assert.Empty(t, text(rewritten(t, d.Spec(chosen)).Lint(d, chosen)))
					assert.Empty(t, text(rewritten(t, d.SpecByClass(chosen)).Lint(d, chosen)))
				}
			}
		})
	}
}

// first are the classes that are selected if none are named.
func first(t *testing.T, d *groups.Derivation) []*groups.Class {
	chosen, err := d.Select(nil)
	require.NoError(t, err)
	return slices.DeleteFunc(chosen, func(c *groups.Class) bool { return len(c.Entries) == 0 })
}
