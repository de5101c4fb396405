package runs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/seed391906a2/iss/core/kernel"
	"github.com/seed391906a2/iss/internal/atomicfile"
	"github.com/seed391906a2/iss/schemas"
	"github.com/seed391906a2/iss/tasks"
)

// format is the version of run.json that this program writes and reads.
const format = 1

// Info is what run.json says.
type Info struct {
	Format   int              `json:"format"`
	Created  time.Time        `json:"created"`
	Finished *time.Time       `json:"finished,omitempty"` // nil: not at its end
	Config   tasks.Config     `json:"config"`
	Seed     uint64           `json:"seed"`
	Kept     map[string][]int `json:"kept,omitempty"` // units that are left, by class; nil: all. Ids are the first ancestor's
	Data     Data             `json:"data"`
	Versions Versions         `json:"versions"`
	Origin   *Origin          `json:"origin,omitempty"` // of a model that was imported
	Parent   string           `json:"parent,omitempty"` // run that this one was made from; on disk relative to this one
	Tau      float64          `json:"tau,omitempty"`    // weights below it were set to zero before units were cut out; 0: none
	Result   map[string]any   `json:"result,omitempty"`
}

// Data says what a run was trained on.
type Data struct {
	Name   string      `json:"name"`
	Path   string      `json:"path,omitempty"`
	SHA256 string      `json:"sha256"`
	Sizes  tasks.Sizes `json:"sizes"` // what of the model they decide
}

// UnmarshalJSON implements json.Unmarshaler. Runs of the first versions, all of
// them of language models, say "vocab" for the types of their text.
func (d *Data) UnmarshalJSON(text []byte) error {
	type plain Data
	old := struct {
		*plain
		Vocab int `json:"vocab"`
	}{plain: (*plain)(d)}
	if err := json.Unmarshal(text, &old); err != nil {
		return err
	}
	if d.Sizes == nil && old.Vocab > 0 {
		d.Sizes = tasks.Sizes{"types": old.Vocab}
	}
	return nil
}

// DataOf is the part of a task's data that run.json holds.
func DataOf(d tasks.Data) Data {
	return Data{Name: d.Name, Path: d.Path, SHA256: d.SHA256, Sizes: d.Sizes}
}

// Origin says which file of another program a run was made of.
type Origin struct {
	File    string `json:"file"`
	SHA256  string `json:"sha256"`
	Mapping string `json:"mapping"` // its name
}

// Versions say which programs made a run.
type Versions struct {
	ISS string `json:"iss"` // module version or commit
	Go  string `json:"go"`
	CPU string `json:"cpu"` // architecture and level of core/kernel
}

// versions are those of this process.
func versions() Versions {
	v := Versions{ISS: "unknown", Go: runtime.Version(), CPU: runtime.GOARCH + " " + kernel.CPU()}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if m := build.Main.Version; m != "" && m != "(devel)" {
		v.ISS = m
		return v
	}
	for _, s := range build.Settings {
		if s.Key == "vcs.revision" {
			v.ISS = s.Value[:min(12, len(s.Value))]
		}
	}
	return v
}

// Status is "finished", "running" if a process writes to the run, or "stopped".
func Status(dir string, i Info) string {
	switch {
	case i.Finished != nil:
		return "finished"
	case held(dir):
		return "running"
	}
	return "stopped"
}

// ReadInfo reads the run.json of a directory. What is wrong with it is told by
// line and column.
func ReadInfo(dir string) (Info, error) {
	path := filepath.Join(dir, infoName)
	text, err := schemas.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || isNotDir(dir) {
		return Info{}, fmt.Errorf("runs: %s is no run directory: it has no %s; iss list runs names the runs", dir, infoName)
	}
	if err != nil {
		return Info{}, fmt.Errorf("runs: %w", err)
	}
	doc, err := schemas.Parse(path, text)
	if err != nil {
		return Info{}, fmt.Errorf("runs: %w; restore the file, or train again", err)
	}
	var raw struct {
		Format int             `json:"format"`
		Config json.RawMessage `json:"config"`
	}
	if err := doc.Decode(&raw); err != nil {
		return Info{}, fmt.Errorf("runs: %w", err)
	}
	if raw.Format != format {
		return Info{}, fmt.Errorf("runs: %s has format %d; this program reads format %d", path, raw.Format, format)
	}
	var i Info
	if err := doc.Decode(&i); err != nil {
		return Info{}, fmt.Errorf("runs: %w", err)
	}
	if raw.Config == nil {
		raw.Config = json.RawMessage("{}")
	}
	if i.Config, err = tasks.Resolve(tasks.Query{Document: raw.Config}); err != nil {
		return Info{}, fmt.Errorf("runs: %w", within(doc, "/config", err))
	}
	for class, ids := range i.Kept {
		for k, id := range ids {
			if id < 0 || k > 0 && id <= ids[k-1] {
				f := doc.Fault(schemas.Pointer("kept", class, k), "ids of units must rise from 0 on; %d stands at place %d", id, k)
				return Info{}, fmt.Errorf("runs: %w", f)
			}
		}
	}
	return i, nil
}

// within moves the faults of an inner document to where it stands in doc.
func within(doc *schemas.Document, at string, err error) error {
	var faults schemas.Faults
	if !errors.As(err, &faults) {
		return err
	}
	var moved schemas.Faults
	for _, f := range faults {
		moved = append(moved, doc.Fault(at+f.Pointer, "%s", f.Message))
	}
	return moved.Err()
}

// write writes run.json: a field a line, the configuration in full.
func (i Info) write(dir string) error {
	fields := []struct {
		name  string
		value any
		skip  bool
	}{
		{"format", i.Format, false},
		{"created", i.Created, false},
		{"finished", i.Finished, i.Finished == nil},
		{"config", json.RawMessage(i.Config.JSON()), false},
		{"seed", i.Seed, false},
		{"kept", i.Kept, i.Kept == nil},
		{"data", i.Data, false},
		{"versions", i.Versions, false},
		{"origin", i.Origin, i.Origin == nil},
		{"parent", i.Parent, i.Parent == ""},
		{"tau", i.Tau, i.Tau == 0},
		{"result", i.Result, i.Result == nil},
	}
	var b bytes.Buffer
	b.WriteString("{")
	for n, f := range fields {
		if f.skip {
			continue
		}
		if n > 0 {
			b.WriteString(",")
		}
		text, err := json.Marshal(f.value)
		if err != nil {
			return fmt.Errorf("runs: %s of %s: %w", f.name, filepath.Join(dir, infoName), err)
		}
		if f.name == "config" {
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, text, "  ", "  "); err != nil {
				return fmt.Errorf("runs: config: %w", err)
			}
			text = pretty.Bytes()
		}
		fmt.Fprintf(&b, "\n  %q: %s", f.name, text)
	}
	b.WriteString("\n}\n")
	if err := atomicfile.WriteBytes(filepath.Join(dir, infoName), b.Bytes()); err != nil {
		return fmt.Errorf("runs: %w", err)
	}
	return nil
}

// parent resolves the parent of the run in dir.
func (i Info) parent(dir string) string {
	if i.Parent == "" || filepath.IsAbs(i.Parent) {
		return i.Parent
	}
	return filepath.Join(dir, filepath.FromSlash(i.Parent))
}

// relative is how a run in dir names its parent, so that both can be moved
// together.
func relative(dir, parent string) string {
	if parent == "" {
		return ""
	}
	from, err := filepath.Abs(dir)
	if err != nil {
		return parent
	}
	to, err := filepath.Abs(parent)
	if err != nil {
		return parent
	}
	rel, err := filepath.Rel(from, to)
	if err != nil {
		return to // on another volume
	}
	return filepath.ToSlash(rel)
}

func isNotDir(path string) bool {
	i, err := os.Stat(path)
	return err == nil && !i.IsDir()
}
