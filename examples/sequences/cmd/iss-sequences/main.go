// Command iss-sequences is iss with the cell and the task of this module.
package main

import (
	"os"

	"github.com/seed391906a2/iss/cmd"
	"github.com/seed391906a2/iss/examples/sequences"
)

func main() { os.Exit(cmd.Main(sequences.Plugin, sequences.Task)) }
