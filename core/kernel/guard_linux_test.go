package kernel

import (
	"os"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// fence places floats directly before, or directly behind, a page that must not
// be touched: one read or write too far ends the process.
type fence struct {
	page  int
	pages []byte
}

func newFence(t *testing.T, floats int) *fence {
	f := &fence{page: os.Getpagesize()}
	inner := (4*floats + f.page - 1) / f.page * f.page
	var err error
	f.pages, err = unix.Mmap(-1, 0, inner+2*f.page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	require.NoError(t, err)
	require.NoError(t, unix.Mprotect(f.pages[:f.page], unix.PROT_NONE))
	require.NoError(t, unix.Mprotect(f.pages[f.page+inner:], unix.PROT_NONE))
	t.Cleanup(func() { _ = unix.Munmap(f.pages) })
	return f
}

// put copies x to the end of the open pages, or to their start.
func (f *fence) put(x []float32, atEnd bool) []float32 {
	open := f.pages[f.page : len(f.pages)-f.page]
	if atEnd {
		open = open[len(open)-4*len(x):]
	}
	y := unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(open))), len(x))
	copy(y, x)
	return y
}

func TestNothingOutsideVectors(t *testing.T) {
	f := []*fence{newFence(t, 1000), newFence(t, 1000), newFence(t, 1000), newFence(t, 1000)}
	eachLevel(t, func(t *testing.T) {
		for n := 1; n <= 140; n++ {
			x := uniform(newRand(uint64(n)), n, 0.5, 1)
			for _, atEnd := range []bool{false, true} {
				var v [4][]float32
				var ptr []*float32
				for k := range v {
					v[k] = f[k].put(x, atEnd)
					ptr = append(ptr, &v[k][0])
				}
				if n <= 70 {
					for op := OpCopy; op < opCount; op++ {
						VM(n, []Ins{{Op: op, D: 3, A: 0, B: 1, C: 2}}, ptr)
					}
				}
				Axpy(v[0], v[1], 1)
				Scale(v[0], 2)
				Softmax(v[1])
				SoftmaxXent(v[2], 0, 1)
				Threshold(v[3], 0.1)
				s := Sum(v[0]) + SumSq(v[1]) + Dot(v[2], v[3]) + LogSumExp(v[0]) + float64(MaxOf(v[1]))
				ColSum(v[0], v[1], n, 1, true)
				SqColSum(v[0], v[1], n, 1, true)
				k := n / dotRows // columns of a matrix that ends where v[1] does
				RowDots(v[0][n-min(n, dotRows):], v[1][n-min(n, dotRows)*k:], k, v[2][n-k:], true)
				AddScaled(v[0], n, v[1], n, 1, n, v[2], v[3])
				require.False(t, s != s)
			}
		}
	})
}

func TestNothingOutsideMatrices(t *testing.T) {
	const floats = 120 * 120
	f := []*fence{newFence(t, floats), newFence(t, floats), newFence(t, floats), newFence(t, floats)}
	eachLevel(t, func(t *testing.T) {
		team := NewTeam(1)
		defer team.Close()
		r := newRand(1)
		fill := func(n int) []float32 { return integers(r, n) }
		for i := range 400 {
			m, n, k := 1+r.IntN(40), 1+r.IntN(80), 1+r.IntN(40)
			p := newProduct(fill, m, n, k, i%2 == 0, i/2%2 == 0, i/4%2 == 0, true, i%3, 0)
			atEnd := i/8%2 == 0
			p.A, p.B, p.C, p.Bias = f[0].put(p.A, atEnd), f[1].put(p.B, atEnd), f[2].put(p.C, atEnd), f[3].put(p.Bias, atEnd)
			packed := NewPacked(k, n)
			packed.Pack(0, 1, p.B, p.LDB, p.TransB)
			if !p.TransA && !p.Acc {
				GemmPacked(0, 1, m, p.A, p.LDA, packed, p.C, p.LDC, false, p.Bias)
				p.check(t, p.C, 0, "GemmPacked")
			}
			team.Reserve(p.Gemm)
			if i/16%2 == 0 {
				team.Run(func(w int) { team.Gemm(w, p.Gemm) })
			} else {
				never(func() { team.Run(func(w int) { team.Gemm(w, p.Gemm) }) })
			}
			p.check(t, p.C, 0, "Gemm")
		}
	})
}
