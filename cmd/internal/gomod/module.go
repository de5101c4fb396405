package gomod

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// anyVersion is required of a module that a folder replaces.
const anyVersion = "v0.0.0-00010101000000-000000000000"

// Module is a go.mod and its go.sum being written.
type Module struct {
	path     string
	language string            // of Go
	direct   map[string]string // path to version
	indirect map[string]string
	replace  map[module.Version]module.Version
	sums     []string
}

// Module is a new module that uses iss and, through it, what iss uses.
func (h *Home) Module(path string) (*Module, error) {
	if err := module.CheckImportPath(path); err != nil {
		return nil, fmt.Errorf("%q cannot be the path of a module: %w", path, err)
	}
	if path == ISS {
		return nil, fmt.Errorf("%q is the path of iss's own module; choose another", path)
	}
	m := &Module{
		path: path, direct: map[string]string{}, indirect: map[string]string{},
		replace: map[module.Version]module.Version{},
	}
	if h.Version == "" {
		return m, m.Use(h.Dir)
	}
	own, err := h.own()
	if err != nil {
		return nil, err
	}
	m.direct[ISS], m.sums = h.Version, own
	return m, m.take(h.Dir, nil)
}

// Use makes the module in a folder a direct requirement, and all that it
// requires and replaces an indirect one.
func (m *Module) Use(dir string) error {
	f, err := Read(dir)
	if err != nil {
		return err
	}
	path := f.Module.Mod.Path
	if path != ISS || m.direct[ISS] == "" {
		m.direct[path] = anyVersion
		m.replace[module.Version{Path: path}] = module.Version{Path: dir}
	}
	return m.take(dir, f)
}

// take takes over what the go.mod and go.sum of a folder need of others.
func (m *Module) take(dir string, f *modfile.File) error {
	if f == nil {
		var err error
		if f, err = Read(dir); err != nil {
			return err
		}
	}
	if f.Go != nil && semver.Compare("v"+f.Go.Version, "v"+m.language) > 0 {
		m.language = f.Go.Version
	}
	for _, r := range f.Require {
		if r.Mod.Path != ISS && semver.Compare(r.Mod.Version, m.indirect[r.Mod.Path]) > 0 {
			m.indirect[r.Mod.Path] = r.Mod.Version
		}
	}
	for _, r := range f.Replace {
		if r.Old.Path == ISS {
			continue // which one is used is not for a module of others to say
		}
		to := r.New
		if to.Version == "" && !filepath.IsAbs(to.Path) {
			to.Path = filepath.Join(dir, filepath.FromSlash(to.Path))
		}
		m.replace[r.Old] = to
	}
	text, err := os.ReadFile(filepath.Join(dir, "go.sum"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for line := range strings.Lines(string(text)) {
		m.sums = append(m.sums, strings.TrimSpace(line))
	}
	return nil
}

// Read reads the go.mod of a folder.
func Read(dir string) (*modfile.File, error) {
	path := filepath.Join(dir, "go.mod")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f, err := modfile.Parse(path, text, nil)
	if err != nil {
		return nil, err
	}
	if f.Module == nil {
		return nil, fmt.Errorf("%s names no module", path)
	}
	return f, nil
}

// Files are go.mod and go.sum by name.
func (m *Module) Files() (map[string][]byte, error) {
	f := new(modfile.File)
	if err := errors.Join(f.AddModuleStmt(m.path), f.AddGoStmt(m.language)); err != nil {
		return nil, err
	}
	for old, to := range m.replace {
		if err := f.AddReplace(old.Path, old.Version, to.Path, to.Version); err != nil {
			return nil, err
		}
	}
	var require []*modfile.Require
	for path, version := range m.direct {
		require = append(require, &modfile.Require{Mod: module.Version{Path: path, Version: version}})
		delete(m.indirect, path)
	}
	for path, version := range m.indirect {
		require = append(require, &modfile.Require{Mod: module.Version{Path: path, Version: version}, Indirect: true})
	}
	slices.SortFunc(require, func(a, b *modfile.Require) int { return strings.Compare(a.Mod.Path, b.Mod.Path) })
	f.SetRequireSeparateIndirect(require)
	f.SortBlocks()
	f.Cleanup()
	text, err := f.Format()
	if err != nil {
		return nil, err
	}
	return map[string][]byte{"go.mod": text, "go.sum": m.sumFile()}, nil
}

// sumFile is go.sum, in the order in which Go writes it.
func (m *Module) sumFile() []byte {
	var list []module.Version
	hash := map[module.Version]string{}
	for _, line := range m.sums {
		f := strings.Fields(line)
		if len(f) != 3 {
			continue
		}
		v := module.Version{Path: f[0], Version: f[1]}
		if hash[v] == "" {
			list = append(list, v)
		}
		hash[v] = f[2]
	}
	module.Sort(list)
	var b bytes.Buffer
	for _, v := range list {
		fmt.Fprintln(&b, v.Path, v.Version, hash[v])
	}
	return b.Bytes()
}
