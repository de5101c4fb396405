package equation

import (
	"embed"
	"fmt"
	"io/fs"
	"sync"

	"github.com/seed391906a2/iss/core"
)

//go:embed documents/*.json
var documents embed.FS

// Shipped are the cells that come with iss as documents, sorted by file name.
// They are not checked again whenever a program starts; a test does that.
//
// Mask values of documents/ln-lstm.json: a mask is 1/keep or 0, and 1 in
// evaluation, so keep·mask is 1 or 0, and in evaluation keep: with 1 − keep
// the chance of zoneout, that is the expectation which Krueger et al. take.
func Shipped() []core.CellPlugin { return shipped() }

var shipped = sync.OnceValue(func() (out []core.CellPlugin) {
	names, err := fs.Glob(documents, "documents/*.json")
	if err != nil {
		panic(err) // the pattern is one
	}
	for _, name := range names {
		text, err := documents.ReadFile(name)
		if err != nil {
			panic(err) // embedded
		}
		c, faults := compile(text)
		if len(faults) > 0 {
			panic(fmt.Errorf("equation: %s: %w", name, faults)) // see the test
		}
		out = append(out, c.plugin())
	}
	return out
})
