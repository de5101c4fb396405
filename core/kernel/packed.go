package kernel

// Packed is the right operand of a product, rearranged for the tiles: for each
// block of the inner dimension, panels of nr columns, row by row, the last panel
// padded with zeros. Pack once per update of the weights, use many times.
type Packed struct {
	K, N int // size of op(b): K×N

	shape shape
	data  []float32
}

// NewPacked makes room for a k×n operand. It panics if a size is negative.
func NewPacked(k, n int) *Packed {
	p := PlanPacked(k, n)
	p.Allocate()
	return p
}

// PlanPacked is NewPacked without the memory, which Allocate brings: a plan can
// be weighed before it takes any.
func PlanPacked(k, n int) *Packed {
	if k < 0 || n < 0 {
		misuse("NewPacked(%d, %d): sizes must not be negative", k, n)
	}
	return &Packed{K: k, N: n, shape: shapes[active]}
}

// Size is the number of floats that the panels take.
func (p *Packed) Size() int { return p.panels() * p.shape.nr * p.K }

// Allocate makes room for the panels.
func (p *Packed) Allocate() { p.data = Floats(p.Size()) }

// Use makes the panels lie in x, which has Size floats, until Use says otherwise.
// They are not packed then.
func (p *Packed) Use(x []float32) {
	if len(x) != p.Size() {
		misuse("Use of %d floats for panels of %d×%d: they take %d", len(x), p.K, p.N, p.Size())
	}
	p.data = x
}

// Pack fills worker w's part, of workers in all, from op(b), which is K×N:
// b itself with row stride ldb, or the transpose of the N×K matrix b if trans.
// A barrier must lie between packing and use. Pack panics if b is too short.
func (p *Packed) Pack(w, workers int, b []float32, ldb int, trans bool) {
	rows, cols := swapIf(trans, p.K, p.N)
	checkMatrix("b", b, ldb, rows, cols)
	if p.K == 0 || p.N == 0 {
		return
	}
	lo, hi := p.panels()*w/workers, p.panels()*(w+1)/workers
	for k0 := 0; k0 < p.K; k0 += p.shape.kc {
		kc := min(p.shape.kc, p.K-k0)
		for j := lo; j < hi; j++ {
			packPanel(p.shape, p.panel(k0, kc, j), &b[0], ldb, trans, k0, kc, j*p.shape.nr, p.N)
		}
	}
}

func (p *Packed) panels() int { return (p.N + p.shape.nr - 1) / p.shape.nr }

// panel returns panel j of the block of kc rows that starts at k0.
func (p *Packed) panel(k0, kc, j int) *float32 {
	return &p.data[p.shape.nr*(p.panels()*k0+j*kc):][:1][0]
}

// packPanel writes columns [j0, min(j0+nr, n)) of rows [k0, k0+kc) of op(b) to dst.
func packPanel(s shape, dst, b *float32, ldb int, trans bool, k0, kc, j0, n int) {
	cols := min(s.nr, n-j0)
	if !trans {
		copyPanel(dst, s.nr, at(b, k0*ldb+j0), ldb, kc, cols)
		return
	}
	transpose(dst, s.nr, at(b, j0*ldb+k0), ldb, cols, kc)
	if cols < s.nr {
		zeroColumns(dst, s.nr, kc, cols)
	}
}

// checkShape panics if p was made for another level than the one in use.
func checkShape(p *Packed) {
	if s := shapes[active]; p.shape != s {
		misuse("the operand was packed for tiles of %d columns, the kernels in use have %d: pack it again", p.shape.nr, s.nr)
	}
}

func swapIf(swap bool, a, b int) (int, int) {
	if swap {
		return b, a
	}
	return a, b
}
