package job

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/schemas"
)

// lintLines is how many lines a training spends on its group file.
const lintLines = 3

// lint is what there is to say of a configured group file, the worst first, in
// few lines. A file that would have units go that can never go is an error; any
// other can be trained with. The model was called name.
func lint(m *model.Model, name string) ([]string, error) {
	file := m.Config.ISS.Groups
	if file == "" {
		return nil, nil
	}
	spec, err := model.ReadGroups(file)
	if err != nil {
		return nil, err
	}
	found, err := m.Lint(spec)
	if err != nil {
		return nil, err
	}
	var pinned schemas.Faults
	for _, f := range found {
		if f.Kind == groups.Fixed || f.Pinned {
			f.Fault.Message += "; " + f.Do
			pinned = append(pinned, f.Fault)
		}
	}
	if err := pinned.Err(); err != nil {
		return nil, err
	}
	order := []groups.Severity{groups.Fatal, groups.Unsound, groups.Remark}
	slices.SortStableFunc(found, func(a, b groups.Finding) int {
		return cmp.Compare(slices.Index(order, a.Severity), slices.Index(order, b.Severity))
	})
	var lines []string
	for i, f := range found {
		if i == lintLines-1 && len(found) > lintLines {
			return append(lines, fmt.Sprintf("and %d more; all of it: iss groups lint %s %s", len(found)-i, name, file)), nil
		}
		lines = append(lines, f.Line())
	}
	return lines, nil
}
