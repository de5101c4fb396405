package mapping

import (
	"embed"
	"slices"
	"strconv"
	"strings"

	"github.com/seed391906a2/iss/registry"
)

//go:embed maps/*.json
var files embed.FS

// Names are those of the mappings that come with iss, sorted.
func Names() []string {
	entries, err := files.ReadDir("maps")
	if err != nil {
		panic(err) // embedded
	}
	var out []string
	for _, e := range entries {
		out = append(out, strings.TrimSuffix(e.Name(), ".json"))
	}
	slices.Sort(out)
	return out
}

// Text returns the document of a mapping that comes with iss. An unknown name
// is a *registry.UnknownError.
func Text(name string) ([]byte, error) {
	if !slices.Contains(Names(), name) {
		return nil, registry.Unknown("mapping", name, Names())
	}
	return files.ReadFile("maps/" + name + ".json")
}

// Named returns a mapping that comes with iss.
func Named(name string) (*Mapping, error) {
	text, err := Text(name)
	if err != nil {
		return nil, err
	}
	return Parse(name+".json", text)
}

// Found are the sizes that a file shows, where the mapping says where to look:
// "types" and "embedding" have one number, "hidden" one a layer.
func (m *Mapping) Found(src Source) map[string][]int {
	out := map[string][]int{}
	for what, s := range m.Sizes {
		for layer := 0; ; layer++ {
			n, ok := s.at(src, layer)
			if !ok {
				break
			}
			out[what] = append(out[what], n)
			if !strings.Contains(s.Tensor[0], "{layer}") {
				break
			}
		}
	}
	return out
}

func (s Size) at(src Source, layer int) (int, bool) {
	for _, n := range s.Tensor {
		shape, ok := src.Shape(fill(n, map[string]string{"layer": strconv.Itoa(layer)}))
		if ok && s.Axis < len(shape) {
			return shape[s.Axis] / max(s.Of, 1), true
		}
	}
	return 0, false
}
