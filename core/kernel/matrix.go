package kernel

// ColSum sets dst[j] = Σ_r x[r, j], or adds to it if acc, over the rows×len(dst)
// matrix x with row stride ld. It panics if x is too short.
func ColSum(dst, x []float32, ld, rows int, acc bool) {
	columns("ColSum: x", colSum, dst, x, ld, rows, acc)
}

// SqColSum sets dst[j] = Σ_r x[r, j]², or adds to it if acc, over the
// rows×len(dst) matrix x with row stride ld. It panics if x is too short.
func SqColSum(dst, x []float32, ld, rows int, acc bool) {
	columns("SqColSum: x", sqColSum, dst, x, ld, rows, acc)
}

// SqRowSum sets dst[r] = Σ_j x[r, j]², or adds to it if acc, over the len(dst)×n
// matrix x with row stride ld. It panics if x is too short.
func SqRowSum(dst, x []float32, ld, n int, acc bool) {
	checkMatrix("SqRowSum: x", x, ld, len(dst), n)
	for r := range dst {
		var s float64
		if n > 0 {
			s = SumSq(x[r*ld:][:n])
		}
		if acc {
			s += float64(dst[r])
		}
		dst[r] = float32(s)
	}
}

// dotRows is how many inner products one call of dots makes.
const dotRows = 4

// RowDots sets dst[r] = Σ_j a[r, j]·x[j], or adds to it if acc, over the
// len(dst)×len(x) matrix a with row stride ld: a product with one column, added in
// double precision. It panics if a is too short.
func RowDots(dst, a []float32, ld int, x []float32, acc bool) {
	checkMatrix("RowDots: a", a, ld, len(dst), len(x))
	if !acc {
		clear(dst)
	}
	var s [dotRows]float32
	for j := 0; j < len(x); j += chunk {
		part := x[j:min(j+chunk, len(x))]
		r := 0
		for ; r+dotRows <= len(dst); r += dotRows {
			dots(len(part), &s[0], &part[0], &a[r*ld+j], ld)
			for k, v := range s {
				dst[r+k] += v
			}
		}
		for ; r < len(dst); r++ {
			dst[r] += float32(Dot(part, a[r*ld+j:][:len(part)]))
		}
	}
}

// AddScaled adds w[r, j]·(rowc[r] + colc[j]) to g[r, j] for rows×n matrices g and
// w with row strides ldg and ldw; rowc or colc may be nil, which counts as zero.
// With 1/norm of each group it is the gradient of group Lasso. AddScaled panics
// if a slice is too short.
func AddScaled(g []float32, ldg int, w []float32, ldw, rows, n int, rowc, colc []float32) {
	checkMatrix("AddScaled: g", g, ldg, rows, n)
	checkMatrix("AddScaled: w", w, ldw, rows, n)
	if rowc != nil {
		checkVector("AddScaled: rowc", rowc, rows)
	}
	if colc != nil {
		checkVector("AddScaled: colc", colc, n)
	}
	if n == 0 || rowc == nil && colc == nil {
		return
	}
	for r := range rows {
		var a float32
		if rowc != nil {
			a = rowc[r]
		}
		if colc == nil {
			Axpy(g[r*ldg:][:n], w[r*ldw:][:n], a)
			continue
		}
		for j := 0; j < n; j += chunk {
			addScaled(min(chunk, n-j), &g[r*ldg+j], &w[r*ldw+j], &colc[j], a)
		}
	}
}

// columnBlock is the width one call of a column kernel handles: the sums stay in
// the first-level cache.
const columnBlock = 512

func columns(name string, f func(n int, dst, x *float32, ld, rows int), dst, x []float32, ld, rows int, acc bool) {
	checkMatrix(name, x, ld, rows, len(dst))
	if !acc {
		clear(dst)
	}
	if rows == 0 {
		return
	}
	for j := 0; j < len(dst); j += columnBlock {
		n := min(columnBlock, len(dst)-j)
		for r := 0; r < rows; r += chunk / columnBlock {
			f(n, &dst[j], &x[r*ld+j], ld, min(chunk/columnBlock, rows-r))
		}
	}
}
