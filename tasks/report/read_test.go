package report_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/checkpoint"
	"github.com/seed391906a2/iss/tasks/report"
	"github.com/seed391906a2/iss/tasks/runs"
)

// The dense twin is found beside a run and beside the run that a compact one was
// made from. One that is damaged or of another model is told.
func TestTwin(t *testing.T) {
	sparse, dense := run(t, "sparse", 0.01), run(t, "dense", 0)
	small := compacted(t, sparse)
	home := filepath.Join(t.TempDir(), "run")
	write := func(name, parent string, r *report.Run, w report.Weights) {
		info := runs.Info{Config: r.Info.Config, Parent: parent}
		require.NoError(t, runs.Write(filepath.Join(home, name), info, nil, checkpoint.Snapshot{Tensors: w, State: []byte("{}")}))
	}
	write("", "", sparse, sparse.Weights)
	write("compact", home, small, small.Weights)
	read := func(r *report.Run, name string) *report.Run {
		r.Weights = nil
		info, err := runs.ReadInfo(filepath.Join(home, name))
		require.NoError(t, err)
		r.Info.Parent = info.Parent
		r.Read(filepath.Join(home, name))
		return r
	}

	r := read(run(t, "sparse", 0.01), "")
	assert.Nil(t, r.Before)
	assert.Empty(t, r.Missing)

	write("dense", "", dense, dense.Weights)
	for _, r := range []*report.Run{read(run(t, "sparse", 0.01), ""), read(compacted(t, run(t, "sparse", 0.01)), "compact")} {
		require.NotNil(t, r.Before, r.Name)
		assert.Equal(t, "the dense twin", r.Before.What)
		assert.Equal(t, dense.Weights, r.Before.Weights)
		says(t, string(report.Page([]*report.Run{r})), "in the dense twin 0 of 12 are zero")
	}

	require.NoError(t, os.RemoveAll(filepath.Join(home, "dense")))
	write("dense", "", dense, small.Weights)
	r = read(run(t, "sparse", 0.01), "")
	assert.Nil(t, r.Before)
	require.Len(t, r.Missing, 1)
	assert.Contains(t, r.Missing[0], "report: the dense twin: ")
	assert.NotNil(t, r.Weights, "the run's own are there")
}

// Between two writes of a run that shrinks, its run.json and its checkpoint
// tell of different units. The checkpoint counts; one of another model does not.
func TestShrinking(t *testing.T) {
	whole := run(t, "whole", 0.01)
	small := compacted(t, whole)
	read := func(w report.Weights, state string) *report.Run {
		dir := filepath.Join(t.TempDir(), "run")
		require.NoError(t, runs.Write(dir, runs.Info{Config: whole.Info.Config}, nil, checkpoint.Snapshot{Tensors: w, State: []byte(state)}))
		r := run(t, dir, 0.01)
		r.Weights = nil
		r.Read(dir)
		return r
	}
	kept, err := json.Marshal(map[string]any{"epoch": 1, "kept": small.Model.Kept()})
	require.NoError(t, err)

	r := read(small.Weights, string(kept))
	assert.Empty(t, r.Missing)
	assert.Equal(t, small.Model.Kept(), r.Model.Kept())
	assert.Equal(t, 8, r.Groups[0].Units)
	says(t, string(report.Page([]*report.Run{r})), `<tr><th scope="row">cell_0</th><td>12</td><td>8</td><td>0</td><td>4</td>`)

	r = read(whole.Weights, "{}")
	assert.Empty(t, r.Missing)
	assert.Empty(t, r.Model.Kept())

	r = read(small.Weights, "{}")
	require.Len(t, r.Missing, 1)
	assert.Contains(t, r.Missing[0], "the checkpoint is not of this model")
	assert.Nil(t, r.Weights)
}

// What lies in a run's folder is read, and what is damaged is told, together
// with what stands before it.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
	}
	step := `{"kind":"step","step":0,"epoch":0,"cost":5,"penalty":1,"grad_norm":2,"rate":0.5}` + "\n"
	epoch := `{"kind":"epoch","epoch":0,"step":10,"rate":0.5,"train":{"loss":1,"perplexity":9},"valid":{"loss":1,"perplexity":8}}` + "\n"
	read := func() *report.Run {
		r := &report.Run{Name: "r", Terms: terms}
		r.Read(dir)
		return r
	}

	write("metrics.jsonl", step+epoch+`{"kind":"event","event":"seal"}`+"\n"+`{"kind":"st`)
	r := read()
	assert.Equal(t, "stopped", r.Status)
	assert.Empty(t, r.Missing, "a last line that is cut short is no damage")
	assert.Len(t, r.History.Steps, 1)
	assert.Len(t, r.History.Epochs, 1)

	write("metrics.jsonl", step+"rubbish\n"+epoch)
	r = read()
	require.Len(t, r.Missing, 1)
	assert.Contains(t, r.Missing[0], "metrics.jsonl:2: not a JSON object")
	assert.Len(t, r.History.Steps, 1)
	assert.Empty(t, r.History.Epochs)
	says(t, string(report.Page([]*report.Run{r})), "Not shown: runs: ")

	write("metrics.jsonl", step+`{"kind":"step","step":"one"}`+"\n")
	r = read()
	require.Len(t, r.Missing, 1)
	assert.Contains(t, r.Missing[0], "line 2 of the metrics")

	write("metrics.jsonl", step)
	write("certificate.json", "{")
	r = read()
	require.Len(t, r.Missing, 1)
	assert.Contains(t, r.Missing[0], "certificate.json")
}
