package tensor

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// npyTypes are NumPy's names of the element types.
var npyTypes = map[DType]string{F32: "<f4", F64: "<f8", I32: "<i4", I64: "<i8"}

// WriteNPZ writes tensors in NumPy's .npz format: a zip of one .npy each, not
// packed. Equal arguments give equal bytes. Source: NumPy, numpy.lib.format,
// version 1.0.
func WriteNPZ(w io.Writer, arrays map[string]Array) error {
	z := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(arrays)) {
		a := arrays[name]
		if err := whole(name, a); err != nil {
			return fmt.Errorf("tensor: %w", err)
		}
		f, err := z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store})
		if err != nil {
			return fmt.Errorf("tensor: %q: %w", name, err)
		}
		if err := writeNPY(f, a); err != nil {
			return fmt.Errorf("tensor: %q: %w", name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("tensor: %w", err)
	}
	return nil
}

func writeNPY(w io.Writer, a Array) error {
	kind, ok := npyTypes[a.dtype()]
	if !ok {
		return fmt.Errorf("numbers of type %v have no name in NumPy", a.dtype())
	}
	var sizes strings.Builder
	for _, n := range a.shape() {
		fmt.Fprintf(&sizes, "%d,", n)
	}
	const before = 10 // bytes in front of the header
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", kind, sizes.String())
	head += strings.Repeat(" ", 63-(before+len(head))%64) + "\n" // a multiple of 64 in all
	start := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(head)))
	if _, err := w.Write(append(start, head...)); err != nil {
		return err
	}
	piece := make([]byte, 0, chunk)
	per := chunk / int(widths[a.dtype()])
	for from := 0; from < a.count(); from += per {
		piece = a.encode(piece[:0], from, min(from+per, a.count()))
		if _, err := w.Write(piece); err != nil {
			return err
		}
	}
	return nil
}
