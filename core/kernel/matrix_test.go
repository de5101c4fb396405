package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// eachMatrix runs f on matrices of every width up to a few strips, wide and tall
// ones, and with gaps of NaN between the rows.
func eachMatrix(t *testing.T, f func(t *testing.T, r *matrix)) {
	eachLevel(t, func(t *testing.T) {
		for n := 0; n <= 140; n++ {
			f(t, newMatrix(uint64(n), n%5, n, n%3))
		}
		f(t, newMatrix(1, 300, 7, 2))
		f(t, newMatrix(2, 3, columnBlock*2+5, 1))
		f(t, newMatrix(3, 2*chunk/columnBlock+1, columnBlock+3, 0))
	})
}

type matrix struct {
	rows, n, ld int
	x           []float32
}

func newMatrix(seed uint64, rows, n, gap int) *matrix {
	m := &matrix{rows: rows, n: n, ld: n + gap}
	if rows > 0 {
		m.x = make([]float32, (rows-1)*m.ld+n)
	}
	for i := range m.x {
		m.x[i] = float32(math.NaN())
	}
	r := newRand(seed)
	for i := range rows {
		copy(m.x[i*m.ld:], uniform(r, n, -1, 1))
	}
	return m
}

func (m *matrix) at(r, j int) float64 { return float64(m.x[r*m.ld+j]) }

func TestColumnSums(t *testing.T) {
	eachMatrix(t, func(t *testing.T, m *matrix) {
		for _, acc := range []bool{false, true} {
			sum, sq := make([]float32, m.n), make([]float32, m.n)
			for j := range sum {
				sum[j], sq[j] = float32(j), float32(2*j)
				if !acc {
					sum[j], sq[j] = float32(math.NaN()), float32(math.NaN())
				}
			}
			ColSum(sum, m.x, m.ld, m.rows, acc)
			SqColSum(sq, m.x, m.ld, m.rows, acc)
			for j := range m.n {
				var s, q float64
				if acc {
					s, q = float64(j), float64(2*j)
				}
				for r := range m.rows {
					s += m.at(r, j)
					q += m.at(r, j) * m.at(r, j)
				}
				tolerance := 0x1p-24 * float64(m.rows) * float64(m.rows+2*j)
				within(t, s, sum[j], tolerance, "ColSum of %d×%d, column %d", m.rows, m.n, j)
				within(t, q, sq[j], tolerance, "SqColSum of %d×%d, column %d", m.rows, m.n, j)
			}
		}
	})
}

func TestRowDots(t *testing.T) {
	check := func(t *testing.T, m *matrix) {
		x := uniform(newRand(7), m.n, -1, 1)
		for _, acc := range []bool{false, true} {
			got := make([]float32, m.rows)
			for r := range got {
				got[r] = float32(math.NaN())
				if acc {
					got[r] = float32(r)
				}
			}
			RowDots(got, m.x, m.ld, x, acc)
			for r := range got {
				var want, size float64
				if acc {
					want, size = float64(r), float64(r)
				}
				for j, v := range x {
					want += m.at(r, j) * float64(v)
					size += math.Abs(m.at(r, j) * float64(v))
				}
				more := float64(m.n / chunk) // roundings to single precision
				if acc {
					more++
				}
				tolerance := 0x1p-24*(math.Abs(want)+2*more*size) + 0x1p-52*float64(m.n)*size
				within(t, want, got[r], tolerance, "%d×%d, row %d", m.rows, m.n, r)
			}
		}
	}
	eachMatrix(t, check)
	eachLevel(t, func(t *testing.T) { check(t, newMatrix(4, 5, 2*chunk+9, 1)) })
}

func TestSqRowSum(t *testing.T) {
	eachMatrix(t, func(t *testing.T, m *matrix) {
		for _, acc := range []bool{false, true} {
			got := make([]float32, m.rows)
			for r := range got {
				got[r] = float32(r)
			}
			SqRowSum(got, m.x, m.ld, m.n, acc)
			for r := range m.rows {
				var want float64
				if acc {
					want = float64(r)
				}
				for j := range m.n {
					want += m.at(r, j) * m.at(r, j)
				}
				require.LessOrEqual(t, ulps(got[r], want), 0.51, "%d×%d, row %d", m.rows, m.n, r)
			}
		}
	})
}

func TestAddScaled(t *testing.T) {
	eachMatrix(t, func(t *testing.T, m *matrix) {
		r := newRand(uint64(m.n + 1))
		rowc, colc := uniform(r, m.rows, 0, 2), uniform(r, m.n, 0, 2)
		for _, use := range []struct {
			name       string
			rowc, colc []float32
		}{{"both", rowc, colc}, {"rows", rowc, nil}, {"columns", nil, colc}, {"neither", nil, nil}} {
			g := newMatrix(uint64(m.rows), m.rows, m.n, 2)
			before := clone(g.x)
			AddScaled(g.x, g.ld, m.x, m.ld, m.rows, m.n, use.rowc, use.colc)
			for i, v := range g.x {
				row, j := i/g.ld, i%g.ld
				if j >= m.n {
					require.True(t, v != v, "%s: wrote behind row %d", use.name, row)
					continue
				}
				var c float64
				if use.rowc != nil {
					c += float64(rowc[row])
				}
				if use.colc != nil {
					c += float64(colc[j])
				}
				within(t, float64(before[i])+m.at(row, j)*c, v, 1e-6, "%s: %d×%d at %d, %d", use.name, m.rows, m.n, row, j)
			}
		}
	})
}
