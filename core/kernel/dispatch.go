package kernel

func bestLevel() level { return levelGeneric }

func cpuPause() {}

func vm(n int, code *Ins, count int, ptr **float32)   { vmGo(n, code, count, ptr) }
func axpy(n int, y, x *float32, a float32)            { axpyGo(n, y, x, a) }
func scale(n int, x *float32, a float32)              { scaleGo(n, x, a) }
func addScaled(n int, g, w, colc *float32, a float32) { addScaledGo(n, g, w, colc, a) }
func sum(n int, x *float32) float64                   { return sumGo(n, x) }
func sumSq(n int, x *float32) float64                 { return sumSqGo(n, x) }
func dot(n int, x, y *float32) float64                { return dotGo(n, x, y) }
func maxOf(n int, x *float32) float32                 { return maxOfGo(n, x) }
func expSum(n int, x *float32, m float32) float64     { return expSumGo(n, x, m) }
func sumExp(n int, x *float32, m float32) float64     { return sumExpGo(n, x, m) }
func threshold(n int, x *float32, tau float32) int    { return thresholdGo(n, x, tau) }
func colSum(n int, dst, x *float32, ld, rows int)     { colSumGo(n, dst, x, ld, rows) }
func sqColSum(n int, dst, x *float32, ld, rows int)   { sqColSumGo(n, dst, x, ld, rows) }
func transpose(dst *float32, ds int, src *float32, ld, rows, cols int) {
	transposeGo(dst, ds, src, ld, rows, cols)
}
func tile(h, k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, acc bool, bias *float32, cols int) {
	tileGo(h, k, a, lda, b, ldb, c, ldc, acc, bias, cols)
}
