package term

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A person reads the log: no time, no quotes, warnings marked, debugging left out.
func TestLog(t *testing.T) {
	var b strings.Builder
	l := slog.New(NewLogHandler(&b))
	l.Debug("hidden")
	l.Info("3 words dropped", "part", "valid")
	l.With("run", "demo-1").WithGroup("data").Warn("other data", "sha", 12)
	l.Error("no")
	assert.Equal(t, "3 words dropped part=valid\nwarning: other data run=demo-1 data.sha=12\nerror: no\n", b.String())
}
