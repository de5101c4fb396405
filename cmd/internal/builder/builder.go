// Package builder builds iss with the cells and tasks of others in it.
//
// A package brings plug-ins by exported variables: Plugin, a core.CellPlugin or
// a tasks.Task; Task, a tasks.Task; Plugins, a slice of either or of
// cmd.Plugin. It has any of them, and all that it has are taken.
package builder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/seed391906a2/iss/cmd/internal/gomod"
)

// Options say what is built.
type Options struct {
	With []string // PATH[@VERSION] each: a folder, or the path of a package
	Out  string   // the program
	ISS  string   // folder with the source of iss; "": where this program came from
}

// WrongError is an error of what was asked for: nothing was built.
type WrongError struct{ Err error }

func (e *WrongError) Error() string { return e.Err.Error() }
func (e *WrongError) Unwrap() error { return e.Err }

// Build builds a program and tries it; Out is written at the end, or not at all.
func Build(ctx context.Context, o Options) error {
	if info, err := os.Stat(o.Out); err == nil && info.IsDir() {
		return &WrongError{fmt.Errorf("-o %s: that is a folder; name a file", o.Out)}
	}
	if _, err := os.Stat(filepath.Dir(o.Out)); err != nil {
		return &WrongError{fmt.Errorf("-o %s: the folder it is to be in: %w", o.Out, err)}
	}
	home, err := gomod.Find(o.ISS)
	if err != nil {
		return &WrongError{err}
	}
	var list []*with
	for _, arg := range o.With {
		w, err := parse(arg)
		if err != nil {
			return &WrongError{err}
		}
		for _, before := range list {
			if before.path == w.path {
				return &WrongError{fmt.Errorf("--with %s and --with %s are the same package, %s", before.arg, arg, w.path)}
			}
		}
		list = append(list, w)
	}
	if _, err := exec.LookPath("go"); err != nil {
		return errors.New("there is no Go here, which builds the program: install it from https://go.dev/dl and put it on the PATH")
	}
	dir, err := os.MkdirTemp("", "iss-build-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := write(ctx, dir, home, list); err != nil {
		return err
	}
	program := filepath.Join(dir, "program.exe")
	if err := goTool(ctx, dir, "build", "-mod=mod", "-o", program, "."); err != nil {
		return err
	}
	if err := try(ctx, program); err != nil {
		return err
	}
	return place(program, o.Out)
}

// write writes the module of the program.
func write(ctx context.Context, dir string, home *gomod.Home, list []*with) error {
	m, err := home.Module("iss.local/program")
	if err != nil {
		return err
	}
	for _, w := range list {
		if w.root != "" && w.root != home.Dir {
			if err := m.Use(w.root); err != nil {
				return err
			}
		}
	}
	files, err := m.Files()
	if err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o666); err != nil {
			return err
		}
	}
	for _, w := range list {
		if w.root == "" {
			if err := w.fetch(ctx, dir); err != nil {
				return err
			}
		}
	}
	return os.WriteFile(filepath.Join(dir, "main.go"), source(list), 0o666)
}

// fetch adds a package that Go must find, and looks what it exports.
func (w *with) fetch(ctx context.Context, dir string) error {
	if err := goTool(ctx, dir, "get", w.path+"@"+w.version); err != nil {
		return fmt.Errorf("--with %s: %w", w.arg, err)
	}
	out, err := output(ctx, dir, "list", "-mod=mod", "-f", "{{.Dir}}", w.path)
	if err != nil {
		return fmt.Errorf("--with %s: %w", w.arg, err)
	}
	return w.look(strings.TrimSpace(out))
}

// source is the program.
func source(list []*with) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "package main\n\nimport (\n\t\"os\"\n\n\t%q\n", gomod.ISS+"/cmd")
	for i, w := range list {
		fmt.Fprintf(&b, "\twith%d %q\n", i, w.path)
	}
	b.WriteString(")\n\nfunc main() {\n\tvar list []cmd.Plugin\n")
	for i, w := range list {
		for _, name := range w.names {
			if name == "Plugins" {
				fmt.Fprintf(&b, "\tlist = append(list, cmd.Plugins(with%d.%s...)...)\n", i, name)
			} else {
				fmt.Fprintf(&b, "\tlist = append(list, with%d.%s)\n", i, name)
			}
		}
	}
	b.WriteString("\tos.Exit(cmd.Main(list...))\n}\n")
	return b.Bytes()
}

// try starts the program, which tells of plug-ins that it cannot take. One for
// another system cannot be tried.
func try(ctx context.Context, program string) error {
	for name, here := range map[string]string{"GOOS": runtime.GOOS, "GOARCH": runtime.GOARCH} {
		if v := os.Getenv(name); v != "" && v != here {
			return nil
		}
	}
	text, err := exec.CommandContext(ctx, program, "list", "cells").CombinedOutput()
	if err != nil {
		return fmt.Errorf("the program was built, but it refuses what it was built with:\n%s", strings.TrimSpace(string(text)))
	}
	return nil
}

// place copies the program to where it is wanted, whole or not at all.
func place(program, out string) error {
	info, err := os.Stat(program)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(out), ".iss-build-*")
	if err != nil {
		return fmt.Errorf("the program cannot be written to %s: %w", filepath.Dir(out), err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(info.Mode().Perm()), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), out)
}
