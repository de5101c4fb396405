package kernel

// GemmPacked is the product of a recurrent step: C = A·B, or C += A·B if acc, and
// plus bias on every row unless bias is nil. A is m×K and read in place, B is
// packed K×N, C is m×N. Worker w does its share, of workers in all; there is no
// barrier inside, so different workers write different elements of C and a
// barrier must follow. A and C must not overlap.
//
// GemmPacked panics if a slice is too short.
func GemmPacked(w, workers, m int, a []float32, lda int, p *Packed, c []float32, ldc int, acc bool, bias []float32) {
	checkMatrix("a", a, lda, m, p.K)
	checkMatrix("c", c, ldc, m, p.N)
	if bias != nil {
		checkVector("bias", bias, p.N)
	}
	checkShape(p)
	if m == 0 || p.N == 0 {
		return
	}
	if p.K == 0 {
		emptyProduct(w, workers, m, p.N, c, ldc, acc, bias)
		return
	}
	s := p.shape
	h, tiles := tileRows(s, m)
	lo, hi := p.panels()*tiles*w/workers, p.panels()*tiles*(w+1)/workers
	for k0 := 0; k0 < p.K; k0 += s.kc {
		kc := min(s.kc, p.K-k0)
		for u := lo; u < hi; u++ {
			j, i := u/tiles, u%tiles
			b := p.panel(k0, kc, j)
			next := b
			if tiles > 1 && p.Size() >= fromMemory {
				next = p.next(k0, kc, j, lo/tiles, (hi-1)/tiles)
			}
			tile(min(h, m-i*h), kc, &a[i*h*lda+k0], lda, b, s.nr,
				&c[i*h*ldc+j*s.nr], ldc, acc || k0 > 0, biasAt(bias, k0, j*s.nr), min(s.nr, p.N-j*s.nr),
				at(next, i*lineFloats%s.nr))
		}
	}
}

// fromMemory is from how many floats on an operand is read from memory rather than
// from the third-level cache, more or less. By two workers with AVX-512, products
// of 20 rows with 36 MB of weights take 10 % less time with the next panel
// fetched early; with 7 MB nothing is gained. Only tests change it.
var fromMemory = 4 << 20

// next is the panel that a worker of panels first to last reads after panel j,
// which its tiles fetch into the second-level cache beside their work: each a
// line of every row. Otherwise the first tile of a panel would wait for memory and
// the others find it in the cache; so the waiting is spread over all. Behind the
// last panel nothing is known, and j itself, which is there, costs nothing.
func (p *Packed) next(k0, kc, j, first, last int) *float32 {
	switch rest := p.K - k0 - kc; {
	case j < last:
		j++
	case rest > 0:
		return p.panel(k0+kc, min(p.shape.kc, rest), first)
	}
	return p.panel(k0, kc, j)
}

// tileRows splits m rows into tiles of even height: 20 rows are 2 tiles of 10.
func tileRows(s shape, m int) (height, tiles int) {
	tiles = (m + s.mr - 1) / s.mr
	height = (m + tiles - 1) / tiles
	return height, (m + height - 1) / height
}

// biasAt returns the bias of column j for the first block of the inner
// dimension, and nil for the others.
func biasAt(bias []float32, k0, j int) *float32 {
	if bias == nil || k0 > 0 {
		return nil
	}
	return &bias[j]
}

// emptyProduct is a product with inner dimension 0: nothing but the bias.
func emptyProduct(w, workers, m, n int, c []float32, ldc int, acc bool, bias []float32) {
	for r := m * w / workers; r < m*(w+1)/workers; r++ {
		row := c[r*ldc:][:n]
		if !acc {
			clear(row)
		}
		if bias != nil {
			Axpy(row, bias[:n], 1)
		}
	}
}
