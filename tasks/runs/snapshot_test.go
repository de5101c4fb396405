package runs_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/tasks/runs"
)

func TestLoadFaults(t *testing.T) {
	r := create(t, filepath.Join(t.TempDir(), "r"))
	_, err := r.Load()
	require.ErrorIs(t, err, runs.ErrNoCheckpoint)
	require.EqualError(t, err, "runs: no checkpoint has been saved yet in "+r.Dir())
	_, err = runs.LoadTensors(r.Dir())
	require.ErrorIs(t, err, runs.ErrNoCheckpoint)
	assert.ErrorContains(t, err, "; go on with it: iss train --resume "+r.Dir())

	require.NoError(t, r.Save(snapshot(1)))
	path := filepath.Join(r.Dir(), "checkpoint", "params-000001.safetensors")
	whole := read(t, path)
	for name, damaged := range map[string]string{"truncated": whole[:len(whole)-4], "altered": whole[:len(whole)-1] + "\x01"} {
		t.Run(name, func(t *testing.T) {
			write(t, path, damaged)
			_, err := r.Load()
			require.ErrorContains(t, err, "runs: the checkpoint of "+r.Dir()+" is damaged: checkpoint: "+path)
			assert.ErrorContains(t, err, "restore the file from a copy, or train again into another directory")
			_, err = runs.LoadInit(r.Dir())
			require.ErrorContains(t, err, path)
		})
	}
	write(t, path, whole)
	_, err = r.Load()
	require.NoError(t, err)
}

func TestSaveFails(t *testing.T) {
	r := create(t, filepath.Join(t.TempDir(), "r"))
	require.NoError(t, r.Save(snapshot(1)))
	bad := snapshot(2)
	bad.Tensors["Model/w"] = tensor.Dense[float32]{Shape: []int{2}, Data: make([]float32, 1)}
	require.ErrorContains(t, r.Save(bad), "cannot be written; the one before it is untouched: checkpoint: ")
	got, err := r.Load()
	require.NoError(t, err)
	assert.Equal(t, snapshot(1), got)
}

// progress is what pretendTraining keeps in a checkpoint's state.
type progress struct {
	Step    int   `json:"step"`
	Metrics int64 `json:"metrics"`
}

// pretendTraining appends a metric a step and saves at some, as fast as it can,
// from where the run's last checkpoint is.
func pretendTraining(dir string) error {
	r, err := runs.OpenForResume(dir)
	if err != nil {
		return err
	}
	var p progress
	if s, err := r.Load(); err == nil {
		if err := json.Unmarshal(s.State, &p); err != nil {
			return err
		}
	}
	if err := r.Rewind(p.Metrics); err != nil {
		return err
	}
	fmt.Println("training")
	for {
		p.Step++
		if err := r.Append(metric{N: p.Step}); err != nil {
			return err
		}
		if p.Step%3 != 0 {
			continue
		}
		s := snapshot(p.Step)
		p.Metrics = r.Position()
		if s.State, err = json.Marshal(p); err != nil {
			return err
		}
		if err := r.Save(s); err != nil {
			return err
		}
	}
}

// A process that is killed in the middle of saving leaves a run that the next
// one goes on with, with no metric lost before the checkpoint and none twice.
func TestKill(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	require.NoError(t, create(t, dir).Close())
	random := rand.New(rand.NewPCG(1, 2))
	before := 0
	for range 12 {
		c, line := child(t, "train", dir)
		require.Equal(t, "training\n", line)
		time.Sleep(time.Duration(20+random.IntN(60)) * time.Millisecond)
		kill(t, c)

		r, err := runs.OpenForResume(dir)
		require.NoError(t, err)
		require.Len(t, r.Notes(), 1)
		var p progress
		s, err := r.Load()
		if p.Step == 0 && before == 0 && err != nil {
			require.ErrorIs(t, err, runs.ErrNoCheckpoint)
		} else {
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(s.State, &p))
			assert.Equal(t, snapshot(p.Step).Tensors, s.Tensors)
			assert.Equal(t, snapshot(p.Step).Slots, s.Slots)
		}
		assert.GreaterOrEqual(t, p.Step, before)
		require.NoError(t, r.Rewind(p.Metrics))
		require.NoError(t, r.Close())
		want := make([]int, p.Step)
		for i := range want {
			want[i] = i + 1
		}
		require.Equal(t, want, lines(t, dir))
		before = p.Step
	}
	assert.Positive(t, before, "at least one checkpoint was saved")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	assert.Equal(t, []string{"checkpoint", "metrics.jsonl", "run.json", "vocab.txt"}, names)
}
