// Package modeltest writes random models out of the cells that it is given:
// stacks of any cells with any options, one way, backward or both, with
// residual and tied weights, norms, mixes by attention, dropout and several
// outputs.
//
//	r := modeltest.Draw(cells.All(), 7)
//	c, err := r.Build(cells.All()) // a graphtest.Case
//
// A Recipe is plain data that says which model it is. Simpler lists recipes
// that leave one thing out, so that a test can print the least model that
// still has a fault.
package modeltest
