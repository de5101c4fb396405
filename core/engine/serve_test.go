package engine_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
)

// BenchmarkServe is the throughput of a language model that answers step by
// step, one word of each stream in a call, the states carried: by one Session
// with all cores, or by one for each core with a worker of its own, which share
// the streams. An op is a step of all streams.
//
//	go test ./core/engine -run '^$' -bench Serve
func BenchmarkServe(b *testing.B) {
	cores := runtime.GOMAXPROCS(0)
	z := sizes{"medium", 650, []int{650, 650}, 0, 1, 1}
	for _, streams := range []int{cores, 8 * cores} {
		for _, sessions := range []int{1, cores} {
			if sessions == cores && cores == 1 {
				continue
			}
			b.Run(fmt.Sprintf("%d streams in %d sessions", streams, sessions), func(b *testing.B) {
				z.batch = streams / sessions
				list := make([]*engine.Session, sessions)
				for i := range list {
					list[i] = serving(b, z, cores/sessions)
					defer list[i].Close()
				}
				b.ReportAllocs()
				b.ResetTimer()
				var wait sync.WaitGroup
				for _, s := range list {
					wait.Go(func() {
						for i := range b.N {
							s.Ints("x")[0] = int32(i % benchVocab)
							if err := s.Run(graph.Mode{}); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				wait.Wait()
				b.ReportMetric(float64(streams*b.N)/b.Elapsed().Seconds(), "words/s")
			})
		}
	}
}

// serving is a Session of the model with random weights, run once.
func serving(tb testing.TB, z sizes, threads int) *engine.Session {
	b := graph.Binding{"time": z.steps, "batch": z.batch}
	g := languageModel(tb, z, false)
	s, err := engine.NewSession(g, engine.Options{Max: b, Threads: threads})
	require.NoError(tb, err)
	r := rand.New(rand.NewPCG(1, 2))
	for _, p := range g.Params {
		w := s.Param(p.Name)
		for i := range w {
			w[i] = (r.Float32() - 0.5) * 0.1
		}
	}
	s.Changed()
	require.NoError(tb, s.Bind(b))
	require.NoError(tb, s.Run(graph.Mode{}))
	return s
}
