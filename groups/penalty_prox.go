package groups

import (
	"math"

	"github.com/seed391906a2/iss/core/kernel"
)

// Measure gathers the penalty's value without its gradient, on what Bind has
// set, for worker w of a team that runs it together, as Step is.
func (p *Penalty) Measure(w int, t *kernel.Team) {
	p.gather(w, t.N())
	t.Barrier()
	p.norms(w, t.N())
}

// Prox takes, instead of the gradient, the proximal step of the given size (the
// learning rate that the loss's gradient was stepped with): every row and
// column of a component c is multiplied by max(0, 1 − size·λ·multi_c/‖w_c‖), so
// components whose norm is at most size·λ·multi_c become exactly zero. All
// workers of a team call it together, as Step; the weights may be read behind
// the next barrier.
//
// Where no scalar is in two components (rows alone, columns alone) and all
// entries' multipliers are 1, this is the minimiser of ½·‖x−w‖²/size + λ·Σ‖x_c‖.
// ISS components overlap: all norms are taken first, and a scalar is multiplied
// once by the factor of its row and once by that of its column, which only
// approximates the minimiser.
//
// Source: Parikh and Boyd, Proximal Algorithms, 2014, section 6.5.1.
func (p *Penalty) Prox(w int, t *kernel.Team, size float64) {
	p.Measure(w, t)
	p.factors(w, t.N(), size)
	t.Barrier()
	for i, part := range p.parts {
		if part.fixed {
			continue
		}
		lo, hi := portion(w, t.N(), part.rows)
		part.shrink(lo, hi, p.team[w].colc[i], p.scale)
	}
}

// Fix says that Prox leaves a variable as it is; it still counts in the norms.
func (p *Penalty) Fix(name string) {
	for _, t := range p.parts {
		t.fixed = t.fixed || t.name == name
	}
}

// factors turns worker w's share of the norms into what the components are
// multiplied by.
func (p *Penalty) factors(w, workers int, size float64) {
	lo, hi := portion(w, workers, len(p.sum))
	for c := lo; c < hi; c++ {
		limit := size * p.lambda * p.multi[c]
		norm := math.Sqrt(p.sum[c])
		if norm <= limit {
			p.scale[c], p.sum[c] = 0, 0 // the sum is that of what is left, so that Revivals knows
			continue
		}
		p.scale[c] = 1 - limit/norm
	}
}

// shrink multiplies rows [lo, hi) by the factors of the components that rows
// and columns are in. colf is the worker's room for those of columns.
func (t *part) shrink(lo, hi int, colf []float32, factor []float64) {
	if lo >= hi {
		return
	}
	for j := range colf {
		colf[j] = 1
	}
	for _, o := range t.colTerms {
		colf[o.index-t.colLo] *= float32(factor[o.component])
	}
	a, b := max(lo, t.rowLo), min(hi, t.rowHi)
	for r := a; r < b; r++ {
		t.rowc[r-t.rowLo] = 1
	}
	for _, o := range t.rowTerms {
		if o.index >= lo && o.index < hi {
			t.rowc[o.index-t.rowLo] *= float32(factor[o.component])
		}
	}
	for r := lo; r < hi; r++ {
		row := t.w[r*t.cols : (r+1)*t.cols]
		if r >= a && r < b {
			scaleBy(row, t.rowc[r-t.rowLo])
		}
		for j, f := range colf {
			if f == 0 {
				row[t.colLo+j] = 0
			} else {
				row[t.colLo+j] *= f
			}
		}
	}
}

// scaleBy multiplies by f; 0 leaves zeros that have no sign.
func scaleBy(x []float32, f float32) {
	switch f {
	case 0:
		clear(x)
	case 1:
	default:
		for i := range x {
			x[i] *= f
		}
	}
}
