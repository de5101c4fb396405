package kernel

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// A Team is a fixed set of persistent workers that run one function together
// (single program, multiple data). Worker 0 is the goroutine that calls Run.
//
// Between runs the others wait, spinning for about 100 µs before they park, so
// that calls in quick succession start in under a microsecond. A Team serves
// one Run at a time; Close ends its workers.
type Team struct {
	n       int
	f       func(w int)
	busy    atomic.Bool
	helpers []helper

	round   atomic.Uint32 // counts runs: a change starts the workers
	_       [60]byte
	left    atomic.Int32 // workers that have not finished this run
	_       [60]byte
	arrived atomic.Uint64 // arrivals at barriers in this run; see Barrier
	_       [56]byte
	failed  atomic.Bool // a worker has panicked in this run
	_       [60]byte

	once    *sync.Once // the first panic of a run
	cause   any
	scratch scratch
}

// helper is the parking place of a worker other than the caller.
type helper struct {
	parked atomic.Bool
	wake   chan struct{}
	_      [48]byte
}

// WorkerPanic is what Run panics with if worker 1 or higher did: its value and
// its stack. A panic of worker 0, the caller's own, is passed on as it is.
type WorkerPanic struct {
	Worker int
	Value  any
	Stack  []byte
}

func (p *WorkerPanic) Error() string {
	return fmt.Sprintf("kernel: worker %d: %v\n%s", p.Worker, p.Value, p.Stack)
}

// Unwrap returns the value if it is an error.
func (p *WorkerPanic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// aborted unwinds a worker whose barrier can no longer fill.
type aborted struct{}

// NewTeam starts a team of n workers, the caller included. It panics if n < 1.
func NewTeam(n int) *Team {
	if n < 1 {
		misuse("a team of %d workers: at least 1 is needed", n)
	}
	t := &Team{n: n, helpers: make([]helper, n-1), once: new(sync.Once)}
	t.scratch.panels = make([]panel, n)
	warmNap()
	for i := range t.helpers {
		t.helpers[i].wake = make(chan struct{}, 1)
		go t.serve(i + 1)
	}
	return t
}

// N returns the number of workers.
func (t *Team) N() int { return t.n }

// Share returns worker w's part [lo, hi) of n things.
func (t *Team) Share(w, n int) (lo, hi int) { return n * w / t.n, n * (w + 1) / t.n }

// Run calls f(w) on every worker w and returns when all have finished. A panic
// in any of them is raised again here, after the others have stopped at their
// next barrier; the team stays usable. Run panics if it is called inside or
// beside another Run of the same team, or after Close.
func (t *Team) Run(f func(w int)) {
	if !t.busy.CompareAndSwap(false, true) {
		misuse("Run inside or beside another Run of the same team, or after Close")
	}
	t.f = f
	if t.n > 1 {
		t.left.Store(int32(t.n - 1))
		t.start()
	}
	t.work(0)
	for s := (spinner{}); t.left.Load() != 0; {
		s.pause()
	}
	t.f = nil
	if t.failed.Load() {
		cause := t.recoverTeam()
		t.busy.Store(false)
		panic(cause)
	}
	t.busy.Store(false)
}

// Close ends the workers. The team cannot run again. Close may be called twice,
// but not beside a Run.
func (t *Team) Close() {
	if !t.busy.CompareAndSwap(false, true) {
		return
	}
	t.f = nil
	t.start()
}

// start opens a round and wakes whoever has parked.
func (t *Team) start() {
	t.round.Add(1)
	for i := range t.helpers {
		if h := &t.helpers[i]; h.parked.CompareAndSwap(true, false) {
			h.wake <- struct{}{}
		}
	}
}

// serve is the life of worker w > 0: wait for a round, work, report.
func (t *Team) serve(w int) {
	h := &t.helpers[w-1]
	warmNap()
	for seen := uint32(0); ; seen++ {
		for s := (spinner{}); t.round.Load() == seen; s.pause() {
			if !s.late() {
				continue
			}
			h.parked.Store(true)
			// The round may have opened before the mark was seen; then either
			// we take the mark back or a token is on its way.
			if t.round.Load() == seen || !h.parked.CompareAndSwap(true, false) {
				<-h.wake
			}
		}
		if t.f == nil {
			return
		}
		t.work(w)
		t.left.Add(-1)
	}
}

// work runs the function on worker w and keeps the first panic of the run.
func (t *Team) work(w int) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if _, ok := v.(aborted); !ok {
			t.once.Do(func() {
				if t.cause = v; w > 0 {
					t.cause = &WorkerPanic{Worker: w, Value: v, Stack: debug.Stack()}
				}
			})
		}
		t.failed.Store(true)
	}()
	t.f(w)
}

// recoverTeam makes the team usable after a panic and returns its cause.
func (t *Team) recoverTeam() any {
	cause := t.cause
	t.cause, t.once = nil, new(sync.Once)
	t.arrived.Store(0)
	t.failed.Store(false)
	t.scratch.reset()
	return cause
}
