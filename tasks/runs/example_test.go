package runs_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/seed391906a2/iss/tasks/runs"
)

func Example() {
	root, err := os.MkdirTemp("", "runs")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(root)
	dir := filepath.Join(root, "tiny-1")

	run, err := runs.Create(dir, runs.Info{Config: config()}, map[string][]byte{"vocab.txt": []byte("a\n")})
	fmt.Println(err, run.Append(map[string]any{"kind": "epoch", "epoch": 0}), run.Save(snapshot(1)))
	fmt.Println(run.Finish(map[string]any{"valid": 80.5}), run.Close())

	run, err = runs.Open(dir)
	fmt.Println(err, run.Info().Config.Model.Hidden, run.Info().Result)
	metrics, err := runs.ReadMetrics(dir)
	fmt.Printf("%v %s\n", err, metrics)
	// Output:
	// <nil> <nil> <nil>
	// <nil> <nil>
	// <nil> [5 6] map[valid:80.5]
	// <nil> [{"epoch":0,"kind":"epoch"}]
}
