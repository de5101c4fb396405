package draw

import (
	"cmp"
	"math"
	"slices"
)

// place gives every box its coordinates: columns from left to right as wide as
// their widest box; in a column, boxes in their order, as near as can be to
// where their ribbons run straight.
func (f *flow) place() {
	for _, col := range f.columns {
		y := 0.0
		for i, b := range col {
			if i > 0 {
				y += gap(col[i-1], b)
			}
			b.y = y
			y += b.h
		}
	}
	for sweep := range 60 {
		for i := range f.columns {
			r := i
			if sweep%2 == 1 {
				r = len(f.columns) - 1 - i
			}
			f.settle(r, sweep)
		}
	}
	f.straighten()
	top := math.MaxFloat64
	for _, col := range f.columns {
		for _, b := range col {
			top = min(top, b.y)
		}
	}
	for _, col := range f.columns {
		for _, b := range col {
			b.y -= top
		}
	}
	f.sortOperands()
	f.abscissas()
}

// gap is the least distance between neighbours in a column.
func gap(a, b *box) float64 {
	switch {
	case a.kind == bend && b.kind == bend:
		return 7
	case a.kind == bend || b.kind == bend:
		return 11
	}
	return 16
}

// settle moves the boxes of a column towards their neighbours: the least
// weighted squares of what ribbons are bent by, under the column's order
// (pool adjacent violators).
func (f *flow) settle(r, sweep int) {
	want, weight := map[*box]float64{}, map[*box]float64{}
	pull := func(b *box, y, w float64) { want[b], weight[b] = want[b]+w*y, weight[b]+w }
	stiff := func(s seg) float64 {
		switch {
		case s.a.kind == bend && s.b.kind == bend:
			return 8
		case s.a.kind == bend || s.b.kind == bend:
			return 3
		}
		return 1
	}
	if r > 0 {
		for _, s := range f.segs(r - 1) {
			pull(s.b, s.a.y+s.aOff.off-s.bOff.off, stiff(s))
		}
	}
	if r < len(f.columns)-1 {
		for _, s := range f.segs(r) {
			pull(s.a, s.b.y+s.bOff.off-s.aOff.off, stiff(s))
		}
	}
	type pool struct {
		sum, weight float64
		boxes       int
	}
	var pools []pool
	var shift []float64 // of each box behind the first, packed as tight as can be
	at := 0.0
	for i, b := range f.columns[r] {
		if i > 0 {
			at += f.columns[r][i-1].h + gap(f.columns[r][i-1], b)
		}
		shift = append(shift, at)
		y, w := b.y, weight[b]
		if w > 0 {
			y = want[b] / w
		} else {
			w = 0.01
		}
		pools = append(pools, pool{w * (y - at), w, 1})
		for n := len(pools); n > 1 && pools[n-2].sum/pools[n-2].weight > pools[n-1].sum/pools[n-1].weight; n-- {
			p, q := pools[n-2], pools[n-1]
			pools = append(pools[:n-2], pool{p.sum + q.sum, p.weight + q.weight, p.boxes + q.boxes})
		}
	}
	i := 0
	for _, p := range pools {
		for range p.boxes {
			f.columns[r][i].y = p.sum/p.weight + shift[i]
			i++
		}
	}
}

// sortOperands lets ribbons meet a box in the order in which they come, where
// the order says nothing.
func (f *flow) sortOperands() {
	from := map[*port]float64{}
	for r := range f.columns {
		for _, s := range f.segs(r) {
			from[s.bOff] = s.a.y + s.aOff.off
		}
	}
	for _, b := range f.boxes {
		if !b.sorts || len(b.in) < 2 {
			continue
		}
		index := make([]int, len(b.in))
		for i := range index {
			index[i] = i
		}
		slices.SortStableFunc(index, func(i, j int) int { return cmp.Compare(from[&b.in[i]], from[&b.in[j]]) })
		offs := make([]float64, len(b.in))
		for i := range b.in {
			offs[i] = b.in[i].off
		}
		for rank, i := range index {
			b.in[i].off = offs[rank]
		}
	}
}

// abscissas sets the columns: the steeper the ribbons between two, the farther
// they stand apart.
func (f *flow) abscissas() {
	f.colX, f.colW = make([]float64, len(f.columns)), make([]float64, len(f.columns))
	x := 0.0
	var gaps []float64 // behind each column
	for r, col := range f.columns {
		f.colX[r] = x
		for _, b := range col {
			f.colW[r] = max(f.colW[r], b.w)
		}
		for _, b := range col {
			switch b.kind {
			case source:
				b.x = x + f.colW[r] - b.w
			case sink, matrix:
				b.x = x
			default:
				b.x = x + (f.colW[r]-b.w)/2
			}
		}
		steep := 0.0
		if r < len(f.columns)-1 {
			for _, s := range f.segs(r) {
				steep = max(steep, math.Abs(s.a.y+s.aOff.off-s.b.y-s.bOff.off))
			}
		}
		gaps = append(gaps, min(64, 22+0.22*steep))
		x += f.colW[r] + gaps[r]
	}
	f.widen(gaps, x-gaps[len(gaps)-1])
}

// widen sets the columns of a narrow step farther apart.
func (f *flow) widen(gaps []float64, width float64) {
	sum := 0.0
	for _, g := range gaps[:len(gaps)-1] {
		sum += g
	}
	more := min(0.8, (roomyWidth-width)/max(1, sum))
	if more <= 0 {
		return
	}
	shift := 0.0
	for r, col := range f.columns {
		f.colX[r] += shift
		for _, b := range col {
			b.x += shift
		}
		shift += gaps[r] * more
	}
}
