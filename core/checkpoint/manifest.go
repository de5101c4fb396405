package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/seed391906a2/iss/internal/atomicfile"
	"github.com/seed391906a2/iss/schemas"
)

// ManifestName is the file that makes a folder a checkpoint.
const ManifestName = "manifest.json"

// version is that of the folder's layout.
const version = 1

// What a file of a checkpoint holds.
const (
	holdsParams = "params"
	holdsSlots  = "slots"
	holdsState  = "state"
)

// manifest lists the files of a checkpoint.
type manifest struct {
	Version int    `json:"version"`
	Files   []file `json:"files"`
}

// file vouches for one file.
type file struct {
	Holds  string `json:"holds"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// ours are the names that files get: what they hold and a generation.
var ours = regexp.MustCompile(`^(params|slots|state)-([0-9]{1,18})\.(safetensors|json)$`)

func isOurs(name string) bool { return ours.MatchString(name) }

func fileName(holds string, generation int64) string {
	ending := ".safetensors"
	if holds == holdsState {
		ending = ".json"
	}
	return fmt.Sprintf("%s-%06d%s", holds, generation, ending)
}

// nextGeneration returns a number larger than that of any file in the folder.
func nextGeneration(dir string) (int64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, fmt.Errorf("checkpoint: %w", err)
	}
	last := int64(0)
	for _, e := range entries {
		if parts := ours.FindStringSubmatch(e.Name()); parts != nil {
			n, err := strconv.ParseInt(parts[2], 10, 64)
			if err != nil {
				return 0, fmt.Errorf("checkpoint: %s: %w", e.Name(), err)
			}
			last = max(last, n)
		}
	}
	return last + 1, nil
}

// writeFile writes a new file and returns what vouches for it.
func writeFile(dir, holds string, generation int64, fill func(io.Writer) error) (file, error) {
	f := file{Holds: holds, Name: fileName(holds, generation)}
	sum := sha256.New()
	err := atomicfile.Write(filepath.Join(dir, f.Name), func(w io.Writer) error {
		return fill(io.MultiWriter(w, sum, (*counter)(&f.Size)))
	})
	f.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return f, err
}

// counter counts the bytes written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func (m manifest) write(dir string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.WriteBytes(filepath.Join(dir, ManifestName), append(text, '\n'))
}

func (m manifest) lists(name string) bool {
	return slices.ContainsFunc(m.Files, func(f file) bool { return f.Name == name })
}

// readManifest reads and checks a folder's manifest.
func readManifest(dir string) (manifest, error) {
	var m manifest
	path := filepath.Join(dir, ManifestName)
	text, err := schemas.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("checkpoint: %s holds no checkpoint: %w", dir, fs.ErrNotExist)
	}
	if err != nil {
		return m, fmt.Errorf("checkpoint: %w", err)
	}
	if _, err := schemas.Parse(path, text); err != nil {
		return m, fmt.Errorf("checkpoint: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, fmt.Errorf("checkpoint: %s: %w", path, err)
	}
	if m.Version != version {
		return m, fmt.Errorf("checkpoint: %s: version %d; this program reads version %d", path, m.Version, version)
	}
	var holds []string
	for _, f := range m.Files {
		if parts := ours.FindStringSubmatch(f.Name); parts == nil || parts[1] != f.Holds {
			return m, fmt.Errorf("checkpoint: %s: %q is no name of a file of %s", path, f.Name, f.Holds)
		}
		holds = append(holds, f.Holds)
	}
	if want := []string{holdsParams, holdsSlots, holdsState}; !slices.Equal(holds, want) {
		return m, fmt.Errorf("checkpoint: %s: files of %q; there must be %q", path, holds, want)
	}
	return m, nil
}

// verify compares a file's bytes with what the manifest says of it.
func (f file) verify(path string, r io.Reader) error {
	sum := sha256.New()
	n, err := io.Copy(sum, r)
	if err != nil {
		return err
	}
	if n != f.Size {
		return fmt.Errorf("%s has %d bytes, the manifest says %d; the file was cut short or altered", path, n, f.Size)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != f.SHA256 {
		return fmt.Errorf("%s has SHA-256 %s, the manifest says %s; the file was altered", path, got, f.SHA256)
	}
	return nil
}
