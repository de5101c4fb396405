package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// ErrSilent says that a server was given up because nothing came from it.
var ErrSilent = errors.New("the server is silent")

// Patience says how long a server may be silent. How long a download takes in
// all has no limit.
type Patience struct {
	Answer time.Duration // to a request: name, connection, redirections and headers
	Idle   time.Duration // between two pieces of the file
}

// Patient is for people who wait: a server that is reached at all answers in
// seconds, and TCP mends a lost packet in a few.
var Patient = Patience{Answer: time.Minute, Idle: time.Minute}

// guard ends a download when nothing comes for too long.
type guard struct {
	Patience
	ctx  context.Context
	stop context.CancelCauseFunc
}

func newGuard(ctx context.Context, p Patience) *guard {
	g := &guard{Patience: p}
	g.ctx, g.stop = context.WithCancelCause(ctx)
	return g
}

// wait lets what runs until the returned function is called take no longer than
// the limit; what says what does not come in that time.
func (g *guard) wait(limit time.Duration, what string) (done func() bool) {
	return time.AfterFunc(limit, func() {
		g.stop(fmt.Errorf("%w: %s for %v", ErrSilent, what, limit))
	}).Stop
}

// why is the error, or the silence or the stop from outside that made it.
func (g *guard) why(err error) error {
	if err == nil || g.ctx.Err() == nil {
		return err
	}
	if cause := context.Cause(g.ctx); errors.Is(cause, ErrSilent) {
		return cause
	}
	return g.ctx.Err()
}

// reader passes on what comes of a file. Time spent elsewhere, such as writing
// it, is not the server's.
func (g *guard) reader(from io.Reader) io.Reader { return &guarded{g, from} }

type guarded struct {
	*guard
	from io.Reader
}

func (r *guarded) Read(b []byte) (int, error) {
	defer r.wait(r.Idle, "nothing came")()
	return r.from.Read(b)
}
