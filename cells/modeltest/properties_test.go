package modeltest_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/cells/modeltest"
	"github.com/seed391906a2/iss/groups/grouptest"
)

// slow asks for more models, and more of each.
var slow = os.Getenv("ISS_SLOW") != ""

// models are the seeds of the random models that each property is asked of: 320
// of them, with ISS_SLOW=1 400 and more of each, or what ISS_MODELS says.
func models(t *testing.T) (from, to uint64) {
	n := uint64(320)
	if slow {
		n = 400
	}
	from, to, err := grouptest.Seeds(n)
	require.NoError(t, err)
	return from, to
}

// check builds a model and asks one property of it.
func check(r modeltest.Recipe, p grouptest.Property, seed uint64, report func(string, int)) error {
	c, err := r.Build(cells.All())
	if err != nil {
		return err
	}
	s, err := grouptest.New(c, seed)
	if err != nil {
		return err
	}
	s.Report, s.Thorough = report, slow
	return p.Check(s)
}

// least is the simplest recipe that still fails.
func least(r modeltest.Recipe, p grouptest.Property, seed uint64) (modeltest.Recipe, error) {
	err := check(r, p, seed, nil)
	for simpler := true; simpler; {
		simpler = false
		for _, s := range r.Simpler() {
			if e := check(s, p, seed, nil); e != nil {
				r, err, simpler = s, e, true
				break
			}
		}
	}
	return r, err
}

// Every property holds for several hundred random models of all cells. A
// failure prints its seed and the simplest model that fails; ISS_RECIPE with
// that text runs it alone.
func TestProperties(t *testing.T) {
	if text := os.Getenv("ISS_RECIPE"); text != "" {
		var r modeltest.Recipe
		require.NoError(t, json.Unmarshal([]byte(text), &r))
		for _, p := range grouptest.Properties {
			for seed := range uint64(20) {
				assert.NoError(t, check(r, p, seed, nil), "%s, seed %d", p.Name, seed)
			}
		}
		return
	}
	for _, p := range grouptest.Properties {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			met := map[string]int{}
			for seed, end := models(t); seed < end; seed++ {
				r := modeltest.Draw(cells.All(), seed)
				if err := check(r, p, seed, func(what string, n int) { met[what] += n }); err != nil {
					simple, why := least(r, p, seed)
					t.Fatalf("seed %d: %v\nmodel: %v\nthe simplest that fails: %v\n%v", seed, err, r, simple, why)
				}
			}
			assert.NotEmpty(t, met, "it was tested on something")
			t.Log(met)
		})
	}
}
