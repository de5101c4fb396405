// Package peer finds the runtimes that tests hold exported models against: ONNX
// Runtime in Node.js, PyTorch and NumPy in Python. One that is not there is an
// error that says how to get it; tests skip with it.
package peer

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
)

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

// Torch and NumPy find a Python that has them.
var (
	Torch = sync.OnceValues(func() (string, error) { return python("torch", "numpy") })
	NumPy = sync.OnceValues(func() (string, error) { return python("numpy") })
)

// python finds a Python that has some modules.
func python(modules ...string) (string, error) {
	for _, name := range []string{"python3", "/usr/bin/python3"} { // the system's has Debian's packages
		path, err := exec.LookPath(name)
		if err == nil && exec.Command(path, "-c", "import "+strings.Join(modules, ", ")).Run() == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no Python with %s (Debian: apt-get install python3-%s)", strings.Join(modules, " and "), strings.Join(modules, " python3-"))
}
