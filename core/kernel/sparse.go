package kernel

import "unsafe"

// Strip is how many columns of the dense operand a sparse product takes at a
// time: its rows are padded to a multiple of it.
const Strip = 16

// Sparse is a matrix in compressed sparse row form: the elements of row r that
// are not zero are Val[Start[r]:Start[r+1]], in columns Col. iss itself has no
// use for it; it is what its dense, smaller matrices are measured against.
type Sparse struct {
	Rows, Cols int
	Start      []int // Rows+1
	Col        []int32
	Val        []float32
}

// NewSparse takes the elements of a rows×cols matrix that are not zero. It
// panics if w is too short.
func NewSparse(w []float32, rows, cols int) *Sparse {
	checkMatrix("w", w, cols, rows, cols)
	s := &Sparse{Rows: rows, Cols: cols, Start: make([]int, 1, rows+1)}
	for r := range rows {
		for c, v := range w[r*cols:][:cols] {
			if v != 0 {
				s.Col, s.Val = append(s.Col, int32(c)), append(s.Val, v)
			}
		}
		s.Start = append(s.Start, len(s.Col))
	}
	return s
}

// Mul is Y = S·X for X Cols×n and Y Rows×n, both with rows of ld floats, a
// multiple of Strip; what is behind column n is computed and means nothing.
// Worker w does its share of the rows, of workers in all; there is no barrier
// inside. It panics if ld is no such multiple or a slice is too short.
func (s *Sparse) Mul(w, workers int, y, x []float32, ld int) {
	if ld <= 0 || ld%Strip != 0 {
		misuse("rows of %d floats: a multiple of %d is needed", ld, Strip)
	}
	checkMatrix("x", x, ld, s.Cols, ld)
	checkMatrix("y", y, ld, s.Rows, ld)
	// Rows are shared by their elements, which differ in number.
	lo, hi := s.row(w*len(s.Val)/workers, w == 0), s.row((w+1)*len(s.Val)/workers, false)
	if w == workers-1 {
		hi = s.Rows
	}
	for c := 0; c < ld; c += Strip {
		for r := lo; r < hi; r++ {
			from, to := s.Start[r], s.Start[r+1]
			if from == to {
				clear(y[r*ld+c:][:Strip])
				continue
			}
			sparseRow(to-from, &y[r*ld+c], &s.Col[from], &s.Val[from], &x[c], ld)
		}
	}
}

// row is the first row that starts at element k or behind it.
func (s *Sparse) row(k int, first bool) int {
	if first {
		return 0
	}
	lo, hi := 0, s.Rows
	for lo < hi {
		if mid := (lo + hi) / 2; s.Start[mid] < k {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

func sparseRowGo(n int, y *float32, cols *int32, vals, x *float32, ld int) {
	var sum [Strip]float32
	cs, vs := unsafe.Slice(cols, n), unsafe.Slice(vals, n)
	for k, c := range cs {
		row := unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(x), int(c)*ld*4)), Strip)
		for i, v := range row {
			sum[i] += vs[k] * v
		}
	}
	copy(unsafe.Slice(y, Strip), sum[:])
}
