package celltest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/checkpoint"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

// A process that is started with these variables opens a saved model of the
// cell and says in a file beside it what came of it.
const (
	envFolder = "ISS_CELLTEST_FOLDER"
	envCell   = "ISS_CELLTEST_CELL"
	outcome   = "outcome.txt"
	sound     = "equal"
)

// saved is what a model on disk is, beside its tensors: how it was made and
// the units that are left.
type saved struct {
	Options json.RawMessage    `json:"options,omitempty"`
	Keep    map[string]float64 `json:"keep,omitempty"`
	Hidden  []int              `json:"hidden"`
	Square  bool               `json:"square"`
	Kept    map[string][]int   `json:"kept,omitempty"`
}

// askProcess: a model, whole and compacted, that is saved and opened by a
// process that knows the cell and nothing else gives the same results.
func (x *exam) askProcess() {
	variants := x.variants()
	v := variants[len(variants)-1] // the farthest from the defaults
	g, err := x.stack(v)
	if err != nil {
		x.faultf(v, "%v", err)
		return
	}
	d, err := groups.Derive(g)
	if err != nil {
		x.faultf(v, "%v", err)
		return
	}
	ts := weights(g, 5)
	keep := map[string][]int{}
	r := rand.New(rand.NewPCG(19, 0))
	for _, c := range free(d) {
		keep[c.Name] = without(c, someUnits(c, r)...)
	}
	small, err := groups.Compact(g, ts, nil, keep)
	if err != nil {
		x.faultf(v, "%v", err)
		return
	}
	dir := x.temp()
	s := saved{Options: v.options, Keep: v.keep, Hidden: x.hidden, Square: x.square}
	if err := save(filepath.Join(dir, "whole"), s, g, ts); err != nil {
		x.faultf(v, "%v", err)
		return
	}
	s.Kept = small.Kept
	if err := save(filepath.Join(dir, "compact"), s, small.Graph, small.Tensors); err != nil {
		x.faultf(v, "%v", err)
		return
	}
	if err := x.reopen(dir); err != nil {
		x.faultf(v, "a model that was saved and opened again: %v", err)
	}
}

// save writes a model and its results.
func save(dir string, s saved, g *graph.Graph, ts dense) error {
	state, err := json.Marshal(s)
	if err != nil {
		return err
	}
	out, err := play(g, ts, graph.Mode{})
	if err != nil {
		return err
	}
	results := dense{}
	for name, y := range out {
		results[name] = tensor.Of(y, len(y))
	}
	return checkpoint.Save(dir, checkpoint.Snapshot{Tensors: ts, Slots: map[string]map[string]tensor.Dense[float32]{"results": results}, State: state})
}

// open opens the models in a folder and compares their results with those that
// were saved with them.
func open(p core.CellPlugin, dir string) error {
	for _, name := range []string{"whole", "compact"} {
		snapshot, err := checkpoint.Load(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		var s saved
		if err := json.Unmarshal(snapshot.State, &s); err != nil {
			return err
		}
		x := newExam(p, []Option{Hidden(s.Hidden...)})
		x.square = s.Square
		g, err := x.stack(variant{options: s.Options, keep: s.Keep})
		if err == nil {
			g, err = groups.Restore(g, s.Kept)
		}
		if err != nil {
			return fmt.Errorf("the %s model: %w", name, err)
		}
		for _, q := range g.Params {
			if t, ok := snapshot.Tensors[q.Name]; !ok || t.Size() != q.Size() {
				return fmt.Errorf("the %s model: it has a parameter %s %v that was not saved: the cell is another one in another process", name, q.Name, q.Shape)
			}
		}
		out, err := play(g, snapshot.Tensors, graph.Mode{})
		if err != nil {
			return fmt.Errorf("the %s model: %w", name, err)
		}
		for result, want := range snapshot.Slots["results"] {
			for i, w := range want.Data {
				if got := out[result]; i >= len(got) || got[i] != w {
					return fmt.Errorf("the %s model: result %s differs at element %d: the cell depends on something that is not saved", name, result, i)
				}
			}
		}
	}
	return nil
}

// openInNewProcess runs this test binary once more, with one test.
func openInNewProcess(test, cell, dir string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, self, "-test.run="+pattern(test), "-test.count=1")
	c.Env = append(os.Environ(), envFolder+"="+dir, envCell+"="+cell)
	printed, failed := c.CombinedOutput()
	said, err := os.ReadFile(filepath.Join(dir, outcome))
	switch {
	case err != nil:
		return fmt.Errorf("a new process that ran %s did not come to celltest.Run (%v); it printed\n%s", test, failed, printed)
	case string(said) != sound:
		return errors.New(string(said))
	}
	return nil
}

// pattern selects one test.
func pattern(test string) string {
	var parts []string
	for _, name := range strings.Split(test, "/") {
		parts = append(parts, "^"+regexp.QuoteMeta(name)+"$")
	}
	return strings.Join(parts, "/")
}

// openAsChild opens a saved model if this process was started for that.
func openAsChild(t *testing.T, p core.CellPlugin) bool {
	dir := os.Getenv(envFolder)
	if dir == "" {
		return false
	}
	if os.Getenv(envCell) != p.Name {
		return true // another cell's turn
	}
	said := sound
	if err := open(p, dir); err != nil {
		said = err.Error()
	}
	if err := os.WriteFile(filepath.Join(dir, outcome), []byte(said), 0o666); err != nil {
		t.Error(err)
	}
	return true
}
