package mapping

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/core/tensor/npz"
)

// Source is a file with tensors by name.
type Source interface {
	Names() []string
	Shape(name string) ([]int, bool)
	Read(name string) (tensor.Dense[float32], error)
	Close() error
}

// Open opens a safetensors or a NumPy .npz file, told apart by what it begins
// with.
func Open(path string) (Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("mapping: %w", err)
	}
	var head [4]byte
	_, err = io.ReadFull(f, head[:])
	f.Close()
	if err == nil && bytes.HasPrefix(head[:], []byte("PK")) {
		z, err := npz.Open(path)
		if err != nil {
			return nil, fmt.Errorf("%w; a .pt or .pth of PyTorch is a zip file too: save its state_dict with safetensors.torch.save_file", err)
		}
		return z, nil
	}
	t, err := tensor.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w; weights are read from safetensors and .npz", err)
	}
	return safetensors{t}, nil
}

type safetensors struct{ *tensor.File }

// Shape implements Source.
func (s safetensors) Shape(name string) ([]int, bool) {
	e, ok := s.Entry(name)
	return e.Shape, ok
}

// Read implements Source.
func (s safetensors) Read(name string) (tensor.Dense[float32], error) {
	return tensor.Floats[float32](s.File, name)
}
