package mapping_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/mapping"
)

// layerOf is the scope of a layer's parameters in the rules.
const layerOf = "Model/RNN/multi_rnn_cell/cell_{layer}/"

// The mappings that come with iss bring gates from where formats stack them to
// where the cells claim to store them: what an export writes (core.GateOrder)
// and what an import reads is one fact.
func TestGateOrders(t *testing.T) {
	claims := map[string]core.CellPlugin{
		"pytorch-lstm": cells.LSTM, "pytorch-gru": cells.GRU, "pytorch-rnn": cells.RNN,
		"tensorflow-ptb": cells.LSTM, "tensorflow-char-rnn": cells.LSTM,
	}
	assert.Equal(t, mapping.Names(), slices.Sorted(maps.Keys(claims)), "every mapping is held against a cell")
	options := map[string]string{"pytorch-gru": `{"reset": "after"}`}
	for name, plugin := range claims {
		t.Run(name, func(t *testing.T) {
			o := plugin.Operator(core.CellConfig{Input: 3, Hidden: 4, Options: []byte(options[name])})
			require.NotNil(t, o)
			stored := storage(o)
			m, err := mapping.Named(name)
			require.NoError(t, err)
			seen := 0
			for _, r := range m.Rules {
				param, ok := strings.CutPrefix(r.To, layerOf)
				if !ok {
					continue
				}
				seen++
				require.Contains(t, stored, param)
				order := stored[param]
				if len(o.Gates) == 1 { // nothing is stacked
					order = ""
				}
				assert.Equal(t, order, r.Gates, "%s, the cell's own order", r.To)
				for _, from := range r.From {
					want := order // TensorFlow's cells are ours
					if stack, ok := core.GateOrder[strings.Split(name, "-")[0]]; ok && order != "" {
						want = strings.Join(stack[o.Kind], "")
					}
					assert.Equal(t, want, from.Gates, "%s from %v", r.To, from.Tensor)
				}
				if strings.HasPrefix(name, "pytorch") && strings.HasSuffix(param, "biases") {
					assert.Equal(t, added(o, param), slices.Sorted(maps.Keys(r.Without)), "%s: what the cell adds is not stored", r.To)
				}
			}
			assert.Len(t, stored, seen, "every parameter of the claim has a rule")
		})
	}
}

// storage is, of each parameter that an operator claims, the gates in its
// columns.
func storage(o *core.Operator) map[string]string {
	parts := map[string][]string{}
	for letter, g := range o.Gates {
		for _, param := range []string{g.Joint, g.Input, g.State, g.Bias, g.StateBias} {
			if param == "" {
				continue
			}
			if parts[param] == nil {
				parts[param] = make([]string, g.Of)
			}
			if parts[param][g.Part] != "" && parts[param][g.Part] != letter {
				panic(fmt.Sprintf("%s: %s and %s are in one place", param, parts[param][g.Part], letter))
			}
			parts[param][g.Part] = letter
		}
	}
	out := map[string]string{}
	for param, letters := range parts {
		out[param] = strings.Join(letters, "")
	}
	return out
}

// added are the gates of a bias to which the cell adds a number when it runs.
func added(o *core.Operator, bias string) (letters []string) {
	for letter, g := range o.Gates {
		if g.Bias == bias && g.Add != 0 {
			letters = append(letters, letter)
		}
	}
	return letters
}
