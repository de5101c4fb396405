// Package sequences is a module of its own that brings iss a cell and a task:
// the chaos-free network, and the classification of sequences stored as NumPy
// files. It is an example to copy: a task that is no language model, with data
// of its own, in a few small files.
//
//	cell.go     the cell: Plugin
//	task.go     the task: Task, its presets and its model
//	data.go     its data, from files; pulses.go: or drawn
//	problem.go  batches, and how a model is judged
//
// A program with both is cmd/iss-sequences; so is the one that
// iss build --with github.com/seed391906a2/iss/examples/sequences makes.
package sequences
