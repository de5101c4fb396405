package checkpoint_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/checkpoint"
	"github.com/seed391906a2/iss/core/tensor"
)

// snapshot returns one whose every part says n.
func snapshot(n int) checkpoint.Snapshot {
	full := func(shape ...int) tensor.Dense[float32] {
		d := tensor.New[float32](shape...)
		for i := range d.Data {
			d.Data[i] = float32(n)
		}
		return d
	}
	return checkpoint.Snapshot{
		Tensors: map[string]tensor.Dense[float32]{"Model/embedding": full(3, 4), "Model/softmax_b": full(3)},
		Slots: map[string]map[string]tensor.Dense[float32]{
			"momentum": {"Model/embedding": full(3, 4)},
			"carried":  {"cell_0/h": full(2, 4), "c": full(2)},
		},
		State: json.RawMessage(fmt.Sprintf(`{"step": %d, "epoch": 2}`, n)),
	}
}

// files returns the names of a folder's files and the bytes of each.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	content := make(map[string]string)
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		content[e.Name()] = string(text)
	}
	return content
}

func TestSaveLoad(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run", "checkpoint")
	for n := 1; n <= 3; n++ {
		require.NoError(t, checkpoint.Save(dir, snapshot(n)))
		got, err := checkpoint.Load(dir)
		require.NoError(t, err)
		assert.Equal(t, snapshot(n), got)
		assert.Len(t, files(t, dir), 4, "earlier checkpoints are gone")
	}
}

func TestSaveNothing(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, checkpoint.Save(dir, checkpoint.Snapshot{}))
	got, err := checkpoint.Load(dir)
	require.NoError(t, err)
	assert.Empty(t, got.Tensors)
	assert.Empty(t, got.Slots)
	assert.Equal(t, "null", string(got.State))
}

func TestSaveLeavesOtherFiles(t *testing.T) {
	dir := t.TempDir()
	notes := filepath.Join(dir, "params-notes.txt")
	require.NoError(t, os.WriteFile(notes, []byte("mine"), 0o600))
	require.NoError(t, checkpoint.Save(dir, snapshot(1)))
	require.NoError(t, checkpoint.Save(dir, snapshot(2)))
	assert.FileExists(t, notes)
}

func TestSaveFailsWhole(t *testing.T) {
	bad := snapshot(2)
	bad.Tensors = map[string]tensor.Dense[float32]{"w": {Shape: []int{3}, Data: make([]float32, 2)}}
	badSlots := snapshot(2)
	badSlots.Slots["momentum"]["w"] = tensor.Dense[float32]{Shape: []int{3}}
	slash := snapshot(2)
	slash.Slots = map[string]map[string]tensor.Dense[float32]{"a/b": nil}
	state := snapshot(2)
	state.State = json.RawMessage(`{"step": 1, "step": 2}`)
	tests := []struct {
		name, want string
		s          checkpoint.Snapshot
	}{
		{"a tensor with too few numbers", `checkpoint: tensor: "w": 2 numbers for shape [3] of 3`, bad},
		{"a slot with too few numbers", `checkpoint: tensor: "momentum/w": 0 numbers for shape [3] of 3`, badSlots},
		{"a kind of slot with a slash", `checkpoint: slots cannot be called "a/b"; use a name without a slash`, slash},
		{"state with two of a name", "checkpoint: state:1:13 /step: the field is there twice; the first is in line 1", state},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, checkpoint.Save(dir, snapshot(1)))
			before := files(t, dir)
			require.EqualError(t, checkpoint.Save(dir, tt.s), tt.want)
			assert.Equal(t, before, files(t, dir))
		})
	}

	below := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(below, nil, 0o600))
	require.ErrorContains(t, checkpoint.Save(filepath.Join(below, "checkpoint"), snapshot(1)), "checkpoint: ")
}

func TestLoadNothing(t *testing.T) {
	dir := t.TempDir()
	_, err := checkpoint.Load(dir)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.EqualError(t, err, "checkpoint: "+dir+" holds no checkpoint: file does not exist")
	_, err = checkpoint.Load(filepath.Join(dir, "none"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// Every kind of damage to every file is found, and the error names the file
// and both sizes or checksums.
func TestLoadDamaged(t *testing.T) {
	damages := []struct {
		name   string
		damage func(text string) string
		want   string // %s is the file's path
	}{
		{"cut short", func(text string) string { return text[:len(text)-1] }, "checkpoint: %s has %d bytes, the manifest says %d; the file was cut short or altered"},
		{"empty", func(string) string { return "" }, "checkpoint: %s has %d bytes, the manifest says %d; the file was cut short or altered"},
		{"longer", func(text string) string { return text + " " }, "checkpoint: %s has %d bytes, the manifest says %d; the file was cut short or altered"},
		{"last bit", func(text string) string { return text[:len(text)-1] + flip(text[len(text)-1]) }, "checkpoint: %s has SHA-256 "},
		{"first bit", func(text string) string { return flip(text[0]) + text[1:] }, "checkpoint: %s has SHA-256 "},
	}
	for _, name := range []string{"params-000001.safetensors", "slots-000001.safetensors", "state-000001.json"} {
		for _, d := range damages {
			t.Run(name+" "+d.name, func(t *testing.T) {
				dir := t.TempDir()
				require.NoError(t, checkpoint.Save(dir, snapshot(1)))
				path := filepath.Join(dir, name)
				text := files(t, dir)[name]
				require.NotEmpty(t, text)
				damaged := d.damage(text)
				require.NoError(t, os.WriteFile(path, []byte(damaged), 0o600))
				_, err := checkpoint.Load(dir)
				want := d.want
				if strings.Contains(want, "%d") {
					want = fmt.Sprintf(want, path, len(damaged), len(text))
				} else {
					want = fmt.Sprintf(want, path)
				}
				require.ErrorContains(t, err, want)
				if strings.Contains(want, "SHA") {
					assert.Regexp(t, "has SHA-256 [0-9a-f]{64}, the manifest says [0-9a-f]{64}; the file was altered$", err.Error())
				}
				require.NoError(t, checkpoint.Save(dir, snapshot(2)), "a damaged checkpoint can be replaced")
				_, err = checkpoint.Load(dir)
				require.NoError(t, err)
			})
		}
		t.Run(name+" missing", func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, checkpoint.Save(dir, snapshot(1)))
			require.NoError(t, os.Remove(filepath.Join(dir, name)))
			_, err := checkpoint.Load(dir)
			require.ErrorContains(t, err, filepath.Join(dir, name)+" is missing; the manifest lists it with ")
			assert.NotErrorIs(t, err, fs.ErrNotExist, "there is a checkpoint, though a damaged one")
		})
	}
}

func flip(b byte) string { return string([]byte{b ^ 1}) }

func TestLoadDamagedManifest(t *testing.T) {
	tests := []struct {
		name     string
		old, new string
		want     string
	}{
		{"another version", `"version": 1`, `"version": 2`, "version 2; this program reads version 1"},
		{"unknown field", `"version": 1`, `"version": 1, "note": ""`, `unknown field "note"`},
		{"two of a name", `"version": 1`, `"version": 1, "version": 1`, "the field is there twice"},
		{"a size that is text", `"size": `, `"size": "a", "sizes": `, "cannot unmarshal string"},
		{"another size", `"size": `, `"size": 1`, "the file was cut short or altered"},
		{"another checksum", `"sha256": "`, `"sha256": "0`, "the file was altered"},
		{"a path out of the folder", `"name": "params-000001`, `"name": "../params-000001`, `"../params-000001.safetensors" is no name of a file of params`},
		{"a file of another kind", `"name": "params-000001`, `"name": "slots-000001`, `"slots-000001.safetensors" is no name of a file of params`},
		{"a kind twice", `"holds": "slots",`, `"holds": "params",`, `"slots-000001.safetensors" is no name of a file of params`},
		{"no files", `"files": [`, `"files": [], "other": [`, "unknown field"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, checkpoint.Save(dir, snapshot(1)))
			path := filepath.Join(dir, checkpoint.ManifestName)
			text := files(t, dir)[checkpoint.ManifestName]
			changed := strings.Replace(text, tt.old, tt.new, 1)
			require.NotEqual(t, text, changed)
			require.NoError(t, os.WriteFile(path, []byte(changed), 0o600))
			_, err := checkpoint.Load(dir)
			require.ErrorContains(t, err, tt.want)
			require.NoError(t, checkpoint.Save(dir, snapshot(2)))
		})
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, checkpoint.ManifestName), []byte(`{"version": 1, "files": []}`), 0o600))
	_, err := checkpoint.Load(dir)
	require.ErrorContains(t, err, `files of []; there must be ["params" "slots" "state"]`)
	require.NoError(t, os.WriteFile(filepath.Join(dir, checkpoint.ManifestName), []byte(`{"version": 1,`), 0o600))
	_, err = checkpoint.Load(dir)
	require.ErrorContains(t, err, "manifest.json:1:15: not JSON")
}

// Someone who reads while another saves gets a whole checkpoint, never a
// mixture and never an error.
func TestLoadWhileSaving(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, checkpoint.Save(dir, snapshot(0)))
	done := make(chan error)
	go func() {
		for n := 1; n <= 30; n++ {
			if err := checkpoint.Save(dir, snapshot(n)); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for {
		got, err := checkpoint.Load(dir)
		require.NoError(t, err)
		assert.Equal(t, snapshot(int(got.Tensors["Model/softmax_b"].Data[0])), got)
		select {
		case err := <-done:
			require.NoError(t, err)
			return
		default:
		}
	}
}
