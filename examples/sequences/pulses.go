package sequences

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seed391906a2/iss/core/rng"
)

// Sizes of the drawn data set.
const (
	channels = 3
	longest  = 20 // steps
	shortest = 12
)

// Pulses draws a part of a data set from a seed of its own. In each sequence
// two of three channels have a pulse, one after the other, in noise; the class
// is which channel came first and which second, one of six. Only what remembers
// the order can tell classes apart.
func Pulses(part string) Part {
	n := map[string]int{"train": 1500, "valid": 300, "test": 300}[part]
	r := rng.New(1, "pulses/"+part)
	p := Part{X: make([]float32, n*longest*channels), Time: longest, Features: channels}
	for i := range n {
		length := shortest + r.Intn(longest-shortest+1)
		x := p.X[i*longest*channels:]
		for k := range length * channels {
			x[k] = float32(r.Uniform(-0.4, 0.4))
		}
		first := r.Intn(channels)
		second := (first + 1 + r.Intn(channels-1)) % channels
		gap := 2 + r.Intn(length/2)
		at := r.Intn(length - gap)
		x[at*channels+first]++
		x[(at+gap)*channels+second]++
		p.Y = append(p.Y, int32(first*(channels-1)+(second-first+channels)%channels-1))
		p.Lengths = append(p.Lengths, int32(length))
	}
	return p
}

// Write writes a part as .npy files, as ReadPart reads them.
func (p Part) Write(dir, part string) error {
	n := len(p.Y)
	for what, a := range map[string]struct {
		descr string
		shape string
		data  any
	}{
		"x":       {"<f4", fmt.Sprintf("(%d, %d, %d)", n, p.Time, p.Features), p.X},
		"y":       {"<i4", fmt.Sprintf("(%d,)", n), p.Y},
		"lengths": {"<i4", fmt.Sprintf("(%d,)", n), p.Lengths},
	} {
		var b bytes.Buffer
		header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", a.descr, a.shape)
		// Magic, version 1.0, length; the header ends at a multiple of 64 bytes.
		header += fmt.Sprintf("%*s\n", 63-(10+len(header))%64, "")
		b.WriteString("\x93NUMPY\x01\x00")
		for _, v := range []any{uint16(len(header)), []byte(header), a.data} {
			if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
				return fmt.Errorf("sequences: %w", err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, part+"_"+what+".npy"), b.Bytes(), 0o666); err != nil {
			return fmt.Errorf("sequences: %w", err)
		}
	}
	return nil
}
