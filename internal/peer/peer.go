// Package peer runs what other runtimes make of an exported model, for tests:
// ONNX Runtime in Node.js, PyTorch and NumPy in Python. A runtime that is not
// there is an error that says how to get it; tests then skip with it.
package peer

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

//go:embed ort.js
var script string

// Result is what ONNX Runtime says of a model NAME.onnx.
type Result struct {
	Name    string
	Largest float64 // difference from the wanted outputs, over the larger of 1 and their largest
	Error   string
}

// ORT finds Node.js with the package onnxruntime-node, by NODE_PATH.
var ORT = sync.OnceValues(func() (node string, err error) {
	node, err = exec.LookPath("node")
	if err == nil {
		err = exec.Command(node, "-e", "require('onnxruntime-node')").Run()
	}
	if err != nil {
		return "", errors.New("no ONNX Runtime: npm install --prefix DIR --ignore-scripts onnxruntime-node, and NODE_PATH=DIR/node_modules")
	}
	return node, nil
})

// Python finds a Python that has some modules.
func Python(modules ...string) (python string, err error) {
	for _, name := range []string{"python3", "/usr/bin/python3"} { // the system's has Debian's packages
		path, err := exec.LookPath(name)
		if err == nil && exec.Command(path, "-c", "import "+strings.Join(modules, ", ")).Run() == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no Python with %s (Debian: apt-get install python3-%s)", strings.Join(modules, " and "), strings.Join(modules, " python3-"))
}

// Compare runs every NAME.onnx of a folder in ONNX Runtime on the tensors in/…
// of NAME.safetensors and holds its outputs against the tensors out/… there.
func Compare(dir string) ([]Result, error) {
	node, err := ORT()
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "ort.js")
	if err := os.WriteFile(file, []byte(script), 0o666); err != nil {
		return nil, err
	}
	var out, log bytes.Buffer
	c := exec.Command(node, file)
	c.Dir, c.Stdout, c.Stderr = dir, &out, &log
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, log.String())
	}
	var results []Result
	err = json.Unmarshal(out.Bytes(), &results)
	return results, err
}
