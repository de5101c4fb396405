package runs_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/tasks/runs"
)

func TestLockOfLivingProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	r := create(t, dir)
	_, err := runs.OpenForResume(dir)
	require.EqualError(t, err, fmt.Sprintf("runs: %s is in use by process %d; wait for it or stop it", dir, os.Getpid()))
	require.NoError(t, r.Close())

	c, _ := child(t, "hold", dir)
	_, err = runs.OpenForResume(dir)
	require.EqualError(t, err, fmt.Sprintf("runs: %s is in use by process %d; wait for it or stop it", dir, c.Process.Pid))
	assert.ErrorAs(t, err, new(*runs.HeldError))
	read, err := runs.Open(dir)
	require.NoError(t, err, "reading is always possible")
	assert.Equal(t, "running", runs.Status(dir, read.Info()))

	kill(t, c)
	assert.Equal(t, "stopped", runs.Status(dir, read.Info()))
	next, err := runs.OpenForResume(dir)
	require.NoError(t, err)
	require.Len(t, next.Notes(), 1)
	assert.Contains(t, next.Notes()[0], fmt.Sprintf("process %d, which had %s since ", c.Process.Pid, dir))
	assert.Contains(t, next.Notes()[0], "ended without a word; its lock is taken over")
	require.NoError(t, next.Close())

	next, err = runs.OpenForResume(dir)
	require.NoError(t, err)
	assert.Empty(t, next.Notes(), "it was closed in order")
	require.NoError(t, next.Close())
	assert.NoFileExists(t, filepath.Join(dir, "lock"))
}

// A lock that names a process on another machine cannot be judged here.
func TestLockOfAnotherHost(t *testing.T) {
	r := create(t, filepath.Join(t.TempDir(), "r"))
	require.NoError(t, r.Close())
	path := filepath.Join(r.Dir(), "lock")
	text, err := json.Marshal(map[string]any{"pid": 12, "host": "far.example", "since": time.Now()})
	require.NoError(t, err)
	write(t, path, string(text))
	_, err = runs.OpenForResume(r.Dir())
	require.EqualError(t, err, fmt.Sprintf("runs: %s is in use by process 12 of far.example, which cannot be asked from here; if it is gone, delete %s", r.Dir(), path))
	assert.Equal(t, string(text), read(t, path))

	require.NoError(t, os.Remove(path))
	r, err = runs.OpenForResume(r.Dir())
	require.NoError(t, err)
	require.NoError(t, r.Close())
}

// A lock file in which nothing can be read is of no one.
func TestLockUnreadable(t *testing.T) {
	r := create(t, filepath.Join(t.TempDir(), "r"))
	require.NoError(t, r.Close())
	for _, text := range []string{"", "\x00\x00", "{"} {
		write(t, filepath.Join(r.Dir(), "lock"), text)
		r, err := runs.OpenForResume(r.Dir())
		require.NoError(t, err)
		assert.Empty(t, r.Notes())
		require.NoError(t, r.Close())
	}
}

// Of many that try at one time one has the lock, never two.
func TestLockRace(t *testing.T) {
	defer runs.SetLockPatience(0)()
	dir := t.TempDir()
	const n = 8
	inside := make(chan struct{}, 1)
	results := make(chan error, n)
	for range n {
		go func() { results <- contend(dir, inside) }()
	}
	for range n {
		require.NoError(t, <-results)
	}
	assert.NoFileExists(t, filepath.Join(dir, "lock"))
}

// contend takes the lock and leaves it, until it has had it three times.
func contend(dir string, inside chan struct{}) error {
	for had, begin := 0, time.Now(); had < 3; {
		if time.Since(begin) > time.Minute {
			return fmt.Errorf("had the lock %d times in a minute", had)
		}
		release, err := runs.Acquire(dir)
		if errors.As(err, new(*runs.HeldError)) {
			runtime.Gosched()
			continue
		}
		if err != nil {
			return err
		}
		select {
		case inside <- struct{}{}:
		default:
			return errors.New("two have the lock at one time")
		}
		had++
		runtime.Gosched()
		<-inside
		if err := release(); err != nil {
			return err
		}
	}
	return nil
}
