package kernel

import (
	"runtime"
	"time"
)

// Barrier waits until every worker of the team has called it. It may only be
// called inside Run, by all workers alike.
func (t *Team) Barrier() {
	if t.n == 1 {
		return
	}
	// One counter does it: a barrier is full when the arrivals reach the next
	// multiple of n, and the arrival that fills it is what the others wait for.
	n := uint64(t.n)
	full := (t.arrived.Add(1) + n - 1) / n * n
	for s := (spinner{}); t.arrived.Load() < full; s.pause() {
		if t.failed.Load() {
			panic(aborted{})
		}
	}
}

// spinner waits politely: processor pauses at first, with a safe point for the
// garbage collector every few microseconds; after spinTime, when the one waited
// for has probably lost its core, it sleeps in between, so that this core is
// free for others and the scheduler owes us time when we wake.
//
// The safe points matter. Assembler cannot be preempted, so a collection that
// stops the world would wait for the spinner while the spinner waits for a
// worker that is already stopped.
type spinner struct {
	n     int
	since time.Time
	old   bool
}

const (
	spinTime   = 100 * time.Microsecond
	spinPauses = 32 // pauses between two safe points
	napTime    = 20 * time.Microsecond
)

// late says whether the wait has lasted longer than spinTime.
func (s *spinner) late() bool { return s.old }

func (s *spinner) pause() {
	s.n++
	if s.old {
		time.Sleep(napTime)
		return
	}
	cpuPause()
	if s.n%spinPauses != 0 {
		return
	}
	runtime.Gosched()
	if s.since.IsZero() {
		s.since = time.Now()
	}
	s.old = time.Since(s.since) > spinTime
}

// warmNap makes a goroutine's first nap: the runtime allocates its timer then,
// which would be an allocation in some run later.
func warmNap() { time.Sleep(time.Nanosecond) }
