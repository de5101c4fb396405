// Package celltest is the exam that every recurrent cell passes, those that
// come with iss and those of others. One line is a cell's whole test:
//
//	func TestCell(t *testing.T) { celltest.Run(t, mycell.Plugin) }
//
// It asks whether the gradient is the derivative, whether the compiled executor
// computes what the reference interpreter does, whether the units of the cell
// are what its step says, can go when they are zero and must not when they are
// not, whether masks, constants and states follow them, and whether a saved
// model is the same in another process. Each fault says what is wrong and where
// to look.
//
// The properties of groups are those that the derivation of groups promises
// for every model; here they are demanded of a layer of the cell with a linear
// reader and a second layer behind it.
package celltest

import (
	"fmt"
	"testing"

	"github.com/seed391906a2/iss/core"
)

// Fault is one thing that is wrong with a cell.
type Fault struct {
	Question string // of the exam: "gradients", "removal", ...
	Variant  string // the options and masks it was asked with; empty: all
	Message  string
}

func (f Fault) String() string {
	if f.Variant == "" {
		return fmt.Sprintf("%s: %s", f.Question, f.Message)
	}
	return fmt.Sprintf("%s, %s: %s", f.Question, f.Variant, f.Message)
}

// Option changes how a cell is examined.
type Option func(*exam)

// Options are further documents of options, JSON objects, to examine the cell
// with. The defaults, every value of an enum and both values of a boolean are
// taken from the plug-in's schema without being named.
func Options(documents ...string) Option {
	return func(x *exam) { x.documents = append(x.documents, documents...) }
}

// Hidden are the numbers of units to examine the cell with, for a cell that
// does not take any number; there must be two different ones at least, all
// larger than 2. Without it they are 5, 3 and 7.
func Hidden(units ...int) Option { return func(x *exam) { x.hidden = units } }

// Square says that the cell has as many units as inputs.
func Square() Option { return func(x *exam) { x.square = true } }

// Run examines a cell and reports each fault as an error of a subtest. To open
// a saved model in a new process it starts the test binary once more, with
// only the calling test to run; there Run opens the model and returns.
func Run(t *testing.T, p core.CellPlugin, options ...Option) {
	t.Helper()
	if done := openAsChild(t, p); done {
		return
	}
	x := newExam(p, options)
	x.reopen = func(dir string) error { return openInNewProcess(t.Name(), p.Name, dir) }
	for _, q := range questions {
		passed := t.Run(q.name, func(t *testing.T) {
			x.temp = t.TempDir
			for _, f := range x.ask(q) {
				t.Error(f.String())
			}
		})
		if !passed && q.first {
			return // the others would tell the same again
		}
	}
}

// Examine is Run without a test around it: it returns the faults. A saved model
// is opened in this process.
func Examine(p core.CellPlugin, temp func() string, options ...Option) (faults []Fault) {
	x := newExam(p, options)
	x.temp, x.reopen = temp, func(dir string) error { return open(p, dir) }
	for _, q := range questions {
		found := x.ask(q)
		faults = append(faults, found...)
		if len(found) > 0 && q.first {
			break
		}
	}
	return faults
}
