package checkpoint

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/tensor"
)

// numbered returns a snapshot whose every part says n; size is the number of
// weights.
func numbered(n, size int) Snapshot {
	w := tensor.New[float32](size)
	for i := range w.Data {
		w.Data[i] = float32(n)
	}
	return Snapshot{
		Tensors: map[string]tensor.Dense[float32]{"w": w},
		Slots:   map[string]map[string]tensor.Dense[float32]{"momentum": {"w": w}},
		State:   json.RawMessage(strconv.Itoa(n)),
	}
}

// number loads a checkpoint, requires that its parts are of one snapshot, and
// returns its number.
func number(t *testing.T, dir string, size int) int {
	t.Helper()
	s, err := Load(dir)
	require.NoError(t, err)
	n, err := strconv.Atoi(string(s.State))
	require.NoError(t, err)
	require.Equal(t, numbered(n, size), s)
	return n
}

func count(t *testing.T, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	return len(entries)
}

var errStopped = errors.New("stopped")

// A process that stops before any one of its steps leaves a whole checkpoint:
// the old one up to the manifest, the new one after it. Saving again works and
// cleans up.
func TestStopAtEachStep(t *testing.T) {
	const size = 5
	var steps []string
	for stopAt := 0; ; stopAt++ {
		dir := t.TempDir()
		require.NoError(t, Save(dir, numbered(1, size)))
		// What a process killed inside of a step leaves: a file of the next
		// generation cut short, and one that has no name yet.
		require.NoError(t, os.WriteFile(filepath.Join(dir, fileName(holdsParams, 2)), []byte("half"), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, ".iss-3w5e11264sgsf.tmp"), []byte("ha"), 0o600))

		steps = nil
		switched := false
		err := (&saver{dir: dir, step: func(what string) error {
			if len(steps) == stopAt {
				return errStopped
			}
			steps = append(steps, what)
			switched = switched || what == "write manifest"
			return nil
		}}).save(numbered(2, size))
		want := 1
		if switched {
			want = 2
		}
		assert.Equal(t, want, number(t, dir, size), "after %v", steps)

		require.NoError(t, Save(dir, numbered(3, size)))
		assert.Equal(t, 3, number(t, dir, size), "after %v", steps)
		assert.Equal(t, 4, count(t, dir), "after %v", steps)
		if err == nil {
			break
		}
		require.ErrorIs(t, err, errStopped)
	}
	assert.Equal(t, []string{
		"write params", "write slots", "write state", "write manifest", "remove .iss-3w5e11264sgsf.tmp",
		"remove params-000001.safetensors", "remove params-000002.safetensors",
		"remove slots-000001.safetensors", "remove state-000001.json",
	}, steps)
}

// The same with a process that is really killed, at moments spread over its
// saving.
func TestKill(t *testing.T) {
	const size = 20_000
	if dir := os.Getenv("CHECKPOINT_TEST_DIR"); dir != "" {
		for n := 1; ; n++ { // until killed
			require.NoError(t, Save(dir, numbered(n, size)))
		}
	}
	if testing.Short() {
		t.Skip("takes a second")
	}
	dir := t.TempDir()
	require.NoError(t, Save(dir, numbered(0, size)))
	for kill := range 8 {
		process := exec.Command(os.Args[0], "-test.run=^TestKill$")
		process.Env = append(os.Environ(), "CHECKPOINT_TEST_DIR="+dir)
		require.NoError(t, process.Start())
		before := number(t, dir, size)
		for deadline := time.Now().Add(10 * time.Second); number(t, dir, size) == before; {
			require.True(t, time.Now().Before(deadline), "the process saves nothing")
		}
		time.Sleep(time.Duration(kill) * 700 * time.Microsecond)
		require.NoError(t, process.Process.Kill())
		require.Error(t, process.Wait(), "it was killed")
		number(t, dir, size)
	}
	require.NoError(t, Save(dir, numbered(7, size)))
	assert.Equal(t, 7, number(t, dir, size))
	assert.Equal(t, 4, count(t, dir))
}
