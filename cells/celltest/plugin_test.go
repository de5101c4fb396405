package celltest

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

// gained is an Elman network with an option, and with dropout at the place "h".
func gained(schema string, start float64, keep string, mask func(c *stranger, s *scope, h value) value) core.CellPlugin {
	p := plugin(stranger{})
	p.Options = []byte(schema)
	if keep != "" {
		p.Keep = []string{keep}
	}
	p.New = func(cfg core.CellConfig) (core.Cell, error) {
		o := struct {
			Gain float64 `json:"gain"`
		}{start}
		if len(cfg.Options) > 0 {
			if err := json.Unmarshal(cfg.Options, &o); err != nil {
				return nil, err
			}
		}
		if o.Gain < 0 {
			return nil, errors.New("stranger: the gain is negative")
		}
		c := &stranger{in: cfg.Input, hidden: cfg.Hidden, keep: 1}
		if k, ok := cfg.Keep["h"]; ok {
			c.keep = k
		}
		c.step = func(c *stranger, s *scope, x value, prev []value) (value, []value) {
			h := graph.Tanh(graph.Affine(c.linear(s, "", x, mask(c, s, prev[0])), o.Gain, 0))
			return h, []value{h}
		}
		return c, nil
	}
	return p
}

// gainSchema describes the option; its default is 1.
const gainSchema = `{"type": "object", "properties": {"gain": {"type": "number", "default": 1, "enum": [0.5, 1]}}, "additionalProperties": false}`

func unmasked(_ *stranger, _ *scope, h value) value { return h }

func masked(c *stranger, s *scope, h value) value {
	return graph.Mul(h, s.Mask("h", c.hidden, c.keep, graph.PerStep))
}

// zoneout keeps some units as they were, in evaluation the expected part of each.
func zoneout(c *stranger, s *scope, h value) value {
	d := graph.Affine(s.Mask("h", c.hidden, c.keep, graph.PerStep), c.keep, 0)
	return graph.Sub(h, graph.Mul(d, graph.Affine(h, 0.5, 0)))
}

// idle draws a mask that nothing is multiplied with.
func idle(c *stranger, s *scope, h value) value {
	masked(c, s, h)
	return h
}

// What a plug-in says of itself is what it does.
func TestBrokenPlugins(t *testing.T) {
	sound := func() core.CellPlugin { return gained(gainSchema, 1, "h", masked) }
	change := func(f func(p *core.CellPlugin)) core.CellPlugin { p := sound(); f(&p); return p }
	for _, c := range []struct {
		name     string
		plugin   core.CellPlugin
		options  []Option
		question string
		want     string
	}{
		{"sound", sound(), []Option{Options(`{"gain": 0.5}`)}, "", ""},
		{"zoneout", gained(gainSchema, 1, "h", zoneout), nil, "", ""},
		{"square", sound(), []Option{Square()}, "", ""},
		{"other sizes", sound(), []Option{Hidden(4, 6)}, "", ""},
		{"name", change(func(p *core.CellPlugin) { p.Name = "My Cell" }), nil, "description", `the name "My Cell" is not lower-case letters`},
		{"no source", change(func(p *core.CellPlugin) { p.Source = " " }), nil, "description", "the plug-in has no Source"},
		{"no constructor", change(func(p *core.CellPlugin) { p.New = nil }), nil, "description", "the plug-in has no New"},
		{"schema is no JSON", change(func(p *core.CellPlugin) { p.Options = []byte("{") }), nil, "description", "the schema of the options is not valid"},
		{"schema of an unknown type", gained(`{"type": "objekt"}`, 1, "", unmasked), nil, "description", "the schema of the options is not valid"},
		{"document that the schema forbids", sound(), []Option{Options(`{"gian": 1}`)}, "description", `the options {"gian": 1}, which the test passes`},
		{"document that New refuses", gained(`{"type": "object", "properties": {"gain": {"type": "number", "default": 1}}}`, 1, "", unmasked),
			[]Option{Options(`{"gain": -1}`)}, "sizes", "the gain is negative"},
		{"one size", sound(), []Option{Hidden(5)}, "description", "two different numbers of units"},
		{"another default", gained(gainSchema, 0.5, "", unmasked), nil, "options",
			`with the options {"gain":1} the cell is another one than with nil`},
		{"default that the schema forbids", gained(strings.Replace(gainSchema, `"default": 1`, `"default": 2`, 1), 2, "", unmasked), nil, "options",
			`the defaults of the schema, {"gain":2}, are not what the schema allows`},
		{"no mask", gained(gainSchema, 1, "h", unmasked), nil, "masks", "a chance below 1 puts no mask there"},
		{"mask without effect", gained(gainSchema, 1, "h", idle), nil, "masks", "the mask does not reach a result"},
	} {
		t.Run(c.name, func(t *testing.T) {
			faults := Examine(c.plugin, t.TempDir, c.options...)
			if c.question == "" {
				require.Empty(t, faults)
				return
			}
			require.NotEmpty(t, faults)
			assert.Equal(t, c.question, faults[0].Question)
			assert.Contains(t, faults[0].String(), c.want)
		})
	}
}

const envBroken = "ISS_CELLTEST_BROKEN"

// Run makes a test fail: this one, in a process of its own.
func TestRunFails(t *testing.T) {
	if os.Getenv(envBroken) != "" {
		Run(t, plugin(stranger{act: through(steepSoftsign{})}))
		return
	}
	c := exec.Command(os.Args[0], "-test.run=^TestRunFails$", "-test.v")
	c.Env = append(os.Environ(), envBroken+"=1")
	printed, err := c.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, "%s", printed)
	assert.Contains(t, string(printed), "--- PASS: TestRunFails/sizes")
	assert.Contains(t, string(printed), "--- FAIL: TestRunFails/operations")
	assert.Contains(t, string(printed), `Look at the method Gradient of the step's own operations ["softsign"]`)
	assert.NotContains(t, string(printed), "TestRunFails/gradients", "asked in vain")
}

// Run opens a saved model in another process, also from a subtest whose name
// is not a plain word.
func TestRunInSubtest(t *testing.T) {
	t.Run("a cell (plain), [1]", func(t *testing.T) { Run(t, plugin(stranger{})) })
}

// A process that does not come to Run, and one in which the cell is another
// one, are told.
func TestNewProcess(t *testing.T) {
	if os.Getenv(envFolder) != "" { // there it has another activation
		Run(t, plugin(stranger{act: func(_ *scope, z value) value { return graph.Sigmoid(z) }}))
		return
	}
	dir := t.TempDir()
	err := openInNewProcess("TestNoSuchTest", "stranger", dir)
	assert.ErrorContains(t, err, "a new process that ran TestNoSuchTest did not come to celltest.Run")

	x := newExam(plugin(stranger{}), nil)
	x.temp = t.TempDir
	x.reopen = func(dir string) error { return openInNewProcess(t.Name(), "stranger", dir) }
	faults := x.ask(questions[len(questions)-1])
	require.Len(t, faults, 1)
	assert.Contains(t, faults[0].String(), "process, default options: a model that was saved and opened again: the whole model: result")
}
