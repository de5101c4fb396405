package cmd_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/seed391906a2/iss/cmd"
	"github.com/seed391906a2/iss/internal/peer"
	"github.com/seed391906a2/iss/schemas"
)

// TestMain makes the command iss available to scripts: this very test binary.
func TestMain(m *testing.M) {
	testscript.Main(cleaned{m}, map[string]func(){
		"iss":      func() { os.Exit(cmd.Main()) },
		"iss-hush": func() { os.Exit(cmd.Main(hushed())) },
		"iss-peak": peaking,
	})
}

// cleaned removes the fixture when all tests are done.
type cleaned struct{ m *testing.M }

func (c cleaned) Run() int {
	code := c.m.Run()
	if made {
		if dir, err := fixtureDir(); err == nil {
			os.RemoveAll(dir)
		}
	}
	return code
}

// Every story in testdata/script is told by running the program itself.
// Stories run side by side; each has an empty folder for itself.
func TestStories(t *testing.T) {
	data, err := filepath.Abs(filepath.Join("..", "..", "shared", "data"))
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("ISS_DATA"); dir != "" {
		data = dir
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("ISS_DATA", data)
			e.Setenv("GOMAXPROCS", "1") // stories run side by side already
			peers(e)
			weights, err := filepath.Abs(filepath.Join("..", "core", "mapping", "testdata"))
			if err != nil {
				return err
			}
			e.Setenv("WEIGHTS", weights) // of PyTorch
			return goEnv(e)
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "slow": // what takes long is told too
				return os.Getenv("ISS_SLOW") != "", nil
			case "documents": // cells can be documents
				return slices.Contains(schemas.Names(), "cell"), nil
			case "ort", "torch", "numpy": // a runtime for exported models is there
				_, err := map[string]func() (string, error){"ort": peer.ORT, "torch": peer.Torch, "numpy": peer.NumPy}[cond]()
				return err == nil, nil
			case "ptb": // the Penn TreeBank is there
				_, err := os.Stat(filepath.Join(data, "ptb", "ptb.train.txt"))
				return err == nil, nil
			case "squad": // SQuAD is there
				_, err := os.Stat(filepath.Join(data, "squad", "dev-v1.1.json"))
				return err == nil, nil
			}
			return false, fmt.Errorf("no condition %q", cond)
		},
		Cmds: commands,
	})
}

// goEnv lets stories use the Go tool, with the caches of this test and its ways
// to modules: the example's module needs one that iss itself does without.
func goEnv(e *testscript.Env) error {
	names := []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOPRIVATE", "GONOPROXY", "GOSUMDB", "GONOSUMDB"}
	out, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		return nil // there is no Go; stories that need it say so
	}
	for i, value := range strings.Split(strings.TrimSuffix(string(out), "\n"), "\n") {
		e.Setenv(names[i], strings.TrimSuffix(value, "\r"))
	}
	root, err := filepath.Abs("..")
	e.Setenv("ISS_ROOT", root)
	e.Setenv("GOFLAGS", "")
	e.Setenv("GOTOOLCHAIN", "local")
	return err
}
