package sequences

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"codeberg.org/sbinet/npyio"

	"github.com/seed391906a2/iss/tasks"
)

// Parts are those of a data set.
var Parts = []string{"train", "valid", "test"}

// Part is one part of a data set.
type Part struct {
	X        []float32 // [n, time, features], zero or anything behind a sequence's end
	Y        []int32   // [n], classes from 0 on
	Lengths  []int32   // [n], steps of each sequence
	Time     int       // steps of the longest
	Features int
}

// data are all parts and what they decide.
type data struct {
	name, path, sum string
	parts           map[string]Part
	sizes           tasks.Sizes
}

// load reads the configured folder or, without one, draws pulses.
func load(cfg tasks.Config) (*data, error) {
	if cfg.Text != nil {
		return nil, fmt.Errorf("sequences: the data are .npy files and no text; name their folder with --data DIR, or none")
	}
	d := &data{name: "pulses", path: cfg.Data, parts: map[string]Part{}}
	hash, most := sha256.New(), int32(0)
	for _, name := range Parts {
		p, err := Pulses(name), error(nil)
		if cfg.Data != "" {
			d.name = cfg.Data
			p, err = ReadPart(cfg.Data, name)
		}
		if err != nil {
			return nil, err
		}
		if first := d.parts["train"]; name != "train" && p.Features != first.Features {
			return nil, fmt.Errorf("sequences: %s has %d features, train has %d", name, p.Features, first.Features)
		}
		d.parts[name] = p
		for _, y := range p.Y {
			most = max(most, y)
		}
		for _, x := range []any{p.X, p.Y, p.Lengths} {
			if err := binary.Write(hash, binary.LittleEndian, x); err != nil {
				return nil, err
			}
		}
	}
	d.sum = hex.EncodeToString(hash.Sum(nil))
	d.sizes = tasks.Sizes{features: d.parts["train"].Features, classes: max(2, int(most)+1)}
	return d, nil
}

// ReadPart reads PART_x.npy, float32 [n, time, features], PART_y.npy, integers
// [n], and where there is one PART_lengths.npy, integers [n], of a folder.
func ReadPart(dir, part string) (Part, error) {
	var p Part
	file := func(what string) string { return filepath.Join(dir, part+"_"+what+".npy") }
	shape, err := read(file("x"), &p.X)
	if err != nil {
		return p, err
	}
	if len(shape) != 3 || shape[0] == 0 || shape[1] == 0 || shape[2] == 0 {
		return p, fmt.Errorf("sequences: %s has shape %v; it must be [sequences, steps, features], none of them 0", file("x"), shape)
	}
	for i, v := range p.X {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return p, fmt.Errorf("sequences: %s: value %d of sequence %d is %v", file("x"), i%(shape[1]*shape[2]), i/(shape[1]*shape[2]), v)
		}
	}
	n := shape[0]
	p.Time, p.Features = shape[1], shape[2]
	if p.Y, err = readInts(file("y"), n, 0, 1<<20); err != nil {
		return p, err
	}
	p.Lengths, err = readInts(file("lengths"), n, 1, p.Time)
	if errors.Is(err, fs.ErrNotExist) {
		p.Lengths, err = make([]int32, n), nil
		for i := range p.Lengths {
			p.Lengths[i] = int32(p.Time)
		}
	}
	return p, err
}

// readInts reads n integers of any width that lie in [least, most].
func readInts(file string, n, least, most int) ([]int32, error) {
	var wide []int64
	shape, err := read(file, &wide)
	if err != nil {
		var narrow []int32
		if shape, err = read(file, &narrow); err != nil {
			return nil, err
		}
		for _, v := range narrow {
			wide = append(wide, int64(v))
		}
	}
	if len(shape) != 1 || shape[0] != n {
		return nil, fmt.Errorf("sequences: %s has shape %v; it must be [%d], one number for each sequence", file, shape, n)
	}
	out := make([]int32, n)
	for i, v := range wide {
		if v < int64(least) || v > int64(most) {
			return nil, fmt.Errorf("sequences: %s: number %d is %d; it must be %d to %d", file, i, v, least, most)
		}
		out[i] = int32(v)
	}
	return out, nil
}

// read reads an array in row-major order into a slice and returns its shape.
func read(file string, to any) ([]int, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("sequences: %w", err)
	}
	defer f.Close()
	r, err := npyio.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("sequences: %s is no .npy file: %w", file, err)
	}
	if r.Header.Descr.Fortran {
		return nil, fmt.Errorf("sequences: %s is in Fortran order; save it with numpy.ascontiguousarray", file)
	}
	if err := r.Read(to); err != nil {
		return nil, fmt.Errorf("sequences: %s (%s): %w", file, r.Header.Descr.Type, err)
	}
	return r.Header.Descr.Shape, nil
}
