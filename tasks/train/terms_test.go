package train_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/train"
)

// every has one term of each kind.
var every = []tasks.Regularizer{
	{Kind: "group_lasso", On: "iss", Lambda: 0.02, CoefScaling: true},
	{Kind: "group_lasso", On: "iss", Lambda: 0.03, Classes: []string{"cell_1"}},
	{Kind: "group_lasso", On: "rows", Lambda: 0.04, Except: []string{"*softmax*"}},
	{Kind: "group_lasso", On: "columns", Lambda: 0.05, Vars: []string{"*softmax*"}, CoefScaling: true},
	{Kind: "l1", On: "all", Lambda: 0.01, Except: []string{"Model/embedding"}},
	{Kind: "l2", On: "all", Lambda: 0.3, Vars: []string{"*cell_1*"}},
}

// proximal is a list of terms with another method.
func proximal(list []tasks.Regularizer) (out []tasks.Regularizer) {
	for _, r := range list {
		if r.Kind != "l2" {
			r.Method = "proximal"
		}
		out = append(out, r)
	}
	return out
}

const (
	lstm0 = "Model/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/weights"
	lstm1 = "Model/RNN/multi_rnn_cell/cell_1/basic_lstm_cell/weights"
)

func TestTerms(t *testing.T) {
	cfg, p, chosen := tiny(t)
	cfg.ISS.Regularizers = append(every, tasks.Regularizer{Kind: "l1", On: "all", Vars: []string{"*_b"}}) // λ 0
	terms, err := train.Terms(cfg, p.Graph(), chosen)
	require.NoError(t, err)
	var names []string
	for _, term := range terms {
		names = append(names, term.Name)
	}
	assert.Equal(t, []string{"group_lasso on iss", "group_lasso on iss (2)", "group_lasso on rows", "group_lasso on columns", "l1 on all", "l2 on all"}, names)
	size := func(i int) float64 { return float64(groups.Count(p.Graph(), chosen[i]).Multiset) }
	assert.InDelta(t, math.Sqrt(size(0)), terms[0].Groups[0].Multi, 1e-12)
	assert.InDelta(t, math.Sqrt(size(1)), terms[0].Groups[1].Multi, 1e-12)
	assert.NotEqual(t, size(0), size(1), "the classes' sizes differ, so scaling weighs them differently")
	require.Len(t, terms[1].Groups, 1)
	assert.Equal(t, "cell_1", terms[1].Groups[0].Name)
	assert.Equal(t, 1.0, terms[1].Groups[0].Multi)
	var rows []string
	for _, g := range terms[2].Groups {
		rows = append(rows, g.Name)
	}
	assert.Equal(t, []string{"rows of Model/embedding", "rows of " + lstm0, "rows of " + lstm1}, rows)
	require.Len(t, terms[3].Groups, 1)
	assert.InDelta(t, math.Sqrt(7), terms[3].Groups[0].Multi, 1e-12, "a column of softmax_w has 7 rows")
	assert.NotContains(t, terms[4].Vars, "Model/embedding")
	assert.Len(t, terms[4].Vars, len(p.Graph().Params)-1)
	assert.Equal(t, []string{lstm1, strings.Replace(lstm1, "weights", "biases", 1)}, terms[5].Vars)
}

// Biases that are penalised are in the components, and in their size.
func TestTermsWithBiases(t *testing.T) {
	cfg, p, chosen := tiny(t)
	cfg.ISS.Regularizers, cfg.ISS.Biases = every[:1], "penalise"
	terms, err := train.Terms(cfg, p.Graph(), chosen)
	require.NoError(t, err)
	for i, g := range terms[0].Groups {
		assert.Len(t, g.Entries, len(chosen[i].Entries)+4)
		assert.InDelta(t, math.Sqrt(float64(groups.Count(p.Graph(), chosen[i]).Multiset+4)), g.Multi, 1e-12)
	}
}

// In a model that was cut, λ is scaled by the sizes of the whole one.
func TestTermsOfCutModel(t *testing.T) {
	cfg, p, chosen := tiny(t)
	cfg.ISS.Regularizers = every
	whole, err := train.Terms(cfg, p.Graph(), chosen)
	require.NoError(t, err)
	weights := map[string]tensor.Dense[float32]{}
	for _, q := range p.Graph().Params {
		weights[q.Name] = tensor.New[float32](q.Shape...)
	}
	cut, err := groups.Compact(p.Graph(), weights, nil, map[string][]int{"cell_0": {1, 2}, "cell_1": {0, 3, 5}})
	require.NoError(t, err)
	d, err := groups.Derive(cut.Graph)
	require.NoError(t, err)
	classes, err := d.Select(nil)
	require.NoError(t, err)
	small, err := train.Terms(cfg, cut.Graph, d.Groups(classes))
	require.NoError(t, err)
	for i, term := range whole {
		require.Len(t, small[i].Groups, len(term.Groups))
		for j, g := range term.Groups {
			assert.Equal(t, g.Multi, small[i].Groups[j].Multi, "%s, %s", term.Name, g.Name)
		}
	}
}

func TestTermsFaults(t *testing.T) {
	for _, c := range []struct {
		name string
		r    tasks.Regularizer
		only []string
		want string
	}{
		{"pattern without a variable", tasks.Regularizer{Kind: "l1", On: "all", Lambda: 1, Vars: []string{"*_b", "Modle/embedding"}}, nil,
			`/iss/regularizers/0/vars/1: "Modle/embedding" matches no variable; nearest is "Model/embedding"; list them with: iss show`},
		{"rows of a bias", tasks.Regularizer{Kind: "group_lasso", On: "rows", Lambda: 1, Except: []string{"Model/softmax_b"}}, nil,
			`/iss/regularizers/0/except/0: Model/softmax_b has shape [271]; only a matrix has rows and columns`},
		{"unknown class", tasks.Regularizer{Kind: "group_lasso", On: "iss", Lambda: 1, Classes: []string{"cell_3"}}, nil,
			`/iss/regularizers/0/classes/0: no group of class "cell_3" is there; nearest is "cell_0"`},
		{"all excepted", tasks.Regularizer{Kind: "l2", On: "all", Lambda: 1, Except: []string{"*"}}, nil,
			`/iss/regularizers/0: nothing that it is on is trained; leave it out, or change vars, except or train.only`},
		{"none trained", tasks.Regularizer{Kind: "l1", On: "all", Lambda: 1, Vars: []string{"*biases"}}, []string{"*softmax*"},
			`/iss/regularizers/0: nothing that it is on is trained; leave it out, or change vars, except or train.only`},
		{"trained pattern", tasks.Regularizer{Kind: "l1", On: "all", Lambda: 1}, []string{"softmax"},
			`/train/only/0: "softmax" matches no variable; nearest is "Model/softmax_b"; list them with: iss show
/iss/regularizers/0: nothing that it is on is trained; leave it out, or change vars, except or train.only`},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg, p, chosen := tiny(t)
			cfg.ISS.Regularizers, cfg.Train.Only = []tasks.Regularizer{c.r}, c.only
			_, err := train.Terms(cfg, p.Graph(), chosen)
			require.Error(t, err)
			for _, line := range strings.Split(c.want, "\n") {
				assert.Contains(t, err.Error(), line)
			}
			_, err = train.Train(context.Background(), train.Options{Problem: p, Config: cfg, Groups: chosen})
			assert.Error(t, err, "and nothing is trained")
		})
	}
}
