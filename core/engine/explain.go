package engine

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/seed391906a2/iss/core/kernel"
)

// clock adds up the time that something takes, waiting for the others included
// where it waits, and what it does in it.
type clock struct {
	ns, runs int64
	work     float64 // of the runs that are counted: operations, or bytes
	counted  int64
}

// settle counts the runs since it was last called, which did so much each.
func (c *clock) settle(each float64) {
	c.work += each * float64(c.runs-c.counted)
	c.counted = c.runs
}

// time runs s, and notes how long it takes with the barrier behind it, if one is.
func (c *clock) time(x *worker, s interface{ run(x *worker) }, barrier bool) {
	start := time.Now()
	s.run(x)
	if barrier {
		x.barrier()
	}
	c.ns += time.Since(start).Nanoseconds()
	c.runs++
}

// measure runs the code and notes the time of each step.
func (c *code) measure(x *worker) {
	for _, stage := range c.stages {
		for i, s := range stage {
			s.time(x, s.step, i == len(stage)-1)
		}
	}
}

// Measure says whether the runs that follow are timed, and forgets earlier times.
func (e *Engine) Measure(on bool) {
	e.timing, e.runs = on, 0
	e.eachClock(func(c *clock, _ func() float64) { *c = clock{} })
}

// settle counts what was done under the present lengths.
func (e *Engine) settle() {
	e.eachClock(func(c *clock, work func() float64) { c.settle(work()) })
}

// eachClock calls f for all clocks of the plan, with what the thing does that
// they time.
func (e *Engine) eachClock(f func(c *clock, work func() float64)) {
	step := func(t *timed) {
		f(&t.clock, func() float64 { _, flops := t.about(); return flops })
	}
	e.p.eachPack(func(k *pack) { f(&k.clock, k.bytes) })
	e.p.root.each(func(b *block) {
		b.code.each(func(t *timed) {
			step(t)
			if s, ok := t.step.(*besideStep); ok {
				for _, l := range s.loops {
					step(l)
				}
			}
		})
	})
}

// each calls f for the steps of the code; those of the loops in it are of other
// code.
func (c *code) each(f func(t *timed)) {
	for _, stage := range c.stages {
		for _, t := range stage {
			f(t)
		}
	}
}

// Explain writes the plan under the present binding. First what was made of the
// model: what left its loop, what was fused, what is packed. Then each piece: in
// which stage it runs, what it computes, for which place in the model, whether
// it was taken out of a loop. After measured runs each piece has its time in a
// run, as worker 0 sees it, its share, and its GFLOPS, or the GB that packing
// moves in a second. Pieces has the figures for programs.
func (e *Engine) Explain(w io.Writer) {
	e.settle()
	x := &explainer{w: w, runs: e.runs}
	fmt.Fprintf(w, "%s: %d workers, %s kernels, %v\n", e.g.Name, len(e.workers), kernel.CPU(), e.footprint)
	fmt.Fprintln(w, e.p.summary())
	e.p.root.code.each(func(t *timed) { x.total += t.ns })
	for _, k := range e.p.packs {
		x.total += k.ns
	}
	for _, k := range e.p.packs {
		x.pack("", k, "when parameters change")
	}
	x.code("", &e.p.root.code)
	if e.runs > 0 {
		fmt.Fprintf(w, "together %.3f ms\n", float64(x.total)/1e6/float64(e.runs))
	}
}

// summary counts what the planner made.
func (p *planner) summary() string {
	moved, programs, fused, packs := 0, 0, 0, 0
	p.root.each(func(b *block) {
		b.code.each(func(t *timed) {
			if t.moved {
				moved++
			}
			if q, ok := t.step.(*program); ok {
				programs++
				fused += len(q.code)
			}
		})
	})
	p.eachPack(func(*pack) { packs++ })
	return fmt.Sprintf("%d steps taken out of loops; %d element-wise operations fused into %d programs; %d operands packed ahead", moved, fused, programs, packs)
}

// explainer writes pieces of a plan.
type explainer struct {
	w     io.Writer
	runs  int   // measured
	total int64 // nanoseconds of them
}

func (x *explainer) code(indent string, c *code) {
	for i, stage := range c.stages {
		for _, t := range stage {
			x.step(indent, fmt.Sprint(i, " "), t)
		}
	}
}

// step writes a step and what lies within it.
func (x *explainer) step(indent, number string, t *timed) {
	what, _ := t.about()
	if t.place != "" {
		what += " in " + t.place
	}
	if t.moved {
		what += ", out of its loop"
	}
	x.piece(indent+number+what, t.clock, "GFLOPS")
	indent += "  "
	switch s := t.step.(type) {
	case *scanStep:
		for _, k := range s.packs {
			x.pack(indent, k, "when the loop begins")
		}
		x.code(indent, s.body)
	case *besideStep:
		for _, l := range s.loops {
			x.step(indent, "", l)
		}
	}
}

func (x *explainer) pack(indent string, k *pack, when string) {
	each := ""
	if k.runs > 0 {
		each = fmt.Sprintf(", %.3f ms each time", float64(k.ns)/1e6/float64(k.runs))
	}
	x.piece(fmt.Sprintf("%s%v, %s%s", indent, k, when, each), k.clock, "GB/s")
}

// piece writes a line: what it is, and what was measured of it.
func (x *explainer) piece(what string, c clock, unit string) {
	var b strings.Builder
	b.WriteString(what)
	if c.runs > 0 {
		fmt.Fprintf(&b, ": %.3f ms, %.1f %%", float64(c.ns)/1e6/float64(x.runs), 100*float64(c.ns)/float64(max(1, x.total)))
		if c.work > 0 {
			fmt.Fprintf(&b, ", %.1f %s", c.work/float64(max(1, c.ns)), unit)
		}
	}
	fmt.Fprintln(x.w, b.String())
}
