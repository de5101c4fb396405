package groups

import (
	"math"

	"github.com/seed391906a2/iss/core/kernel"
)

// block is how many rows are squared at a time: their columns and rows are
// summed while they are in the cache.
const block = 32

// portion is worker w's part [lo, hi) of n things among workers.
func portion(w, workers, n int) (lo, hi int) { return n * w / workers, n * (w + 1) / workers }

// gather sums the squares of worker w's rows of every weight. The sums over
// columns stay the worker's own until norms adds them up.
func (p *Penalty) gather(w, workers int) {
	for i, t := range p.parts {
		lo, hi := portion(w, workers, t.rows)
		colSq := p.team[w].colSq[i]
		clear(colSq)
		for r := lo; r < hi; r += block {
			end := min(r+block, hi)
			if len(colSq) > 0 {
				kernel.SqColSum(colSq, t.w[r*t.cols+t.colLo:], t.cols, end-r, true)
			}
			if a, b := max(r, t.rowLo), min(end, t.rowHi); a < b {
				kernel.SqRowSum(t.rowSq[a-t.rowLo:b-t.rowLo], t.w[a*t.cols:], t.cols, t.cols, false)
			}
		}
	}
}

// norms computes worker w's share of the components from what all workers have
// gathered: their sums of squares, their norms, and what their scalars are to
// be multiplied by in the gradient.
func (p *Penalty) norms(w, workers int) {
	me := &p.team[w]
	me.value, me.live = 0, 0
	lo, hi := portion(w, workers, len(p.sum))
	for c := lo; c < hi; c++ {
		s := 0.0
		for _, m := range p.terms[c] {
			s += m.multi * p.square(m, workers)
		}
		for _, x := range p.twice[c] {
			v := float64(x.part.w[x.at])
			s -= x.multi * v * v
		}
		if p.twice[c] != nil {
			s = max(s, 0) // the difference of rounded sums
		}
		norm := math.Sqrt(epsilon + s)
		p.sum[c] = s
		p.scale[c] = p.lambda * p.multi[c] / norm
		me.value += p.lambda * p.multi[c] * norm
		if s != 0 {
			me.live += p.lambda * p.multi[c] * norm
		}
	}
}

// square is the sum of squares of one row or column.
func (p *Penalty) square(m term, workers int) float64 {
	t := m.part
	if !m.col {
		return float64(t.rowSq[m.index-t.rowLo])
	}
	s := 0.0
	for w := range workers {
		s += float64(p.team[w].colSq[t.number][m.index-t.colLo])
	}
	return s
}

// add adds the gradient of worker w's rows of every weight: w[r, j] times the
// coefficients of the components that row r and column j are in. It returns the
// sum of squares of what the rows' gradients are then, read while they are in
// the cache.
func (p *Penalty) add(w, workers int) (squares float64) {
	for i, t := range p.parts {
		lo, hi := portion(w, workers, t.rows)
		if t.g == nil || lo == hi {
			continue
		}
		colc := p.team[w].colc[i]
		clear(colc)
		for _, o := range t.colTerms {
			colc[o.index-t.colLo] += float32(o.multi * p.scale[o.component])
		}
		t.rowCoefficients(p.scale, lo, hi)
		step := max(1, inCache/max(1, t.cols))
		if t.cross != nil {
			step = hi - lo // scalars that are taken out again may lie anywhere
		}
		for r := lo; r < hi; r += step {
			end := min(r+step, hi)
			t.addRows(r, end, colc)
			p.uncount(t, r, end)
			squares += kernel.SumSq(t.g[r*t.cols : end*t.cols])
		}
	}
	return squares
}

// inCache is how many weights are worked on at a time where the gradient beside
// them is read again at once.
const inCache = 1 << 14

// addRows adds the gradient of rows [lo, hi).
func (t *part) addRows(lo, hi int, colc []float32) {
	a, b := min(max(lo, t.rowLo), hi), max(min(hi, t.rowHi), lo) // rows that are in components
	if a >= b {
		t.addScaled(lo, hi, nil, colc)
		return
	}
	t.addScaled(lo, a, nil, colc)
	t.addScaled(a, b, t.rowc[a-t.rowLo:b-t.rowLo], colc)
	t.addScaled(b, hi, nil, colc)
}

// uncount takes out what Distinct counting has added twice in rows [lo, hi).
func (p *Penalty) uncount(t *part, lo, hi int) {
	for _, c := range t.cross {
		if c.at >= lo*t.cols && c.at < hi*t.cols {
			t.g[c.at] -= t.w[c.at] * float32(c.multi*p.scale[c.component])
		}
	}
}

// addScaled adds w[r, j]·(rowc[r] + colc[j]) to rows [lo, hi) of the gradient,
// in one pass if all columns have a coefficient.
func (t *part) addScaled(lo, hi int, rowc, colc []float32) {
	if lo >= hi {
		return
	}
	at := lo * t.cols
	switch {
	case len(colc) == 0 && rowc == nil:
	case len(colc) == 0:
		kernel.AddScaled(t.g[at:], t.cols, t.w[at:], t.cols, hi-lo, t.cols, rowc, nil)
	case len(colc) == t.cols:
		kernel.AddScaled(t.g[at:], t.cols, t.w[at:], t.cols, hi-lo, t.cols, rowc, colc)
	default:
		kernel.AddScaled(t.g[at+t.colLo:], t.cols, t.w[at+t.colLo:], t.cols, hi-lo, len(colc), nil, colc)
		if rowc != nil {
			kernel.AddScaled(t.g[at:], t.cols, t.w[at:], t.cols, hi-lo, t.cols, rowc, nil)
		}
	}
}

// rowCoefficients sets those of rows [lo, hi).
func (t *part) rowCoefficients(scale []float64, lo, hi int) {
	for _, o := range t.rowTerms {
		if o.index >= lo && o.index < hi {
			t.rowc[o.index-t.rowLo] = 0
		}
	}
	for _, o := range t.rowTerms {
		if o.index >= lo && o.index < hi {
			t.rowc[o.index-t.rowLo] += float32(o.multi * scale[o.component])
		}
	}
}
