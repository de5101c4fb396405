package kernel

// Gemm describes a product C = op(A)·op(B), C += op(A)·op(B) if Acc, plus Bias on
// every row unless it is nil.
//
// op(A) is M×K: A with row stride LDA, or the transpose of the K×M matrix A if
// TransA. op(B) is K×N likewise, or Packed, which replaces B, TransB and LDB.
// C is M×N with row stride LDC and overlaps no operand.
type Gemm struct {
	TransA, TransB bool
	M, N, K        int
	A              []float32
	LDA            int
	B              []float32
	LDB            int
	Packed         *Packed
	C              []float32
	LDC            int
	Acc            bool
	Bias           []float32
}

// scratch is a team's memory for packed operands.
type scratch struct {
	// a holds the packed left operand, shared by all workers. The two take
	// turns, so that one barrier per block of the inner dimension is enough.
	a      [2][]float32
	panels []panel // by worker
}

// panel is a worker's own panel of the right operand.
type panel struct {
	b    []float32
	turn int
	_    [32]byte
}

func (s *scratch) reset() {
	for i := range s.panels {
		s.panels[i].turn = 0
	}
}

// Reserve makes room for products, of which only M, N, K and Packed matter. Call it
// outside Run, while planning; afterwards Gemm works without allocating on
// everything that is no larger.
func (t *Team) Reserve(products ...Gemm) {
	left, right := scratchFloats(products)
	if len(t.scratch.a[0]) < left {
		for i := range t.scratch.a {
			t.scratch.a[i] = Floats(left)
		}
	}
	if len(t.scratch.panels[0].b) < right {
		for i := range t.scratch.panels {
			t.scratch.panels[i].b = Floats(right)
		}
	}
}

// Unreserve gives back what Reserve has taken.
func (t *Team) Unreserve() { t.scratch = scratch{panels: make([]panel, t.n)} }

// Reserved is the number of floats that Reserve has taken.
func (t *Team) Reserved() (floats int) {
	for _, a := range t.scratch.a {
		floats += len(a)
	}
	for i := range t.scratch.panels {
		floats += len(t.scratch.panels[i].b)
	}
	return floats
}

// ScratchSize is the number of floats that Reserve takes for products no larger
// than these in a team of so many workers.
func ScratchSize(workers int, products ...Gemm) int {
	left, right := scratchFloats(products)
	return len(scratch{}.a)*left + workers*right
}

// scratchFloats is the room for a packed left operand and for a worker's panel.
func scratchFloats(products []Gemm) (left, right int) {
	s := shapes[active]
	for _, g := range products {
		left = max(left, packedRows(s, g.M, g.K))
		if g.Packed == nil {
			right = max(right, min(s.kc, g.K)*s.nr)
		}
	}
	return left, right
}

// Gemm computes worker w's part of g. All workers of the team call it alike,
// inside Run; there are barriers inside. The caller puts one before, if an
// operand was just written, and one after, before C is read or an operand
// overwritten.
//
// The left operand is packed by all workers together, panels of the right one
// by whoever uses them. Gemm panics if a slice is too short or if Reserve has
// not seen this size.
func (t *Team) Gemm(w int, g Gemm) {
	g.check()
	if g.M == 0 || g.N == 0 {
		return
	}
	if g.K == 0 {
		emptyProduct(w, t.n, g.M, g.N, g.C, g.LDC, g.Acc, g.Bias)
		return
	}
	s := shapes[active]
	t.checkReserved(s, &g)
	h, tiles := tileRows(s, g.M)
	panels := (g.N + s.nr - 1) / s.nr
	if g.oneColumn() {
		lo, hi := t.Share(w, tiles)
		g.columnRows(lo*h, min(hi*h, g.M))
		return
	}
	own := &t.scratch.panels[w]
	if g.inPlace(h) {
		t.gemmInPlace(w, &g, s, h, tiles, panels)
		return
	}
	for k0 := 0; k0 < g.K; k0 += s.kc {
		kc := min(s.kc, g.K-k0)
		stride := tileFloats(h, kc)
		rows := &t.scratch.a[own.turn][0]
		own.turn ^= 1
		for i, hi := t.Share(w, tiles); i < hi; i++ {
			packTile(s, at(rows, i*stride), &g, i*h, min(h, g.M-i*h), k0, kc)
		}
		t.Barrier()
		lo, hi := t.Share(w, panels*tiles)
		for u := lo; u < hi; {
			j, i := u/tiles, u%tiles
			end := min(tiles, i+hi-u)
			u += end - i
			b := g.panel(s, own, k0, kc, j)
			for ; i < end; i++ {
				tilePacked(min(h, g.M-i*h), kc, at(rows, i*stride), b, s.nr,
					&g.C[i*h*g.LDC+j*s.nr], g.LDC, g.Acc || k0 > 0, biasAt(g.Bias, k0, j*s.nr), min(s.nr, g.N-j*s.nr))
			}
		}
	}
}

// oneColumn reports whether g is a list of inner products of what lies in one
// piece: a tile would compute a whole panel of columns for it.
func (g *Gemm) oneColumn() bool {
	return g.N == 1 && g.LDC == 1 && !g.TransA && g.Packed == nil && (g.TransB || g.LDB == 1)
}

// columnRows computes rows [lo, hi) of a product with one column.
func (g *Gemm) columnRows(lo, hi int) {
	if lo >= hi {
		return
	}
	c := g.C[lo:hi]
	RowDots(c, g.A[lo*g.LDA:], g.LDA, g.B[:g.K], g.Acc)
	if g.Bias != nil {
		for i := range c {
			c[i] += g.Bias[0]
		}
	}
}

// narrow is the number of columns up to which packing the left operand does not
// pay: it would be read too few times. By processor time, of products of 400 rows
// by 64 to 256 columns, reading in place takes 2 to 12 % less with AVX-512, 15 to
// 40 % less with AVX2. Only tests change it.
var narrow = 256

// ways is how many lines of one set the first-level cache holds.
const ways = 8

// inPlace reports whether tiles of h rows read the left operand where it is. Rows
// that all fall into one set of the cache must be few.
func (g *Gemm) inPlace(h int) bool {
	return !g.TransA && g.N <= narrow && (h <= ways || g.LDA%512 != 0)
}

// gemmInPlace is Gemm with the left operand read in place. The sums are added in
// the same order.
func (t *Team) gemmInPlace(w int, g *Gemm, s shape, h, tiles, panels int) {
	own := &t.scratch.panels[w]
	lo, hi := t.Share(w, panels*tiles)
	for k0 := 0; k0 < g.K; k0 += s.kc {
		kc := min(s.kc, g.K-k0)
		for u := lo; u < hi; {
			j, i := u/tiles, u%tiles
			end := min(tiles, i+hi-u)
			u += end - i
			b := g.panel(s, own, k0, kc, j)
			for ; i < end; i++ {
				tile(min(h, g.M-i*h), kc, &g.A[i*h*g.LDA+k0], g.LDA, b, s.nr,
					&g.C[i*h*g.LDC+j*s.nr], g.LDC, g.Acc || k0 > 0, biasAt(g.Bias, k0, j*s.nr), min(s.nr, g.N-j*s.nr), b)
			}
		}
	}
}

// panel returns panel j of the right operand, packing it if nobody has.
func (g *Gemm) panel(s shape, own *panel, k0, kc, j int) *float32 {
	if g.Packed != nil {
		return g.Packed.panel(k0, kc, j)
	}
	packPanel(s, &own.b[0], &g.B[0], g.LDB, g.TransB, k0, kc, j*s.nr, g.N)
	return &own.b[0]
}

// packTile writes h rows of op(A), columns [k0, k0+kc), to dst, column by column.
// Where there are rows enough below, a whole square is transposed, which needs no
// masks: what is too much of a column lies where the next one will, or behind
// the tile.
func packTile(s shape, dst *float32, g *Gemm, row, h, k0, kc int) {
	if g.TransA {
		copyNarrow(dst, h, &g.A[k0*g.LDA+row], g.LDA, kc, h)
		return
	}
	rows := h
	if h < s.square && row+s.square <= g.M {
		rows = s.square
	}
	transpose(dst, h, &g.A[row*g.LDA+k0], g.LDA, rows, kc)
}

// tileFloats is the room for a packed tile, which starts on a cache line, and for
// what packTile writes behind it.
func tileFloats(h, kc int) int { return (h*kc+lineFloats-1)/lineFloats*lineFloats + lineFloats }

// packedRows is how many floats the packed left operand of one block takes.
func packedRows(s shape, m, k int) int {
	if m == 0 {
		return 0
	}
	h, tiles := tileRows(s, m)
	return tiles * tileFloats(h, min(s.kc, k))
}

func (g *Gemm) check() {
	rows, cols := swapIf(g.TransA, g.M, g.K)
	checkMatrix("A", g.A, g.LDA, rows, cols)
	if g.Packed == nil {
		rows, cols = swapIf(g.TransB, g.K, g.N)
		checkMatrix("B", g.B, g.LDB, rows, cols)
	} else if g.Packed.K != g.K || g.Packed.N != g.N {
		misuse("op(B) is packed %d×%d, the product wants %d×%d", g.Packed.K, g.Packed.N, g.K, g.N)
	}
	checkMatrix("C", g.C, g.LDC, g.M, g.N)
	if g.Bias != nil {
		checkVector("Bias", g.Bias, g.N)
	}
}

func (t *Team) checkReserved(s shape, g *Gemm) {
	if g.Packed != nil {
		checkShape(g.Packed)
	}
	if len(t.scratch.a[0]) < packedRows(s, g.M, g.K) || g.Packed == nil && len(t.scratch.panels[0].b) < min(s.kc, g.K)*s.nr {
		misuse("no room for a product of %d×%d by %d×%d: call Reserve while planning", g.M, g.K, g.K, g.N)
	}
}
