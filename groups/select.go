package groups

import (
	"fmt"
	"strings"

	"github.com/seed391906a2/iss/registry"
)

// Names lists the classes in their order.
func (d *Derivation) Names() []string {
	names := make([]string, len(d.Classes))
	for i, c := range d.Classes {
		names[i] = c.Name
	}
	return names
}

// Class returns the class of that name; an unknown name is an error with the
// nearest one.
func (d *Derivation) Class(name string) (*Class, error) {
	for _, c := range d.Classes {
		if c.Name == name {
			return c, nil
		}
	}
	return nil, fmt.Errorf("groups: %w", registry.Unknown("class", name, d.Names()))
}

// Select returns the named classes in the order of the model; nil selects
// those that hold a recurrent state and are free to go. A pinned class cannot
// be selected by name: the error says what pins it.
func (d *Derivation) Select(names []string) ([]*Class, error) {
	chosen := map[*Class]bool{}
	for _, name := range names {
		c, err := d.Class(name)
		if err != nil {
			return nil, err
		}
		if c.Pinned() {
			return nil, fmt.Errorf("groups: class %q cannot lose units: its size is fixed by %s; select another or none", name, strings.Join(c.Pins, ", "))
		}
		chosen[c] = true
	}
	var out []*Class
	for _, c := range d.Classes {
		if chosen[c] || names == nil && c.Recurrent && !c.Pinned() {
			out = append(out, c)
		}
	}
	return out, nil
}

// Groups are classes as they are penalised.
func (d *Derivation) Groups(classes []*Class) []Group {
	out := make([]Group, len(classes))
	for i, c := range classes {
		out[i] = c.Group()
	}
	return out
}

// Kept lists the units that are left in each class that was cut, by the
// numbers that they had before any cut.
func (d *Derivation) Kept() map[string][]int {
	kept := map[string][]int{}
	for _, c := range d.Classes {
		if c.Units != c.Of {
			kept[c.Name] = c.IDs
		}
	}
	return kept
}
