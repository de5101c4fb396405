package train_test

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// counted is a problem that counts the evaluations of each part. With same, its
// test is its valid.
type counted struct {
	tasks.Problem
	same bool
	of   map[string]int
}

func (c counted) Terms() tasks.Terms {
	t := c.Problem.Terms()
	t.TestIsValid = c.same
	return t
}

func (c counted) real(part string) string {
	if c.same && part == "test" {
		return "valid"
	}
	return part
}

func (c counted) Part(part string) (tasks.Batches, error) {
	if c.same && part == "test" {
		return nil, errors.New("test is valid: there is nothing to plan")
	}
	return c.Problem.Part(part)
}

func (c counted) Judge(part string) tasks.Judge {
	c.of[part]++
	return c.Problem.Judge(c.real(part))
}

// Where test is valid, one measurement after the last epoch is both scores, and
// no engine is made for "test"; elsewhere each part is measured. Either way the
// scores are those of the weights that the run ends with, also of a run that is
// opened again when it is finished.
func TestScoresOfParts(t *testing.T) {
	for _, c := range []struct {
		name  string
		same  bool
		keep  bool
		want  map[string]int
		again map[string]int // evaluations of resuming a finished run
	}{
		{"test is other data", false, false, map[string]int{"valid": 2, "test": 1}, map[string]int{"test": 1}},
		{"test is valid", true, false, map[string]int{"valid": 2}, map[string]int{}},
		{"test is valid, and the best epoch is kept", true, true, map[string]int{"valid": 2}, map[string]int{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg, p, chosen := tiny(t)
			cfg.Train.KeepBest, cfg.Train.Average = c.keep, 0.9
			if c.keep { // the second epoch ruins what the first has learned
				cfg.Train.Schedule.Factor, cfg.Train.Average = 60, 0
			}
			q := counted{p, c.same, map[string]int{}}
			journal := &memory{}
			o := train.Options{Problem: q, Config: cfg, Groups: chosen, Journal: journal, Threads: 2}
			got, err := train.Train(context.Background(), o)
			require.NoError(t, err)
			assert.Equal(t, c.want, q.of)
			for part, score := range map[string]tasks.Score{"valid": got.Valid, "test": got.Test} {
				want, err := train.Evaluate(context.Background(), p, got.Graph, got.Tensors, q.real(part), 2)
				require.NoError(t, err)
				assert.Equal(t, want, score, part)
			}

			for _, line := range journal.lines {
				var m struct {
					Kind       string
					Evaluation float64 `json:"eval_seconds"`
					Peak       int64   `json:"peak_bytes"`
				}
				require.NoError(t, json.Unmarshal(line, &m))
				assert.Equal(t, m.Kind == "epoch", m.Evaluation > 0, "%s", line)
				assert.Equal(t, m.Kind == "eval" && runtime.GOOS == "linux", m.Peak > 0, "%s", line)
			}

			clear(q.of)
			o.Resume = true
			again, err := train.Train(context.Background(), o)
			require.NoError(t, err)
			assert.Equal(t, c.again, q.of)
			assert.Equal(t, got.Valid, again.Valid)
			assert.Equal(t, got.Test, again.Test)
			assert.Zero(t, again.Peak, "nothing was trained")
		})
	}
}
