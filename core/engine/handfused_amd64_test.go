package engine_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/kernel/fused"
)

// handFusedOn is an engine as readyOn makes it, with hand-fused kernels.
func handFusedOn(tb testing.TB, z sizes, train bool, threads int) *engine.Engine {
	if !fused.Available() {
		tb.Skip("there are no hand-fused kernels for this level")
	}
	e := readyOn(tb, z, train, threads)
	want := len(z.hidden)
	if train {
		want *= 2
	}
	require.Equal(tb, want, engine.HandFuse(e), "programs replaced: the plan has others than HandFuse knows")
	return e
}

// What BenchmarkHandFused compares computes the same.
func TestHandFusedIsTheSame(t *testing.T) {
	z := sizes{"tiny", 37, []int{53, 70}, 5, 6, 1} // tails, and rows that are cut
	for _, train := range []bool{false, true} {
		for threads := 1; threads <= 2; threads++ {
			block, hand := readyOn(t, z, train, threads), handFusedOn(t, z, train, threads)
			defer block.Close()
			defer hand.Close()
			for range 2 {
				require.NoError(t, block.Run(graph.Mode{Training: train}))
				require.NoError(t, hand.Run(graph.Mode{Training: train}))
			}
			for _, name := range languageModel(t, z, train).Names {
				got, want := hand.Output(name), block.Output(name)
				scale := 0.0
				for _, v := range want {
					scale = max(scale, math.Abs(float64(v)))
				}
				require.Positive(t, scale, name)
				for i := range want {
					require.InDelta(t, want[i], got[i], 1e-5*scale, "%s[%d]", name, i)
				}
			}
		}
	}
}

// BenchmarkHandFused is the price of generality: an LSTM's inference and training
// steps with block programs and with kernels fused by hand for it, in turns in
// one run, otherwise the same engine. It reports the medians and what block
// programs add in parts of the hand-fused step (the aim is below 2 %); beside it
// the same of processor time, which means something with one thread
// (GOMAXPROCS=1) on a busy machine too.
//
//	go test ./core/engine -run '^$' -bench HandFused -benchtime 40x
func BenchmarkHandFused(b *testing.B) {
	for _, row := range []struct {
		name  string
		size  sizes
		train bool
	}{
		{"inference/2x200", sizes{"small", 200, []int{200, 200}, 20, 20, 1}, false},
		{"inference/2x650", sizes{"medium", 650, []int{650, 650}, 20, 35, 1}, false},
		{"training/2x200", sizes{"small", 200, []int{200, 200}, 20, 20, 1}, true},
		{"training/2x650", sizes{"medium", 650, []int{650, 650}, 20, 35, 1}, true},
	} {
		b.Run(row.name, func(b *testing.B) {
			block, hand := readyOn(b, row.size, row.train, 0), handFusedOn(b, row.size, row.train, 0)
			defer block.Close()
			defer hand.Close()
			var cpu [2]time.Duration
			once := func(e *engine.Engine, i int) float64 {
				start, used := time.Now(), cpuTime()
				defer func() { cpu[i] += cpuTime() - used }()
				if row.train {
					e.Changed()
				}
				require.NoError(b, e.Run(graph.Mode{Training: row.train, Seed: 1}))
				return time.Since(start).Seconds() * 1e3
			}
			once(block, 0)
			once(hand, 1)
			cpu = [2]time.Duration{}
			var blocks, hands []float64
			for b.Loop() {
				blocks, hands = append(blocks, once(block, 0)), append(hands, once(hand, 1))
			}
			x, y := median(blocks), median(hands)
			b.ReportMetric(x, "ms-blocks")
			b.ReportMetric(y, "ms-by-hand")
			b.ReportMetric(100*(x/y-1), "%-added")
			if cpu[1] > 0 {
				b.ReportMetric(100*(cpu[0].Seconds()/cpu[1].Seconds()-1), "%-added-cpu")
			}
		})
	}
}
