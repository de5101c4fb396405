// Command pulses writes the drawn data set as .npy files: pulses DIR.
package main

import (
	"fmt"
	"os"

	"github.com/seed391906a2/iss/examples/sequences"
)

func main() {
	if err := write(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pulses:", err)
		os.Exit(1)
	}
}

func write(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: pulses DIR")
	}
	if err := os.MkdirAll(args[0], 0o777); err != nil {
		return err
	}
	for _, part := range sequences.Parts {
		if err := sequences.Pulses(part).Write(args[0], part); err != nil {
			return err
		}
	}
	return nil
}
