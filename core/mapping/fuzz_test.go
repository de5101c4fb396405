package mapping_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/mapping"
)

// Whatever a document says: no panic, and what it makes has the model's shapes
// or an error that says what does not fit.
func FuzzParse(f *testing.F) {
	for _, name := range mapping.Names() {
		text, err := mapping.Text(name)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Add([]byte(small))
	f.Add([]byte(`{"name": "m", "sizes": {"hidden": {"tensor": "b_{layer}", "axis": 0, "of": 4}}, "rules": [
  {"to": "m/cell_{layer}/b", "gates": "ab", "without": {"b": "forget_bias"}, "from": [{"tensor": "b_{layer}", "gates": "ba"}]}], "ignore": ["*"]}`))
	f.Add([]byte(`{"name": "m", "rules": [{"to": "m/{a}{a}", "from": [{"tensor": ["step", "w/Adam_{a}"], "transpose": true}]}], "copies": {"m": "m"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := mapping.Parse("f.json", text)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		m.Found(source())
		got, err := m.Apply(params(), source(), map[string]float64{"forget_bias": 1})
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		for _, p := range params() {
			require.True(t, slices.Equal(p.Shape, got[p.Name].Shape), p.Name)
			require.Len(t, got[p.Name].Data, p.Size())
		}
	})
}
