package builder

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/module"

	"github.com/seed391906a2/iss/cmd/internal/gomod"
)

// exports are the variables by which a package says what it brings.
var exports = []string{"Plugin", "Task", "Plugins"}

// with is a package that is built in.
type with struct {
	arg     string
	path    string   // to import
	version string   // of another's module; "" in a folder
	root    string   // folder of its module; "" for one that Go finds
	names   []string // of exports, those it has
}

// parse reads PATH[@VERSION]: a folder, or the path of a package.
func parse(arg string) (*with, error) {
	w := &with{arg: arg}
	if info, err := os.Stat(arg); err == nil && info.IsDir() {
		return w, w.local(arg)
	}
	if filepath.IsAbs(arg) || strings.HasPrefix(filepath.ToSlash(arg), "./") || strings.HasPrefix(filepath.ToSlash(arg), "../") {
		return nil, fmt.Errorf("--with %s: there is no such folder", arg)
	}
	w.path, w.version, _ = strings.Cut(arg, "@")
	if err := module.CheckImportPath(w.path); err != nil {
		return nil, fmt.Errorf("--with %s: it is neither a folder nor the path of a package: %w", arg, err)
	}
	if first, _, _ := strings.Cut(w.path, "/"); !strings.Contains(first, ".") {
		return nil, fmt.Errorf("--with %s: there is no such folder, and the path of a package that Go can find begins with a host, as in example.com/%s", arg, w.path)
	}
	if w.version == "" {
		w.version = "latest"
	}
	return w, nil
}

// local is a package in a folder: its module is that of the go.mod above.
func (w *with) local(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	w.root = dir
	for {
		f, err := gomod.Read(w.root)
		if err == nil {
			below, err := filepath.Rel(w.root, dir)
			if err != nil {
				return err
			}
			w.path = path.Join(f.Module.Mod.Path, filepath.ToSlash(below))
			break
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("--with %s: %w", w.arg, err)
		}
		if above := filepath.Dir(w.root); above != w.root {
			w.root = above
			continue
		}
		return fmt.Errorf("--with %s: neither the folder nor one above it has a go.mod; make one there: go mod init example.com/mine", w.arg)
	}
	return w.look(dir)
}

// look finds what the package in a folder exports.
func (w *with) look(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	set := token.NewFileSet()
	name := ""
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("--with %s: %w", w.arg, err)
		}
		name = f.Name.Name
		w.names = append(w.names, exported(f)...)
	}
	switch {
	case name == "":
		return fmt.Errorf("--with %s: there is no Go file in %s", w.arg, dir)
	case name == "main":
		return fmt.Errorf("--with %s: it is a program (package main), which cannot be built in; name the package of the cell", w.arg)
	case len(w.names) == 0:
		return fmt.Errorf("--with %s: package %s exports no variable %s; one of them must hold its cell, its task or a list of them",
			w.arg, name, strings.Join(exports, ", "))
	}
	slices.Sort(w.names)
	return nil
}

// exported are the names of exports that a file declares as variables.
func exported(f *ast.File) (names []string) {
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, s := range g.Specs {
			for _, n := range s.(*ast.ValueSpec).Names {
				if slices.Contains(exports, n.Name) {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}
