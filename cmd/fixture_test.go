package cmd_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/seed391906a2/iss/cmd"
	"github.com/seed391906a2/iss/cmd/internal/term"
)

// tiny is a model on the embedded grammar that learns something in a second.
const tiny = `{
  "task": "grammar",
  "model": {"cell": "lstm", "embedding": 16, "hidden": [24, 24], "init_scale": 0.1},
  "train": {"batch": 20, "steps": 20, "epochs": 2, "clip": 5}
}
`

// strong is what makes units of a trained tiny model die in three epochs.
var strong = []string{
	"--set", `train.schedule={"kind":"every","every":1,"factor":0.1}`, "--epochs", "3",
	"--set", "iss.tau=1e-3", "--set", `iss.regularizers=[{"kind":"group_lasso","on":"iss","lambda":0.1}]`,
}

// fixtureDir holds tiny.json, runs/dense (trained) and runs/sparse (trained on
// from it with units that died), made once for all stories.
var fixtureDir = sync.OnceValues(func() (string, error) {
	made = true
	dir, err := os.MkdirTemp("", "iss-fixture")
	if err != nil {
		return "", err
	}
	config := filepath.Join(dir, "tiny.json")
	if err := os.WriteFile(config, []byte(tiny), 0o666); err != nil {
		return "", err
	}
	dense, sparse := filepath.Join(dir, "runs", "dense"), filepath.Join(dir, "runs", "sparse")
	for _, args := range [][]string{
		{"train", config, "--out", dense},
		append([]string{"train", config, "--init", dense, "--out", sparse, "--no-compact"}, strong...),
	} {
		args = append(args, "--threads", "1")
		var out, log strings.Builder
		if code := cmd.Run(context.Background(), args, term.Streams{In: strings.NewReader(""), Out: &out, Err: &log}); code != 0 {
			return "", fmt.Errorf("iss %s: status %d\n%s", strings.Join(args, " "), code, log.String())
		}
	}
	return dir, nil
})

// made says that fixtureDir has been asked for.
var made bool

// fixture copies the fixture into the story's folder.
func fixture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: fixture")
	}
	dir, err := fixtureDir()
	ts.Check(err)
	ts.Check(os.CopyFS(ts.MkAbs("."), os.DirFS(dir)))
}

// damage flips a bit in the middle of a file; with a number, it cuts the file
// down to that many bytes instead.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: damage FILE [BYTES]")
	}
	path := ts.MkAbs(args[0])
	if len(args) == 2 {
		n := 0
		_, err := fmt.Sscan(args[1], &n)
		ts.Check(err)
		ts.Check(os.Truncate(path, int64(n)))
		return
	}
	text, err := os.ReadFile(path)
	ts.Check(err)
	text[len(text)/2] ^= 1
	ts.Check(os.WriteFile(path, text, 0o666))
}
