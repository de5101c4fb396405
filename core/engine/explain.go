package engine

import (
	"fmt"
	"io"
	"time"

	"github.com/seed391906a2/iss/core/kernel"
)

// Measure says whether the runs that follow are timed, and forgets earlier times.
func (e *Engine) Measure(on bool) {
	e.timing, e.runs = on, 0
	e.p.root.each(func(b *block) {
		for _, stage := range b.code.stages {
			for _, t := range stage {
				t.ns, t.runs = 0, 0
			}
		}
	})
}

// measure runs the code on worker 0 and notes the time of each step, waiting
// for the others included.
func (c *code) measure(x *worker) {
	for _, stage := range c.stages {
		for i, s := range stage {
			start := time.Now()
			s.run(x)
			if i == len(stage)-1 {
				x.barrier()
			}
			s.ns += time.Since(start).Nanoseconds()
			s.runs++
		}
	}
}

// Explain writes the plan under the present binding: what runs in which stage,
// where memory is shared, and what is packed; after measured runs also each
// step's time, its share and its GFLOPS.
func (e *Engine) Explain(w io.Writer) {
	fmt.Fprintf(w, "%s: %d workers, %s kernels, %v\n", e.g.Name, len(e.workers), kernel.CPU(), e.footprint)
	for _, k := range e.p.packs {
		what, _ := k.about()
		fmt.Fprintf(w, "%s of %s when parameters change\n", what, k.from.buf.name)
	}
	total := int64(0)
	for _, stage := range e.p.root.code.stages {
		for _, t := range stage {
			total += t.ns
		}
	}
	e.p.root.code.explain(w, "", e.runs, total)
}

func (c *code) explain(w io.Writer, indent string, runs int, total int64) {
	for i, stage := range c.stages {
		for _, t := range stage {
			what, flops := t.about()
			fmt.Fprintf(w, "%s%d %s", indent, i, what)
			if t.place != "" {
				fmt.Fprintf(w, " in %s", t.place)
			}
			if t.runs > 0 {
				fmt.Fprintf(w, ": %.3f ms, %.1f %%", float64(t.ns)/1e6/float64(runs), 100*float64(t.ns)/float64(max(1, total)))
				if flops > 0 {
					fmt.Fprintf(w, ", %.1f GFLOPS", flops*float64(t.runs)/float64(t.ns))
				}
			}
			fmt.Fprintln(w)
			switch s := t.step.(type) {
			case *scanStep:
				s.body.explain(w, indent+"  ", runs, total)
			case *besideStep:
				for _, l := range s.loops {
					what, _ := l.about()
					fmt.Fprintf(w, "%s  %s\n", indent, what)
					l.body.explain(w, indent+"    ", runs, total)
				}
			}
		}
	}
}
