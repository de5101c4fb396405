package export

import (
	_ "embed"
	"io"
	"strings"

	"github.com/seed391906a2/iss/core/onnx"
	"github.com/seed391906a2/iss/core/onnx/python"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/internal/atomicfile"
)

// The scripts of the folders. check.py is put together of three of them.
var (
	//go:embed scripts/check.py
	checkPy string
	//go:embed scripts/safetensors.py
	readSafetensors string
	//go:embed scripts/read_npz.py
	readNPZ string
	//go:embed scripts/load_onnx.py
	loadONNX string
	//go:embed scripts/load_pytorch.py
	loadPyTorch string
	//go:embed scripts/load_npz.py
	loadNPZ string
	//go:embed scripts/check.mjs
	checkMJS string
)

// check is check.py with its way to load the model and to read the batch.
func check(needs, load, read string) string {
	return strings.NewReplacer("NEEDS\n", needs+"\n", "LOAD\n", load+read+"\n").Replace(checkPy)
}

// formats are the kinds of folders.
var formats = map[string]format{
	"onnx": {
		file: "model.onnx", batch: "batch.safetensors", claims: true, arrays: safetensors,
		fill: func(f atomicfile.Folder, m *onnx.Model) error {
			f["model.onnx"] = m.Write
			return nil
		},
		scripts: map[string]string{
			"check.py":  check("Needs onnxruntime and numpy, or Node.js with onnxruntime-node. THREADS (1) are those of\nONNX Runtime.", loadONNX, readSafetensors),
			"check.mjs": checkMJS,
		},
	},
	"pytorch": {
		file: "model.py", batch: "batch.safetensors", claims: true, fits: python.Fits, arrays: safetensors,
		fill: program(python.Torch, "model.safetensors", safetensors),
		scripts: map[string]string{
			"check.py": check("Needs torch and numpy. THREADS (1) are those of PyTorch.", loadPyTorch, readSafetensors),
		},
	},
	"npz": {
		file: "model.npz", batch: "batch.npz", arrays: tensor.WriteNPZ,
		fill: program(python.NumPy, "model.npz", tensor.WriteNPZ),
		scripts: map[string]string{
			"check.py": check("Needs numpy.", loadNPZ, readNPZ),
		},
	},
}

func safetensors(w io.Writer, a map[string]tensor.Array) error { return tensor.Write(w, a, nil) }

// program writes model.py and the weights that it loads.
func program(d *python.Dialect, file string, arrays func(io.Writer, map[string]tensor.Array) error) func(atomicfile.Folder, *onnx.Model) error {
	return func(f atomicfile.Folder, m *onnx.Model) error {
		p, err := d.Program(m)
		if err != nil {
			return err
		}
		f["model.py"] = atomicfile.Text([]byte(p.Text))
		f[file] = func(w io.Writer) error { return arrays(w, p.Weights) }
		return nil
	}
}
