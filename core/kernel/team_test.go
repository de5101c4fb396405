package kernel

import (
	"errors"
	"math"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTeamRunsEveryWorkerOnce(t *testing.T) {
	for _, n := range []int{1, 2, 3, 5} {
		team := NewTeam(n)
		assert.Equal(t, n, team.N())
		calls := make([]int, n)
		for range 1000 {
			team.Run(func(w int) { calls[w]++ })
		}
		for w, got := range calls {
			assert.Equal(t, 1000, got, "worker %d of %d", w, n)
		}
		team.Close()
		team.Close()
	}
}

func TestTeamShare(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7} {
		team := NewTeam(n)
		for things := range 20 {
			next := 0
			for w := range n {
				lo, hi := team.Share(w, things)
				assert.Equal(t, next, lo)
				assert.LessOrEqual(t, hi-lo, (things+n-1)/n)
				next = hi
			}
			assert.Equal(t, things, next)
		}
		team.Close()
	}
}

// Between two barriers every worker must see what all others wrote before: each
// step adds up the whole vector of the step before. A collector running all
// the while must neither stop the team nor wait for it.
func TestBarrierOrdersMemory(t *testing.T) {
	const n, steps = 3, 3000
	team := NewTeam(n)
	defer team.Close()
	stop := make(chan struct{})
	collected := make(chan int)
	go func() {
		count := 0
		for {
			select {
			case <-stop:
				collected <- count
				return
			case <-time.After(2 * time.Millisecond):
				runtime.GC()
				count++
			}
		}
	}()
	var values [2][n]int
	values[0] = [n]int{0, 1, 2}
	for range 3 {
		team.Run(func(w int) {
			for s := range steps {
				from, to := &values[s%2], &values[(s+1)%2]
				sum := 0
				for _, v := range from {
					sum += v
				}
				to[w] = sum%1000 + w
				team.Barrier()
			}
		})
	}
	close(stop)
	count := <-collected
	want := [n]int{0, 1, 2}
	for range 3 * steps {
		s := (want[0] + want[1] + want[2]) % 1000
		want = [n]int{s, s + 1, s + 2}
	}
	assert.Equal(t, want, values[0])
	t.Logf("%d collections meanwhile", count)
}

func TestTeamParksAndWakes(t *testing.T) {
	team := NewTeam(2)
	defer team.Close()
	var sum atomic.Int32
	for i := range 20 {
		team.Run(func(w int) { sum.Add(int32(w + 1)) })
		time.Sleep(time.Duration(i%4) * 150 * time.Microsecond) // around the spin time
	}
	require.Eventually(t, func() bool { return team.helpers[0].parked.Load() }, 5*time.Second, time.Millisecond)
	team.Run(func(w int) { sum.Add(int32(w + 1)) })
	assert.Equal(t, int32(21*3), sum.Load())
}

// Waiting long enough to nap allocates nothing, not even the first time. The
// runtime may need a thread or a place in a queue meanwhile: the best of some.
func TestNapsDoNotAllocate(t *testing.T) {
	least := uint64(math.MaxUint64)
	for range 10 {
		least = min(least, napAllocations())
	}
	assert.Zero(t, least)
}

func napAllocations() uint64 {
	team := NewTeam(2)
	defer team.Close()
	late := 0
	dawdle := func(w int) {
		if w == late {
			for start := time.Now(); time.Since(start) < 2*time.Millisecond; {
			}
		}
		team.Barrier()
	}
	team.Run(func(int) {}) // the workers are there
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for late = range 2 {
		team.Run(dawdle)
	}
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs
}

func TestTeamPanics(t *testing.T) {
	boom := errors.New("boom")
	for _, n := range []int{1, 2, 4} {
		team := NewTeam(n)
		for guilty := range n {
			var reached atomic.Int32
			err := caught(func() {
				team.Run(func(w int) {
					team.Barrier()
					if w == guilty {
						panic(boom)
					}
					team.Barrier() // cannot fill
					if n > 1 {
						reached.Add(1)
					}
				})
			})
			require.ErrorIs(t, err, boom, "worker %d of %d", guilty, n)
			var from *WorkerPanic
			if errors.As(err, &from) {
				assert.Equal(t, guilty, from.Worker)
				assert.Contains(t, from.Error(), "team_test.go")
			} else {
				assert.Zero(t, guilty, "worker 0's panic comes as it is")
			}
			assert.Zero(t, reached.Load())
			done := make([]int, n)
			team.Run(func(w int) {
				team.Barrier()
				done[w] = 1
				team.Barrier()
			})
			assert.NotContains(t, done, 0, "the team works on")
		}
		team.Close()
	}
}

func TestTeamMisuse(t *testing.T) {
	team := NewTeam(2)
	const text = "kernel: Run inside or beside another Run of the same team, or after Close"
	assert.PanicsWithError(t, text, func() {
		team.Run(func(w int) {
			if w == 0 {
				team.Run(func(int) {})
			}
		})
	})
	team.Close()
	assert.PanicsWithError(t, text, func() { team.Run(func(int) {}) })
	assert.PanicsWithError(t, "kernel: a team of 0 workers: at least 1 is needed", func() { NewTeam(0) })
}

func TestTeamClosesItsWorkers(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		NewTeam(4).Close()
	}
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before)
}

// caught returns the error that f panics with.
func caught(f func()) (err error) {
	defer func() { err, _ = recover().(error) }()
	f()
	return nil
}
