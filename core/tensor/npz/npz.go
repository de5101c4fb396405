// Package npz reads the .npz files of NumPy: a zip file with one .npy file an
// array.
//
//	f, err := npz.Open("weights.npz")
//	defer f.Close()
//	w, err := f.Read("encoder.weight")
//
// It executes nothing (object arrays, which are pickled, are refused) and
// allocates no more than a small multiple of what a file can hold: a shape is
// believed only where the entry's stated size is that of its numbers, and an
// entry that unpacks to more than 1100 times its packed size, which deflate
// cannot do, is refused.
//
// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
package npz

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/registry"
)

const (
	mostEntries = 100_000
	// inflation is more than deflate can reach (1032 to 1).
	inflation = 1100
)

// A File is an .npz file whose directory and array headers have been read.
type File struct {
	name   string
	closer io.Closer
	arrays map[string]array
	names  []string
}

type array struct {
	entry *zip.File
	head  head
}

// Open opens a file and reads the header of each array.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("npz: %w", err)
	}
	file, err := NewFile(path, f, info.Size())
	if err != nil {
		f.Close()
		return nil, err
	}
	file.closer = f
	return file, nil
}

// NewFile is Open for size bytes that can be read from r; the name is for error
// texts.
func NewFile(name string, r io.ReaderAt, size int64) (*File, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("npz: %s: %w", name, err)
	}
	if len(z.File) > mostEntries {
		return nil, fmt.Errorf("npz: %s: %d arrays; %d is the most", name, len(z.File), mostEntries)
	}
	f := &File{name: name, arrays: map[string]array{}}
	total := uint64(0)
	for _, e := range z.File {
		array, ok := strings.CutSuffix(e.Name, ".npy")
		if !ok {
			return nil, fmt.Errorf("npz: %s: %q is no .npy file; this is no file of NumPy's", name, e.Name)
		}
		total += e.CompressedSize64
		if err := f.add(array, e, size, total); err != nil {
			return nil, fmt.Errorf("npz: %s: %q: %w", name, array, err)
		}
	}
	slices.Sort(f.names)
	return f, nil
}

// add reads an array's header. Packed is the size of all entries up to this
// one; entries that share bytes make it larger than the file.
func (f *File) add(name string, e *zip.File, size int64, packed uint64) error {
	if _, twice := f.arrays[name]; twice {
		return errors.New("is there twice")
	}
	if packed > uint64(size) {
		return errors.New("the entries are larger than the file; some of them overlap")
	}
	if e.UncompressedSize64/inflation > e.CompressedSize64 {
		return fmt.Errorf("%d bytes cannot unpack to %d", e.CompressedSize64, e.UncompressedSize64)
	}
	r, err := e.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	h, err := readHead(r)
	if err != nil {
		return err
	}
	if want := uint64(h.size) + uint64(h.count)*uint64(h.width); want != e.UncompressedSize64 {
		return fmt.Errorf("shape %v of %s and its header are %d bytes, and the entry says %d", h.shape, h.descr, want, e.UncompressedSize64)
	}
	f.arrays[name] = array{e, h}
	f.names = append(f.names, name)
	return nil
}

// Close closes the file, if Open opened it.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// Names returns the names of all arrays, sorted.
func (f *File) Names() []string { return slices.Clone(f.names) }

// Shape returns the shape of an array, and whether there is one.
func (f *File) Shape(name string) ([]int, bool) {
	a, ok := f.arrays[name]
	return slices.Clone(a.head.shape), ok
}

// Read reads an array of floats in row-major order, rounded to nearest where
// float32 is narrower. Damage that the entry's checksum shows is an error.
func (f *File) Read(name string) (tensor.Dense[float32], error) {
	a, ok := f.arrays[name]
	if !ok {
		return tensor.Dense[float32]{}, fmt.Errorf("npz: %s: %w", f.name, registry.Unknown("array", name, f.names))
	}
	out, err := a.read()
	if err != nil {
		return tensor.Dense[float32]{}, fmt.Errorf("npz: %s: %q: %w", f.name, name, err)
	}
	return out, nil
}

func (a array) read() (out tensor.Dense[float32], err error) {
	decode, ok := decoders[a.head.descr]
	if !ok {
		return out, fmt.Errorf("is of type %s; floats of 2, 4 and 8 bytes can be read here, convert it first", a.head.descr)
	}
	r, err := a.entry.Open()
	if err != nil {
		return out, err
	}
	defer r.Close()
	if _, err := io.CopyN(io.Discard, r, int64(a.head.size)); err != nil {
		return out, err
	}
	data := make([]float32, 0, min(a.head.count, first))
	piece := make([]byte, chunk)
	for len(data) < a.head.count {
		piece = piece[:min(chunk, (a.head.count-len(data))*a.head.width)]
		if _, err := io.ReadFull(r, piece); err != nil {
			return out, fmt.Errorf("after %d of %d numbers: %w", len(data), a.head.count, err)
		}
		data = decode(data, piece)
	}
	if _, err := io.CopyN(io.Discard, r, 1); !errors.Is(err, io.EOF) { // at its end the checksum is compared
		return out, fmt.Errorf("behind the numbers: %w", cmpErr(err))
	}
	if a.head.fortran {
		data = rowMajor(data, a.head.shape)
	}
	return tensor.Of(data, a.head.shape...), nil
}

const (
	chunk = 1 << 16 // bytes read at a time
	first = 1 << 20 // numbers that are allocated before any is read
)

func cmpErr(err error) error {
	if err == nil {
		return errors.New("there are more bytes")
	}
	return err
}

// rowMajor reorders numbers of which the first axis changes fastest.
func rowMajor(data []float32, shape []int) []float32 {
	out := make([]float32, 0, len(data))
	index := make([]int, len(shape))
	for range data {
		at, stride := 0, 1
		for k, n := range shape {
			at += index[k] * stride
			stride *= n
		}
		out = append(out, data[at])
		for k := len(shape) - 1; k >= 0; k-- {
			if index[k]++; index[k] < shape[k] {
				break
			}
			index[k] = 0
		}
	}
	return out
}
