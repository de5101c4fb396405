package npz

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// longestHead is the longest header that is read, in bytes; NumPy's own are
// below 200.
const longestHead = 1 << 16

// mostAxes is NumPy's limit.
const mostAxes = 32

// head is what a .npy file says before its numbers.
type head struct {
	descr   string // NumPy's type: "<f4"
	width   int    // bytes of a number
	fortran bool   // the first axis changes fastest
	shape   []int
	count   int // numbers
	size    int // bytes of all that comes before them
}

// form is the header's Python dictionary, in the order in which NumPy writes
// it: sorted by key.
var form = regexp.MustCompile(`^\{\s*'descr'\s*:\s*'([^']*)'\s*,\s*'fortran_order'\s*:\s*(True|False)\s*,\s*'shape'\s*:\s*\(([0-9, ]*)\)\s*,?\s*\}\s*$`)

// typed is a type of numbers: byte order, kind, width.
var typed = regexp.MustCompile(`^[<>|=][biufc]([0-9]{1,2})$`)

// readHead reads magic, version and header.
func readHead(r io.Reader) (h head, err error) {
	var start [8]byte
	if _, err := io.ReadFull(r, start[:]); err != nil {
		return h, fmt.Errorf("the .npy header: %w", err)
	}
	if string(start[:6]) != "\x93NUMPY" {
		return h, errors.New("does not begin like a .npy file")
	}
	wide := 2
	switch start[6] {
	case 1:
	case 2, 3:
		wide = 4
	default:
		return h, fmt.Errorf("is of version %d of the .npy format; 1 to 3 can be read", start[6])
	}
	var length [4]byte
	if _, err := io.ReadFull(r, length[:wide]); err != nil {
		return h, fmt.Errorf("the .npy header: %w", err)
	}
	n := binary.LittleEndian.Uint32(length[:])
	if n > longestHead {
		return h, fmt.Errorf("a .npy header of %d bytes; %d is the most", n, longestHead)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, fmt.Errorf("the .npy header: %w", err)
	}
	h.size = len(start) + wide + len(text)
	return h, h.parse(string(text))
}

func (h *head) parse(text string) error {
	m := form.FindStringSubmatch(text)
	if m == nil {
		return fmt.Errorf("the .npy header %.100q is not one of an array of numbers", text)
	}
	h.descr, h.fortran = m[1], m[2] == "True"
	t := typed.FindStringSubmatch(h.descr)
	if t == nil {
		return fmt.Errorf("is of type %q, which is not one of numbers", h.descr)
	}
	h.width, _ = strconv.Atoi(t[1]) // two digits
	if h.width == 0 {
		return fmt.Errorf("is of type %q, which has no width", h.descr)
	}
	h.shape, h.count = []int{}, 1
	empty := false
	for _, size := range strings.Split(m[3], ",") {
		if size = strings.TrimSpace(size); size == "" {
			continue
		}
		n, err := strconv.Atoi(size)
		if err != nil {
			return fmt.Errorf("the size %q of the shape: %w", size, err)
		}
		empty = empty || n == 0
		if n > 0 && h.count > math.MaxInt/64/n {
			return fmt.Errorf("the shape (%.100s) has more numbers than can be counted", m[3])
		}
		h.count *= max(n, 1)
		h.shape = append(h.shape, n)
	}
	if empty {
		h.count = 0
	}
	if len(h.shape) > mostAxes {
		return fmt.Errorf("the shape has %d axes; %d is the most", len(h.shape), mostAxes)
	}
	return nil
}

// decoders append numbers that stand in whole pieces, by their type.
var decoders = map[string]func([]float32, []byte) []float32{
	"<f2": floats(2, func(b []byte) float32 { return half(binary.LittleEndian.Uint16(b)) }),
	"<f4": floats(4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }),
	">f4": floats(4, func(b []byte) float32 { return math.Float32frombits(binary.BigEndian.Uint32(b)) }),
	"<f8": floats(8, func(b []byte) float32 { return float32(math.Float64frombits(binary.LittleEndian.Uint64(b))) }),
	">f8": floats(8, func(b []byte) float32 { return float32(math.Float64frombits(binary.BigEndian.Uint64(b))) }),
}

func floats(width int, one func([]byte) float32) func([]float32, []byte) []float32 {
	return func(out []float32, b []byte) []float32 {
		for ; len(b) >= width; b = b[width:] {
			out = append(out, one(b))
		}
		return out
	}
}

// half is the value of an IEEE 754 binary16 number.
func half(b uint16) float32 {
	sign, exp, frac := uint32(b>>15)<<31, int(b>>10&31), uint32(b&1023)
	switch exp {
	case 0:
		v := float32(frac) / (1 << 24)
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	}
	return math.Float32frombits(sign | uint32(exp+127-15)<<23 | frac<<13)
}
