package export

import (
	_ "embed"
	"io"
	"strings"

	"github.com/seed391906a2/iss/core/onnx"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/internal/atomicfile"
)

// The scripts of the folders. check.py is put together of three of them.
var (
	//go:embed scripts/check.py
	checkPy string
	//go:embed scripts/safetensors.py
	readSafetensors string
	//go:embed scripts/load_onnx.py
	loadONNX string
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
}

func safetensors(w io.Writer, a map[string]tensor.Array) error { return tensor.Write(w, a, nil) }
