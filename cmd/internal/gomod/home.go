// Package gomod writes the go.mod and go.sum of modules that use iss, so that
// they build at once: without go mod tidy, and without a network where the
// modules that iss needs are there already.
//
//	home, err := gomod.Find("")            // where iss's own module is
//	m, err := home.Module("example.com/mine")
//	files, err := m.Files()
package gomod

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
)

// ISS is the path of iss's own module.
const ISS = "github.com/seed391906a2/iss"

// Home is where iss's own module is.
type Home struct {
	Dir     string // with its source
	Version string // of a released one, which Go finds by itself; "" is what is in Dir now
}

// Find looks for iss's own module in a folder or, if that is "", by what this
// program knows of how it was built: the folder its source was in, or the
// version that was installed.
func Find(dir string) (*Home, error) {
	if dir != "" {
		return at(dir)
	}
	if _, file, _, ok := runtime.Caller(0); ok && filepath.IsAbs(file) {
		root := filepath.Join(filepath.Dir(file), "..", "..", "..")
		if h, err := at(root); err == nil {
			_, h.Version, _ = strings.Cut(filepath.Base(root), "@") // in the module cache
			return h, nil
		}
	}
	if version := built(); version != "" {
		if h, err := at(filepath.Join(cache(), filepath.FromSlash(ISS)+"@"+version)); err == nil {
			h.Version = version
			return h, nil
		}
	}
	return nil, errors.New("this program does not know where the source of iss is; name the folder with --iss DIR, a clone of https://" + ISS)
}

// at is the module in a folder, if it is iss's own.
func at(dir string) (*Home, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not the folder of iss's own module: it has no go.mod", dir)
	}
	if err != nil {
		return nil, err
	}
	if path := modfile.ModulePath(text); path != ISS {
		return nil, fmt.Errorf("%s is not the folder of iss's own module: it holds %q, not %q", dir, path, ISS)
	}
	return &Home{Dir: dir}, nil
}

// built is the released version of iss that this program was built from.
func built() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == ISS && m.Replace == nil && m.Version != "(devel)" && !strings.Contains(m.Version, "+") {
			return m.Version
		}
	}
	return ""
}

// cache is the folder of Go's module cache, "" where there is no Go.
func cache() string {
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// own are the lines of go.sum that a released version of iss itself needs.
func (h *Home) own() ([]string, error) {
	text, err := os.ReadFile(filepath.Join(h.Dir, "go.mod"))
	if err != nil {
		return nil, err
	}
	mod, err := hashOf(text)
	if err != nil {
		return nil, err
	}
	lines := []string{fmt.Sprintf("%s %s/go.mod %s", ISS, h.Version, mod)}
	escaped, err := module.EscapePath(ISS)
	if err != nil {
		return nil, err
	}
	root := h.Dir[:len(h.Dir)-len(filepath.FromSlash(escaped)+"@"+h.Version)]
	zip, err := os.ReadFile(filepath.Join(root, "cache", "download", filepath.FromSlash(escaped), "@v", h.Version+".ziphash"))
	if err != nil {
		return nil, err
	}
	return append(lines, fmt.Sprintf("%s %s %s", ISS, h.Version, zip)), nil
}

// hashOf is the hash that go.sum has of a go.mod.
func hashOf(text []byte) (string, error) {
	return dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(string(text))), nil
	})
}
