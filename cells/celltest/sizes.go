package celltest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// askSizes: the cell can be traced for any size, so nothing in it has a width
// of its own that should follow.
func (x *exam) askSizes() {
	for _, v := range slices.Concat(x.variants(), x.masked()) {
		traced := ""
		for _, hidden := range x.hidden {
			for _, in := range []int{x.input(hidden), x.input(hidden) + 2} {
				if x.square && in != hidden {
					continue
				}
				size := fmt.Sprintf("%d inputs and %d units", in, hidden)
				if err := x.traces(v, in, hidden); err != nil {
					x.faultf(v, "%s", sizeFault(size, traced, err))
					return
				}
				traced = size
			}
		}
		if _, err := x.stack(v); err != nil {
			x.faultf(v, "two layers, one behind the other, cannot be traced: %v", err)
			return
		}
	}
}

func sizeFault(size, traced string, err error) string {
	var shape *graph.ShapeError
	switch {
	case traced == "":
		return fmt.Sprintf("with %s: %v; see celltest.Hidden and celltest.Square if the cell does not take any size", size, err)
	case errors.As(err, &shape):
		return fmt.Sprintf("with %s the step fits together, with %s it does not: %v. Something there is of a fixed width and does not follow the size of the layer: a constant, a slice or a parameter with a number in the place of the hidden size", traced, size, err)
	}
	return fmt.Sprintf("it can be made with %s but not with %s: %v; see celltest.Hidden and celltest.Square if the cell does not take any size", traced, size, err)
}

// traces runs the step once on symbols.
func (x *exam) traces(v variant, in, hidden int) error {
	cell, err := x.cell(v, in, hidden)
	if err != nil {
		return err
	}
	if len(cell.States()) == 0 {
		return errors.New("the cell has no state, so it is not recurrent")
	}
	_, err = step(cell, in)
	return err
}
