package runs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/tasks"
)

// Presets is a catalogue of presets.
type Presets = registry.Catalogue[tasks.PresetEntry]

// Kind is what a name on the command line turned out to be.
type Kind string

// The kinds of what RUN and MODEL may name.
const (
	KindRun    Kind = "run"
	KindPreset Kind = "preset"
	KindFile   Kind = "file"
)

// Found is what a name on the command line means.
type Found struct {
	Kind Kind
	Path string // directory of the run, name of the preset, path of the file
}

// last is the name of the run that was started last.
const last = "@last"

// Find says what a name on the command line means: a run directory, a preset's
// name or a configuration file, told apart in this order. @last is the last run
// under Root, @last/compact one inside it; the name of a run under Root will do
// for its path. A name that fits nothing is an error that says what there is.
func Find(arg string, presets *Presets) (Found, error) {
	if rest, ok := strings.CutPrefix(arg, last); ok && (rest == "" || os.IsPathSeparator(rest[0])) {
		dir, err := Last(Root())
		if err != nil {
			return Found{}, err
		}
		if dir = filepath.Join(dir, rest); !isRun(dir) {
			return Found{}, fmt.Errorf("runs: %s is %s, which is no run directory: it has no %s", arg, dir, infoName)
		}
		return Found{KindRun, dir}, nil
	}
	if isRun(arg) {
		return Found{KindRun, arg}, nil
	}
	if presets != nil && slices.Contains(presets.Names(), arg) {
		return Found{KindPreset, arg}, nil
	}
	info, err := os.Stat(arg)
	if err == nil && !info.IsDir() {
		return Found{KindFile, arg}, nil
	}
	if dir := filepath.Join(Root(), arg); arg != "" && filepath.IsLocal(arg) && isRun(dir) {
		return Found{KindRun, dir}, nil
	}
	if err == nil {
		return Found{}, fmt.Errorf("runs: %s is a directory, but no run: it has no %s; %s", arg, infoName, known(arg, presets))
	}
	return Found{}, fmt.Errorf("runs: no run, preset or configuration file %q; %s", arg, known(arg, presets))
}

// FindRun is Find where only a run will do.
func FindRun(arg string, presets *Presets) (string, error) {
	f, err := Find(arg, presets)
	switch {
	case err != nil:
		return "", err
	case f.Kind == KindRun:
		return f.Path, nil
	}
	return "", fmt.Errorf("runs: %s is a %s, and a run is needed; make one: iss train %s", arg, f.Kind, arg)
}

// known says what there is, and what was probably meant.
func known(arg string, presets *Presets) string {
	var names, parts []string
	if presets != nil {
		names = presets.Names()
		parts = append(parts, "presets: "+strings.Join(names, ", "))
	}
	entries, _ := List(Root()) // what cannot be listed cannot be offered
	const most = 5
	var recent []string
	for _, e := range slices.Backward(entries) {
		name, err := filepath.Rel(Root(), e.Dir)
		if err != nil || e.Err != nil {
			continue
		}
		names = append(names, name)
		if len(recent) < most {
			recent = append(recent, name)
		}
	}
	if len(recent) > 0 {
		parts = append(parts, fmt.Sprintf("last runs under %s: %s", Root(), strings.Join(recent, ", ")))
	} else {
		parts = append(parts, fmt.Sprintf("no runs under %s", Root()))
	}
	if near := registry.Nearest(filepath.Base(arg), names); near != "" {
		parts = append([]string{"nearest is " + near}, parts...)
	}
	return strings.Join(parts, "; ")
}
