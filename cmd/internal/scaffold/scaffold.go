// Package scaffold writes the files that a cell of one's own begins with: in Go
// as a module that compiles and passes its exam, or as a document of equations.
//
//	name, err := scaffold.ParseName("mycell")
//	files, err := scaffold.Go(name, "example.com/mycell", home)
//	err = scaffold.Write("mycell", files)
package scaffold

import (
	"bytes"
	"embed"
	"fmt"
	"go/format"
	"path"
	"text/template"

	"github.com/seed391906a2/iss/cmd/internal/gomod"
)

//go:embed templates
var templates embed.FS

// Files are texts by path, with slashes.
type Files map[string][]byte

// begin is what templates are filled with.
type begin struct {
	Name    Name
	Module  string // path of the module that is made
	ISS     string // path of iss's own
	Package string
}

// Base is what the module's path ends in; where it is not the package's name,
// an import says the name.
func (b begin) Base() string { return path.Base(b.Module) }

// Go are the files of a module with a cell in Go: the cell, its exam, a program
// that knows it, a configuration, go.mod and go.sum.
func Go(n Name, module string, home *gomod.Home) (Files, error) {
	m, err := home.Module(module)
	if err != nil {
		return nil, err
	}
	files, err := m.Files()
	if err != nil {
		return nil, err
	}
	b := begin{n, module, gomod.ISS, n.Package()}
	return b.fill(files, map[string]string{
		"cell.go.tmpl":      string(n) + ".go",
		"cell_test.go.tmpl": string(n) + "_test.go",
		"main.go.tmpl":      path.Join("cmd", n.Program(), "main.go"),
		"train.json.tmpl":   Config,
	})
}

// Equation are the files of a cell as a document of equations: the document and
// a configuration.
func Equation(n Name) (Files, error) {
	return begin{Name: n}.fill(Files{}, map[string]string{
		"cell.json.tmpl":           string(n) + ".json",
		"train-equation.json.tmpl": Config,
	})
}

// Config is the name of the configuration that trains the new cell.
const Config = "train.json"

// fill adds filled templates to files.
func (b begin) fill(files Files, names map[string]string) (Files, error) {
	t, err := template.New("").ParseFS(templates, "templates/*.tmpl")
	if err != nil {
		return nil, fmt.Errorf("scaffold: %w", err)
	}
	for from, to := range names {
		var out bytes.Buffer
		if err := t.ExecuteTemplate(&out, from, b); err != nil {
			return nil, fmt.Errorf("scaffold: %w", err)
		}
		files[to] = out.Bytes()
		if path.Ext(to) != ".go" {
			continue
		}
		if files[to], err = format.Source(out.Bytes()); err != nil { // where imports stand depends on the module
			return nil, fmt.Errorf("scaffold: %s: %w", to, err)
		}
	}
	return files, nil
}
