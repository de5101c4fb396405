package bench

import (
	"time"

	"github.com/seed391906a2/iss/core/kernel"
)

// peak is what workers reach on multiply-adds alone. It is measured between the
// rounds, and the best counts: a busy machine must not make shares look good.
type peak struct {
	best  float64 // GFLOPS
	done  []int   // operations, per worker
	until time.Time
	work  func(w int)
}

// peakTime is how long one measurement takes, about.
const peakTime = time.Millisecond

func newPeak(workers int) *peak {
	p := &peak{done: make([]int, workers)}
	p.work = func(w int) {
		for p.done[w] = 0; time.Now().Before(p.until); {
			p.done[w] += kernel.Peak()
		}
	}
	return p
}

func (p *peak) measure(team *kernel.Team) {
	start := time.Now()
	p.until = start.Add(peakTime)
	team.Run(p.work)
	took := time.Since(start).Seconds()
	sum := 0
	for _, n := range p.done {
		sum += n
	}
	p.best = max(p.best, float64(sum)/took/1e9)
}
