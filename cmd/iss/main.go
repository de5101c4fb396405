// Command iss learns Intrinsic Sparse Structures in recurrent networks, cuts
// the units that died out of them, proves the result equal and times it.
//
//	iss train              # the whole story in two minutes, no data needed
//	iss --help
//
// A binary with cells of your own is this file with
// cmd.Main(mycell.Plugin) in it.
package main

import (
	"os"

	"github.com/seed391906a2/iss/cmd"
)

func main() { os.Exit(cmd.Main()) }
