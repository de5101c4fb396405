package runs_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/checkpoint"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/runs"
)

// TestMain lets the test binary play another process: see child.
func TestMain(m *testing.M) {
	var err error
	switch dir := os.Getenv("ISS_TEST_DIR"); os.Getenv("ISS_TEST_CHILD") {
	case "":
		os.Exit(m.Run())
	case "hold":
		err = hold(dir)
	case "train":
		err = pretendTraining(dir)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// child starts this binary as another process that does something with a run,
// and returns once it has said a line.
func child(t *testing.T, what, dir string) (*exec.Cmd, string) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "ISS_TEST_CHILD="+what, "ISS_TEST_DIR="+dir)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		_ = c.Process.Kill() // an error says that it is gone already
		_ = c.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return c, line
}

func kill(t *testing.T, c *exec.Cmd) {
	t.Helper()
	require.NoError(t, c.Process.Kill())
	require.Error(t, c.Wait())
}

// hold opens a run and keeps it until it is killed.
func hold(dir string) error {
	_, err := runs.OpenForResume(dir)
	if err != nil {
		return err
	}
	fmt.Println("holding")
	select {}
}

// config is a small configuration of preset "tiny".
func config() tasks.Config {
	return tasks.Config{
		Preset: "tiny", Task: "ptb", Seed: 7, Data: "data",
		Model: tasks.Model{Cell: "lstm", Options: map[string]any{"forget_bias": 0.0}, Embedding: 4, Hidden: []int{5, 6}, InitScale: 0.1},
		Train: tasks.Train{Batch: 2, Steps: 3, Epochs: 1, Optimizer: tasks.Optimizer{Kind: "sgd", Rate: 1},
			Schedule: tasks.Schedule{Kind: "hold", Hold: 0, Factor: 0.5}},
		ISS: tasks.ISS{TauOn: "all", Count: "multiset", Biases: "follow"},
	}
}

func info() runs.Info {
	return runs.Info{Config: config(), Data: runs.Data{Name: "some text", Path: "data", SHA256: "ab", Sizes: tasks.Sizes{"types": 9}}}
}

var vocab = map[string][]byte{"vocab.txt": []byte("a\nb\n")}

// create makes a run and closes it when the test ends.
func create(t *testing.T, dir string) *runs.Run {
	t.Helper()
	r, err := runs.Create(dir, info(), vocab)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	return r
}

// snapshot returns one whose every part says n.
func snapshot(n int) checkpoint.Snapshot {
	w := tensor.New[float32](30, 40)
	for i := range w.Data {
		w.Data[i] = float32(n)
	}
	return checkpoint.Snapshot{
		Tensors: map[string]tensor.Dense[float32]{"Model/w": w},
		Slots:   map[string]map[string]tensor.Dense[float32]{"carried": {"cell_0/h": tensor.Of([]float32{float32(n)}, 1)}},
		State:   json.RawMessage(fmt.Sprintf(`{"step": %d}`, n)),
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return string(text)
}

// tree lists everything below a directory.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		rel, relErr := filepath.Rel(dir, path)
		require.NoError(t, relErr)
		all = append(all, filepath.ToSlash(rel))
		return err
	}))
	return all
}
