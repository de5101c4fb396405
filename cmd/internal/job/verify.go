package job

import (
	"errors"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
)

// VerifyOptions say how two models are compared.
type VerifyOptions struct {
	Windows int  // of data, one after the other; 0: 3
	Threads int  // of the engine; 0: all cores
	Numeric bool // bits may differ, see groups.Certificate.Bitwise
}

// Verify replays windows of validation data on two models: bit by bit in the
// reference interpreter on a part of them, numerically in the engine on all.
func Verify(a, b groups.Model, p tasks.Problem, cfg tasks.Config, o VerifyOptions) (*groups.Report, error) {
	if o.Windows == 0 {
		o.Windows = 3
	}
	batches, err := windows(a.Graph, p, o.Windows)
	if err != nil {
		return nil, err
	}
	return groups.Verify(a, b, batches, groups.VerifyOptions{
		Numeric: o.Numeric,
		Machine: func(g *graph.Graph, largest graph.Binding) (graph.Machine[float32], error) {
			return engine.New(g, engine.Options{Max: largest, Threads: o.Threads, Inference: true})
		},
	})
}

// windows are the first n batches of the validation data, again from the first
// where there are fewer.
func windows(g *graph.Graph, p tasks.Problem, n int) (list []groups.Batch, err error) {
	all, err := p.Part("valid")
	if err != nil {
		return nil, err
	}
	if all.Len() == 0 {
		return nil, errors.New("there is no validation data to compare models on")
	}
	for i := range n {
		i %= all.Len()
		f := tasks.NewFeed(g, all.Binding(i))
		all.Load(i, f)
		list = append(list, groups.Batch{Binding: all.Binding(i), Ints: f.IntsOf, Floats: f.FloatsOf})
	}
	return list, nil
}
