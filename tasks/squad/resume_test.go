package squad_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks/runs"
	"github.com/seed391906a2/iss/tasks/train"
)

// stopper interrupts a training after so many batches, and sees the units that
// a person is told of.
type stopper struct {
	after int
	stop  func()
	seen  int
	units map[string][2]int
}

func (s *stopper) Begin(int, int, int, int) {}
func (s *stopper) Progress(train.Progress) {
	if s.seen++; s.seen == s.after {
		s.stop()
	}
}
func (s *stopper) Epoch(e train.EpochMetric) { s.units = e.Units }
func (s *stopper) Note(string)               {}

// Questions of many lengths, an answer drawn at each step, Adam, averages, τ on
// some variables, units that die and are removed: a run that is interrupted and
// resumed from its folder ends with the very weights of one that was not.
func TestResumeIsExact(t *testing.T) {
	cfg := preset(t, "bidaf-iss", "data="+filepath.ToSlash(folder(t).Data), "model.embedding=3", "model.hidden=[3,4,4,4]", "model.backward=[3,4,3,4]",
		`options={"words_above": 1, "chars_above": 1, "char_dim": 2, "char_filters": 3}`, "train.batch=7", "train.epochs=2", "train.average=0.9",
		"train.optimizer.rate=0.02", "iss.regularizers.0.lambda=0.5", "iss.tau=0.01", "iss.shrink.after=10")
	p := open(t, cfg)
	d, err := groups.Derive(p.Graph())
	require.NoError(t, err)
	classes, err := d.Select(cfg.ISS.Classes)
	require.NoError(t, err)
	journal, err := runs.Create(filepath.Join(t.TempDir(), "run"), runs.Info{Config: cfg, Data: runs.DataOf(p.Data())}, p.Data().Files)
	require.NoError(t, err)
	defer journal.Close()
	o := train.Options{Problem: p, Config: cfg, Groups: d.Groups(classes), Threads: 1}
	told := &stopper{}
	o.Report = told
	want, err := train.Train(context.Background(), o)
	require.NoError(t, err)
	gone := 0
	for _, u := range told.units {
		gone += u[1] - u[0]
	}
	require.Positive(t, gone, "units die")
	cut, err := groups.Derive(want.Graph)
	require.NoError(t, err)
	require.NotEmpty(t, cut.Kept(), "and are removed")

	o.Journal = journal
	for _, after := range []int{13, 15} { // in the first epoch and, resumed, in the second
		ctx, cancel := context.WithCancel(context.Background())
		o.Report = &stopper{after: after, stop: cancel}
		_, err = train.Train(ctx, o)
		require.ErrorIs(t, err, train.ErrStopped)
		o.Resume = true
	}
	o.Report = nil
	got, err := train.Train(context.Background(), o)
	require.NoError(t, err)
	assert.Equal(t, want.Tensors, got.Tensors)
	assert.Equal(t, want.Units, got.Units)
	assert.Equal(t, want.Valid, got.Valid)
}
