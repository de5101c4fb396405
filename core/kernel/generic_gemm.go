package kernel

import (
	"unsafe"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// tileGo is one tile of C = A·B through gonum's BLAS. Tiles are small enough that
// gonum never starts goroutines of its own. gonum skips zeros of A, so that zero
// times infinity or NaN adds nothing here.
func tileGo(h, k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, acc bool, bias *float32, cols int, _ *float32) {
	cs := prepareTile(h, c, ldc, acc, bias, cols)
	gonum.Implementation{}.Sgemm(blas.NoTrans, blas.NoTrans, h, cols, k,
		1, unsafe.Slice(a, (h-1)*lda+k), lda, unsafe.Slice(b, k*ldb), ldb, 1, cs, ldc)
}

// tilePackedGo is tileGo for A packed as k columns of h.
func tilePackedGo(h, k int, a, b *float32, ldb int, c *float32, ldc int, acc bool, bias *float32, cols int) {
	cs := prepareTile(h, c, ldc, acc, bias, cols)
	gonum.Implementation{}.Sgemm(blas.Trans, blas.NoTrans, h, cols, k,
		1, unsafe.Slice(a, k*h), h, unsafe.Slice(b, k*ldb), ldb, 1, cs, ldc)
}

// prepareTile sets C to what the product is added to.
func prepareTile(h int, c *float32, ldc int, acc bool, bias *float32, cols int) []float32 {
	cs := unsafe.Slice(c, (h-1)*ldc+cols)
	for r := range h {
		row := cs[r*ldc:][:cols]
		if !acc {
			clear(row)
		}
		if bias != nil {
			axpyGo(cols, &row[0], bias, 1)
		}
	}
	return cs
}

// transposeGo sets dst[c·ds + r] = src[r·ld + c] for r < rows, c < cols. It goes by
// strips of 16 columns: a cache line of each source row, written while the strip
// of dst stays in the cache.
func transposeGo(dst *float32, ds int, src *float32, ld, rows, cols int) {
	for c0 := 0; c0 < cols; c0 += lineFloats {
		w := min(lineFloats, cols-c0)
		for r := range rows {
			d := at(dst, c0*ds+r)
			for c, v := range unsafe.Slice(at(src, r*ld+c0), w) {
				*at(d, c*ds) = v
			}
		}
	}
}

// copyPanelGo copies rows of cols floats into rows of nr floats, padded with zeros.
func copyPanelGo(dst *float32, nr int, src *float32, ld, rows, cols int) {
	for r := range rows {
		d := unsafe.Slice(at(dst, r*nr), nr)
		copy(d, unsafe.Slice(at(src, r*ld), cols))
		clear(d[cols:])
	}
}

func copyNarrowGo(dst *float32, ds int, src *float32, ld, rows, cols int) {
	for r := range rows {
		copy(unsafe.Slice(at(dst, r*ds), cols), unsafe.Slice(at(src, r*ld), cols))
	}
}

// zeroColumns clears columns [from, nr) of rows of nr floats.
func zeroColumns(dst *float32, nr, rows, from int) {
	for r := range rows {
		clear(unsafe.Slice(at(dst, r*nr), nr)[from:])
	}
}

// The product that the generic level measures its peak with, peakM×peakK by
// peakK×peakN: a tile as products have them, all of which stays in the
// first-level cache.
const peakM, peakK, peakN = 16, 32, 128

// multiplyAddsGo does a product for every peakRounds rounds.
func multiplyAddsGo(n int) {
	x := make([]float32, peakM*peakK+peakK*peakN+peakM*peakN)
	for i := range x {
		x[i] = 1 // gonum skips zeros
	}
	a, b, c := x[:peakM*peakK], x[peakM*peakK:][:peakK*peakN], x[peakM*peakK+peakK*peakN:]
	for ; n >= peakRounds; n -= peakRounds {
		gonum.Implementation{}.Sgemm(blas.NoTrans, blas.NoTrans, peakM, peakN, peakK, 1, a, peakK, b, peakN, 0, c, peakN)
	}
}
