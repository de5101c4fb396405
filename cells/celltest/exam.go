package celltest

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

// question is a part of the exam.
type question struct {
	name  string
	ask   func(x *exam)
	first bool // without an answer to it no other makes sense
}

var questions = []question{
	{"description", (*exam).askDescription, true},
	{"sizes", (*exam).askSizes, true},
	{"operations", (*exam).askOperations, true},
	{"options", (*exam).askOptions, false},
	{"gradients", (*exam).askGradients, false},
	{"engine", (*exam).askEngine, false},
	{"states", (*exam).askStates, false},
	{"groups", (*exam).askGroups, false},
	{"removal", (*exam).askRemoval, false},
	{"readers", (*exam).askReaders, false},
	{"masks", (*exam).askMasks, false},
	{"training", (*exam).askTraining, false},
	{"process", (*exam).askProcess, false},
}

// exam is one cell being examined.
type exam struct {
	plugin    core.CellPlugin
	documents []string
	hidden    []int
	square    bool
	temp      func() string           // a new folder
	reopen    func(dir string) error  // opens a saved model elsewhere and compares
	stacks    map[string]*graph.Graph // traced, by variant

	question string
	faults   []Fault
}

func newExam(p core.CellPlugin, options []Option) *exam {
	x := &exam{plugin: p, hidden: []int{5, 3, 7}, stacks: map[string]*graph.Graph{}}
	for _, o := range options {
		o(x)
	}
	return x
}

func (x *exam) faultf(v variant, format string, args ...any) {
	x.faults = append(x.faults, Fault{x.question, v.name, fmt.Sprintf(format, args...)})
}

// ask puts a question; a panic of the cell is a fault.
func (x *exam) ask(q question) (faults []Fault) {
	x.question, x.faults = q.name, nil
	defer func() {
		if e := recover(); e != nil {
			x.faultf(variant{}, "panic: %v, at %s", e, culprit())
		}
		faults = x.faults
	}()
	q.ask(x)
	return x.faults
}

// culprit is the first line on the stack that is neither the exam's nor Go's
// own, nor one of core: the line of the cell that was running.
func culprit() string {
	pc := make([]uintptr, 64)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	first := ""
	for {
		f, more := frames.Next()
		where := fmt.Sprintf("%s:%d", f.File, f.Line)
		ours := strings.HasPrefix(f.Function, module+"core") || strings.HasPrefix(f.Function, module+"groups") || strings.HasPrefix(f.Function, module+"cells/celltest.") && !strings.HasSuffix(f.File, "_test.go")
		switch {
		case strings.HasPrefix(f.Function, "runtime."):
		case !ours && !strings.HasPrefix(f.Function, "testing."):
			return where
		case first == "":
			first = where
		}
		if !more {
			return first
		}
	}
}

const module = "github.com/seed391906a2/iss/"
