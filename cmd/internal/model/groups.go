package model

import (
	"errors"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/schemas"
	"github.com/seed391906a2/iss/tasks/train"
)

// Classes are those that are penalised unless a group file says otherwise: the
// configured ones, else the recurrent ones, and those that a regularizer names.
// What is wrong with a name is a schemas.Faults.
func (m *Model) Classes() ([]*groups.Class, error) {
	d, err := m.Derivation()
	if err != nil {
		return nil, err
	}
	chosen, err := d.Select(nil)
	if err != nil {
		return nil, err
	}
	var faults schemas.Faults
	take := func(pointer string, names []string) (taken []*groups.Class) {
		for i, name := range names {
			list, err := d.Select([]string{name})
			if err != nil {
				faults = append(faults, schemas.Fault{Pointer: pointer + schemas.Pointer(i), Message: noClass(err, d, name)})
			}
			taken = append(taken, list...)
		}
		return taken
	}
	if names := m.Config.ISS.Classes; names != nil {
		chosen = take("/iss/classes", names)
	}
	for i, r := range m.Config.ISS.Regularizers {
		chosen = append(chosen, take(schemas.Pointer("iss", "regularizers", i, "classes"), r.Classes)...)
	}
	if err := m.placed(faults.Err()); err != nil {
		return nil, err
	}
	var out []*groups.Class
	for _, c := range d.Classes {
		if slices.Contains(chosen, c) {
			out = append(out, c)
		}
	}
	return out, nil
}

// Groups are what the group Lasso penalises: the groups of the configured
// file, else those of the classes. A cut model has those of its classes.
func (m *Model) Groups() ([]groups.Group, error) {
	whole := m.Run == nil || len(m.Run.Info().Kept) == 0
	if file := m.Config.ISS.Groups; file != "" && whole {
		spec, err := m.groupFile(file)
		if err != nil {
			return nil, err
		}
		d, err := m.Derivation()
		if err != nil {
			return nil, err
		}
		return spec.BindTo(d)
	}
	classes, err := m.Classes()
	if err != nil {
		return nil, err
	}
	return m.derive.Groups(classes), nil
}

// noClass is what there is to say of a class that cannot be selected.
func noClass(err error, d *groups.Derivation, name string) string {
	text := strings.TrimPrefix(strings.TrimPrefix(err.Error(), "groups: "), "registry: ")
	if !slices.Contains(d.Names(), name) && registry.Nearest(name, d.Names()) == "" {
		text += "; iss groups show --all tells what they are"
	}
	return text
}

// Regularizers holds the configured regularizers against the model's groups.
func (m *Model) Regularizers() error {
	g, err := m.Graph()
	if err != nil {
		return err
	}
	chosen, err := m.Groups()
	if err != nil {
		return err
	}
	_, err = train.Terms(m.Config, g, chosen)
	return m.placed(err)
}

// placed tells faults of the configuration where its author wrote them.
func (m *Model) placed(err error) error {
	var faults schemas.Faults
	if !errors.As(err, &faults) || m.Author == nil {
		return err
	}
	out := make(schemas.Faults, len(faults))
	for i, f := range faults {
		out[i] = m.Author(f)
	}
	return out.Err()
}

// Fault is an error of one field of the configuration, told where its author
// wrote it.
func (m *Model) Fault(pointer, message string) error {
	return m.placed(schemas.Faults{{Pointer: pointer, Message: message}})
}
