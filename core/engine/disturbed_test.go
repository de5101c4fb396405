package engine_test

import (
	"os"
	"os/exec"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
)

// BenchmarkDisturbed times training steps while something takes processor time
// away from the workers, in turns with undisturbed ones on as many workers as
// there are cores, and reports the ratio of the medians. Workers that wait must
// give way: one that spins holds up the collector, or the very worker it waits
// for. Aims on two idle cores, 2×200: 1.1 (gc), 2.2 (neighbour), 1.3 (crowd).
// The figures say little while other work runs on the machine.
//
//	go test ./core/engine -run '^$' -bench Disturbed -benchtime 20x
func BenchmarkDisturbed(b *testing.B) {
	cores := runtime.GOMAXPROCS(0)
	none := func() func() { return func() {} }
	for _, row := range []struct {
		name    string
		threads int
		disturb func() (stop func())
	}{
		{"none", cores, none},
		{"gc", cores, collect},
		{"neighbour", cores, func() func() { return neighbour(b) }},
		{"crowd", 4 * cores, none},
	} {
		b.Run(row.name, func(b *testing.B) {
			quiet, disturbed := readyOn(b, small, true, cores), readyOn(b, small, true, row.threads)
			defer quiet.Close()
			defer disturbed.Close()
			var before, while []float64
			for b.Loop() {
				before = append(before, steps(b, quiet)...)
				stop := row.disturb()
				while = append(while, steps(b, disturbed)...)
				stop()
			}
			b.ReportMetric(median(before), "ms-quiet")
			b.ReportMetric(median(while), "ms-disturbed")
			b.ReportMetric(median(while)/median(before), "times-quiet")
		})
	}
}

// steps times a few training steps, in milliseconds, after one that is not timed.
func steps(b *testing.B, e *engine.Engine) (ms []float64) {
	for i := range 6 {
		start := time.Now()
		e.Changed()
		require.NoError(b, e.Run(graph.Mode{Training: true, Seed: 1}))
		if i > 0 {
			ms = append(ms, time.Since(start).Seconds()*1e3)
		}
	}
	return ms
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

// collect runs a garbage collection every 5 ms.
func collect() (stop func()) {
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			select {
			case <-end:
				tick.Stop()
				return
			case <-tick.C:
				runtime.GC()
			}
		}
	}()
	return func() { close(end); <-done }
}

// busyEnv makes the test binary a process that keeps one core busy.
const busyEnv = "ISS_TEST_BUSY"

// neighbour starts a process beside us that keeps one core busy.
func neighbour(b *testing.B) (stop func()) {
	self, err := os.Executable()
	require.NoError(b, err)
	c := exec.Command(self)
	c.Env = append(os.Environ(), busyEnv+"=1", "GOMAXPROCS=1")
	out, err := c.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, c.Start())
	_, err = out.Read(make([]byte, 1)) // it is under way
	require.NoError(b, err)
	return func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	}
}

func TestMain(m *testing.M) {
	if os.Getenv(busyEnv) == "" {
		os.Exit(m.Run())
	}
	os.Stdout.WriteString(".")
	for end := time.Now().Add(time.Minute); time.Now().Before(end); { // whatever becomes of our parent
	}
}
