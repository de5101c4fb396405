package cmd

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks/bench"
)

// withUnits is a model with random weights in which classes have the first so
// many of their units: counts is 373,315, in the order of the penalised
// classes, or cell_1=315. The flag is for errors.
func withUnits(m *model.Model, flag, counts string) (bench.Model, error) {
	if m.Run != nil {
		return bench.Model{}, fmt.Errorf("%s: %s is a run, whose units are settled; it goes with a preset or a configuration file", flag, m.Name)
	}
	d, err := m.Derivation()
	if err != nil {
		return bench.Model{}, err
	}
	chosen, err := m.Classes()
	if err != nil {
		return bench.Model{}, err
	}
	keep, err := unitCounts(d, chosen, counts)
	if err != nil {
		return bench.Model{}, fmt.Errorf("%s: %w", flag, err)
	}
	g, err := groups.Restore(d.Graph, keep)
	if err != nil {
		return bench.Model{}, err
	}
	return bench.Model{Name: m.Name + " " + strings.ReplaceAll(counts, ",", "+"), Graph: g, Terms: m.Task.Terms}, nil
}

// unitCounts reads --units.
func unitCounts(d *groups.Derivation, chosen []*groups.Class, counts string) (map[string][]int, error) {
	keep := map[string][]int{}
	items := strings.Split(counts, ",")
	named := strings.Contains(counts, "=")
	if !named && len(items) != len(chosen) {
		return nil, fmt.Errorf("%d counts for %d classes (%s); give one for each, or NAME=N", len(items), len(chosen), classNames(chosen))
	}
	for i, item := range items {
		number := item
		var c *groups.Class
		if named {
			name, n, ok := strings.Cut(item, "=")
			if !ok {
				return nil, fmt.Errorf("%q is no NAME=N", item)
			}
			var err error
			if c, err = d.Class(name); err != nil {
				return nil, err
			}
			number = n
		} else {
			c = chosen[i]
		}
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > c.Units {
			return nil, fmt.Errorf("%q is no number of units of %s, which has %d", number, c.Name, c.Units)
		}
		if keep[c.Name] != nil {
			return nil, fmt.Errorf("class %s is named twice", c.Name)
		}
		keep[c.Name] = c.IDs[:n]
	}
	return keep, nil
}

func classNames(classes []*groups.Class) string {
	var names []string
	for _, c := range classes {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}
