// Package cmd is the command line of iss. It can be imported: a program with
// cells and tasks of one's own is
//
//	func main() { os.Exit(cmd.Main(mycell.Plugin, mytask.Task)) }
//
// and has every command of iss, with these treated like the built-in ones.
//
// Standard output is the result of a command, standard error everything else.
// The exit status is 0, or 2 if what was typed or written is wrong (a flag, a
// name, a document; nothing was started), 1 if it failed or verify or lint
// found something, 3 if it was stopped by a signal and can be resumed.
package cmd

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/core/kernel"
)

// Main runs the command line of this process, with plugins beside the cells
// and tasks that come with iss, and returns the exit status. An interrupt (control-C)
// ends a training at the next step, saved; a second one ends the process.
func Main(plugins ...Plugin) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return Run(ctx, os.Args[1:], term.Standard(), plugins...)
}

// Run is Main for arguments and streams of one's own.
func Run(ctx context.Context, args []string, streams term.Streams, plugins ...Plugin) (code int) {
	defer func() {
		if p := recover(); p != nil {
			code = crashed(streams, args, p)
		}
	}()
	s, err := strangers(plugins...)
	if err != nil {
		return fail(streams, "iss", &exitError{exitFailed, err})
	}
	a, err := newApp(s, streams)
	if err != nil {
		return fail(streams, "iss", &exitError{exitFailed, err})
	}
	if err := kernel.CPUError(); err != nil {
		a.Log.Warn(err.Error())
	}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	c, err := root.ExecuteContextC(ctx)
	if err != nil {
		return fail(streams, c.CommandPath(), err)
	}
	return 0
}
