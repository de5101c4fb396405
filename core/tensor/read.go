package tensor

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"

	"github.com/seed391906a2/iss/registry"
)

// chunk is the number of bytes read or written at a time.
const chunk = 1 << 16

// A File is a safetensors file whose header has been read and found to fit the
// file. Tensors are read one by one, when asked for, so that a file larger than
// the memory can be used. It may be read from several goroutines.
type File struct {
	name   string
	r      io.ReaderAt
	closer io.Closer
	start  int64 // where the numbers begin
	header header
}

// Open opens a safetensors file. Every fault of its header is found here: a
// file that is cut short or too long, tensors that overlap or leave gaps,
// shapes that do not fit, names that come twice. The error names file and
// tensor.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("tensor: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("tensor: %w", err)
	}
	file, err := NewFile(path, f, info.Size())
	if err != nil {
		f.Close()
		return nil, err
	}
	file.closer = f
	return file, nil
}

// NewFile is Open for size bytes that can be read from r; the name is for
// error texts. It allocates no more than a small multiple of the header, which
// must lie within size.
func NewFile(name string, r io.ReaderAt, size int64) (*File, error) {
	fail := func(format string, args ...any) (*File, error) {
		return nil, fmt.Errorf("tensor: %s: "+format, append([]any{name}, args...)...)
	}
	if size < 8 {
		return fail("%d bytes are no safetensors file; it begins with 8 bytes of length", size)
	}
	var length [8]byte
	if _, err := r.ReadAt(length[:], 0); err != nil {
		return fail("%w", err)
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > longestHeader {
		return fail("a header of %d bytes; %d is the most; this is no safetensors file", n, longestHeader)
	}
	if int64(n) > size-8 {
		return fail("a header of %d bytes in a file of %d; the file is cut short or damaged", n, size)
	}
	text := make([]byte, n)
	if _, err := r.ReadAt(text, 8); err != nil {
		return fail("%w", err)
	}
	start := 8 + int64(n)
	h, err := parseHeader(text, size-start)
	if err != nil {
		return fail("%w", err)
	}
	return &File{name: name, r: r, start: start, header: h}, nil
}

// Close closes the file, if Open opened it.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// Names returns the names of all tensors, sorted.
func (f *File) Names() []string { return f.header.names() }

// Metadata returns the texts of the header's __metadata__.
func (f *File) Metadata() map[string]string { return maps.Clone(f.header.metadata) }

// Entry returns type and shape of a tensor, and whether there is one.
func (f *File) Entry(name string) (Entry, bool) {
	e, ok := f.header.entries[name]
	e.Shape = slices.Clone(e.Shape)
	return e, ok
}

// Floats reads a tensor of type F32 or F64, rounding to nearest where T is the
// narrower one.
func Floats[T Float](f *File, name string) (Dense[T], error) {
	e, err := f.find(name, F32, F64)
	if err != nil {
		return Dense[T]{}, err
	}
	out := Dense[T]{Shape: slices.Clone(e.Shape), Data: make([]T, 0, e.count())}
	err = f.each(name, e, func(b []byte) {
		if e.Type == F32 {
			for ; len(b) > 0; b = b[4:] {
				out.Data = append(out.Data, T(math.Float32frombits(binary.LittleEndian.Uint32(b))))
			}
			return
		}
		for ; len(b) > 0; b = b[8:] {
			out.Data = append(out.Data, T(math.Float64frombits(binary.LittleEndian.Uint64(b))))
		}
	})
	return out, err
}

// Ints64 reads a tensor of type I32 or I64.
func (f *File) Ints64(name string) (Ints64, error) {
	e, err := f.find(name, I32, I64)
	if err != nil {
		return Ints64{}, err
	}
	out := Ints64{Shape: slices.Clone(e.Shape), Data: make([]int64, 0, e.count())}
	err = f.each(name, e, func(b []byte) {
		if e.Type == I32 {
			for ; len(b) > 0; b = b[4:] {
				out.Data = append(out.Data, int64(int32(binary.LittleEndian.Uint32(b))))
			}
			return
		}
		for ; len(b) > 0; b = b[8:] {
			out.Data = append(out.Data, int64(binary.LittleEndian.Uint64(b)))
		}
	})
	return out, err
}

// Ints reads a tensor of type I32, or of type I64 if all its numbers fit.
func (f *File) Ints(name string) (Ints, error) {
	wide, err := f.Ints64(name)
	if err != nil {
		return Ints{}, err
	}
	out := Ints{Shape: wide.Shape, Data: make([]int32, len(wide.Data))}
	for i, v := range wide.Data {
		if v != int64(int32(v)) {
			return Ints{}, fmt.Errorf("tensor: %s: %q: %d at %d does not fit 32 bits", f.name, name, v, i)
		}
		out.Data[i] = int32(v)
	}
	return out, nil
}

// find returns the entry of a name if its type is one of those wanted.
func (f *File) find(name string, want ...DType) (Entry, error) {
	e, ok := f.header.entries[name]
	if !ok {
		text := fmt.Sprintf("tensor: %s: no tensor %q", f.name, name)
		if near := registry.Nearest(name, f.Names()); near != "" {
			text += fmt.Sprintf("; nearest is %q", near)
		}
		return e, fmt.Errorf("%s", text)
	}
	if !slices.Contains(want, e.Type) {
		return e, fmt.Errorf("tensor: %s: %q is of type %s; only %v can be read here, convert it first", f.name, name, e.Type, want)
	}
	return e, nil
}

// count returns the number of elements.
func (e Entry) count() int64 { return (e.end - e.begin) / widths[e.Type] }

// each reads a tensor's bytes in pieces of whole numbers.
func (f *File) each(name string, e Entry, use func([]byte)) error {
	piece := make([]byte, min(chunk, e.end-e.begin))
	for at := e.begin; at < e.end; at += int64(len(piece)) {
		piece = piece[:min(int64(len(piece)), e.end-at)]
		if n, err := f.r.ReadAt(piece, f.start+at); n < len(piece) {
			return fmt.Errorf("tensor: %s: %q: %w", f.name, name, err)
		}
		use(piece)
	}
	return nil
}

// ReadFile reads every tensor of a file, which must all be of type F32 or F64,
// and the metadata.
func ReadFile[T Float](path string) (map[string]Dense[T], map[string]string, error) {
	f, err := Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	tensors := make(map[string]Dense[T], len(f.header.entries))
	for _, name := range f.header.byPlace() {
		if tensors[name], err = Floats[T](f, name); err != nil {
			return nil, nil, err
		}
	}
	return tensors, f.Metadata(), nil
}
