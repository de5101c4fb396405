package core_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed391906a2/iss/core"
)

// Counts read as in table 1 of Wen et al. (ICLR 2018).
func TestCompact(t *testing.T) {
	for n, want := range map[int]string{
		66022000: "66.0M", 21823000: "21.8M", 25190548: "25.2M", // table 1
		999999: "1000k", 14400: "14k", 9746: "9746", 0: "0",
	} {
		assert.Equal(t, want, core.Compact(n), "%d", n)
	}
}
