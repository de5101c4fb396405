package draw

import (
	"cmp"
	"slices"
)

// layer puts boxes into columns, each behind all that it reads, and ribbons
// that pass a column a bend there.
func (f *flow) layer() {
	f.rank()
	most := 0
	for _, b := range f.boxes {
		most = max(most, b.rank)
	}
	f.columns = make([][]*box, most+1)
	for _, b := range f.boxes {
		f.columns[b.rank] = append(f.columns[b.rank], b)
	}
	for _, b := range f.boxes {
		for _, p := range b.out {
			f.bend(p.net)
		}
	}
	f.order()
}

// rank numbers columns: the longest way from a source. What enters late
// stands beside its first reader; all that leaves stands in the last column.
func (f *flow) rank() {
	for changed := true; changed; {
		changed = false
		for _, b := range f.boxes {
			for _, p := range b.in {
				if r := p.net.from.rank + 1; b.rank < r {
					b.rank, changed = r, true
				}
			}
		}
	}
	most := 0
	for _, b := range f.boxes {
		most = max(most, b.rank)
	}
	for _, b := range f.boxes {
		switch {
		case b.kind == sink:
			b.rank = most
		case b.kind == source && b.label.sub == "":
			for i, u := range b.out[0].net.uses {
				if r := u.to.rank - 1; i == 0 || r < b.rank {
					b.rank = r
				}
			}
		}
	}
}

// bend gives a ribbon a place in each column that it passes.
func (f *flow) bend(t *net) {
	end := t.from.rank
	for _, u := range t.uses {
		end = max(end, u.to.rank)
	}
	for r := t.from.rank + 1; r < end; r++ {
		b := &box{kind: bend, rank: r, h: t.width, in: []port{{t, t.width / 2}}, out: []port{{t, t.width / 2}}}
		t.bends = append(t.bends, b)
		f.columns[r] = append(f.columns[r], b)
	}
}

// seg is a piece of a ribbon between neighbouring columns.
type seg struct {
	a, b       *box
	aOff, bOff *port
	net        *net
}

// segs lists the pieces that a column's boxes send to the next one.
func (f *flow) segs(r int) (out []seg) {
	for _, a := range f.columns[r] {
		for i := range a.out {
			p := &a.out[i]
			t := p.net
			if a.kind == bend && t.from.rank >= r {
				continue
			}
			if next := r - t.from.rank; next < len(t.bends) {
				b := t.bends[next]
				out = append(out, seg{a, b, p, &b.in[0], t})
			}
			for _, u := range t.uses {
				if u.to.rank == r+1 {
					out = append(out, seg{a, u.to, p, &u.to.in[u.port], t})
				}
			}
		}
	}
	return out
}

// tries is how many beginnings order has.
const tries = 40

// order arranges the boxes of each column so that few ribbons cross: sweeps by
// the mean place of neighbours from several beginnings, then swaps.
func (f *flow) order() {
	f.number()
	best, fewest := f.places(), f.disorder()
	seed := uint32(1)
	for try := range tries {
		if try > 0 {
			for _, col := range f.columns {
				for i := len(col) - 1; i > 0; i-- {
					seed = seed*1664525 + 1013904223
					j := int(seed>>16) % (i + 1)
					col[i], col[j] = col[j], col[i]
				}
			}
			f.number()
		}
		for sweep := range 12 {
			f.sweep(sweep%2 == 0)
			f.swap()
			if n := f.disorder(); n < fewest {
				best, fewest = f.places(), n
			}
		}
	}
	for r := range f.columns {
		f.columns[r] = best[r]
	}
	f.number()
}

func (f *flow) places() [][]*box {
	out := make([][]*box, len(f.columns))
	for r, col := range f.columns {
		out[r] = slices.Clone(col)
	}
	return out
}

func (f *flow) number() {
	for _, col := range f.columns {
		for i, b := range col {
			b.pos = i
		}
	}
}

// sweep sorts column after column by where its ribbons come from, or go to.
func (f *flow) sweep(forward bool) {
	for i := range f.columns {
		r := i
		if !forward {
			r = len(f.columns) - 1 - i
		}
		sum, n := map[*box]float64{}, map[*box]float64{}
		note := func(b *box, at float64) { sum[b], n[b] = sum[b]+at, n[b]+1 }
		if forward && r > 0 {
			for _, s := range f.segs(r - 1) {
				note(s.b, at(s.a, s.aOff))
			}
		}
		if !forward && r < len(f.columns)-1 {
			for _, s := range f.segs(r) {
				note(s.a, at(s.b, s.bOff))
			}
		}
		key := func(b *box) float64 {
			if n[b] == 0 {
				return float64(b.pos)
			}
			return sum[b] / n[b]
		}
		slices.SortStableFunc(f.columns[r], func(a, b *box) int { return cmp.Compare(key(a), key(b)) })
		for i, b := range f.columns[r] {
			b.pos = i
		}
	}
}

// at is the place of a port in its column, for comparing.
func at(b *box, p *port) float64 {
	if b.sorts {
		return float64(b.pos) + 0.5
	}
	return float64(b.pos) + p.off/(b.h+1)
}

// disorder is what is to be small: first crossings, then states in another
// order than the cell's, on either side.
func (f *flow) disorder() (n int) {
	for r := range len(f.columns) - 1 {
		n += 100 * crossings(f.segs(r))
	}
	for _, b := range f.boxes {
		for _, c := range f.boxes {
			if b.rank == c.rank && b.state > 0 && b.state < c.state && b.pos > c.pos {
				n++
			}
		}
	}
	return n
}

func crossings(segs []seg) (n int) {
	for i, s := range segs {
		for _, t := range segs[:i] {
			if (at(s.a, s.aOff)-at(t.a, t.aOff))*(at(s.b, s.bOff)-at(t.b, t.bOff)) < 0 {
				n++
			}
		}
	}
	return n
}

// swap exchanges neighbours while that takes crossings away.
func (f *flow) swap() {
	for r, col := range f.columns {
		local := func() (n int) {
			if r > 0 {
				n += crossings(f.segs(r - 1))
			}
			if r < len(f.columns)-1 {
				n += crossings(f.segs(r))
			}
			return n
		}
		for i := 0; i+1 < len(col); i++ {
			before := local()
			if before == 0 {
				break
			}
			col[i], col[i+1] = col[i+1], col[i]
			col[i].pos, col[i+1].pos = i, i+1
			if local() >= before {
				col[i], col[i+1] = col[i+1], col[i]
				col[i].pos, col[i+1].pos = i, i+1
			}
		}
	}
}
