package runs

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/registry"
)

// LoadInit reads initial weights from a run, named as for Find, or from a
// safetensors file.
func LoadInit(arg string) (map[string]tensor.Dense[float32], error) {
	f, err := Find(arg, nil)
	if err != nil {
		return nil, fmt.Errorf("%w; initial weights come from a run or a safetensors file", err)
	}
	if f.Kind == KindRun {
		return LoadTensors(f.Path)
	}
	tensors, _, err := tensor.ReadFile[float32](f.Path)
	if err != nil {
		return nil, fmt.Errorf("runs: initial weights: %w", err)
	}
	return tensors, nil
}

// CheckInit returns an error that lists every parameter without a tensor, every
// tensor without a parameter, and every one of another shape.
func CheckInit(params []*graph.Param, tensors map[string]tensor.Dense[float32]) error {
	var lines []string
	var absent []string
	wanted := map[string]bool{}
	for _, p := range params {
		wanted[p.Name] = true
		t, ok := tensors[p.Name]
		switch {
		case !ok:
			absent = append(absent, p.Name)
			lines = append(lines, fmt.Sprintf("missing: %s %v", p.Name, p.Shape))
		case !slices.Equal(t.Shape, p.Shape):
			lines = append(lines, fmt.Sprintf("misshapen: %s is %v, the model's is %v", p.Name, t.Shape, p.Shape))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		if wanted[name] {
			continue
		}
		line := fmt.Sprintf("extra: %s %v", name, tensors[name].Shape)
		if near := registry.Nearest(name, absent); near != "" {
			line += "; nearest missing one is " + near
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return nil
	}
	const most = 50
	if rest := len(lines) - most; rest > 0 {
		lines = append(lines[:most], fmt.Sprintf("… and %d more", rest))
	}
	return fmt.Errorf("runs: the initial weights do not fit the model:\n  %s", strings.Join(lines, "\n  "))
}
