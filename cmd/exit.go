package cmd

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/schemas"
)

// Exit statuses besides 0.
const (
	exitFailed  = 1 // it failed, or verify or lint found something
	exitWrong   = 2 // what was typed or written is wrong; nothing was started
	exitStopped = 3 // stopped by a signal; resumable
)

// exitError is an error that knows its exit status. One without an error has
// said on standard output all there is to say.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// wrong marks an error as one of what was typed or written.
func wrong(err error) error {
	var known *exitError
	if err == nil || errors.As(err, &known) {
		return err
	}
	return &exitError{exitWrong, err}
}

// wrongf is wrong for a message.
func wrongf(format string, args ...any) error { return wrong(fmt.Errorf(format, args...)) }

// found ends a command that has printed what it found.
func found() error { return &exitError{code: exitFailed} }

// status is the exit status of an error.
func status(err error) int {
	var known *exitError
	if errors.As(err, &known) {
		return known.code
	}
	var unknown *registry.UnknownError
	var fault schemas.Fault
	var faults schemas.Faults
	if errors.As(err, &unknown) || errors.As(err, &fault) || errors.As(err, &faults) {
		return exitWrong
	}
	return exitFailed
}

// fail tells an error and returns its status. Faults of documents stand alone
// on their lines, as editors want them.
func fail(s term.Streams, command string, err error) int {
	var e *exitError
	if errors.As(err, &e) && e.err == nil {
		return e.code
	}
	var faults schemas.Faults
	if errors.As(err, &faults) {
		s.Say("%v", err)
		return status(err)
	}
	s.Say("%s: %v", command, err)
	return status(err)
}

// crashed tells of a panic without showing it raw.
func crashed(s term.Streams, args []string, p any) int {
	s.Say("iss: internal error: %v", p)
	s.Say("This is a fault of iss, not yours. Please report it with the lines below at https://%s/issues:", modulePath)
	s.Say("  command: iss %s", strings.Join(args, " "))
	s.Say("  version: %s", version())
	for _, line := range ownFrames(8) {
		s.Say("  at %s", line)
	}
	return exitFailed
}

// ownFrames are the innermost n frames of this module below a panic.
func ownFrames(n int) []string {
	pc := make([]uintptr, 64)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	var out []string
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, modulePath) && len(out) < n {
			out = append(out, fmt.Sprintf("%s (%s:%d)", strings.TrimPrefix(f.Function, modulePath+"/"), f.File, f.Line))
		}
		if !more {
			return out
		}
	}
}
