package job

import (
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
	binding := p.EvalBinding("valid")
	var batches []groups.Batch
	for i := range o.Windows {
		batches = append(batches, sample(a.Graph, p, i, binding))
	}
	return groups.Verify(a, b, batches, groups.VerifyOptions{
		Numeric: o.Numeric,
		Machine: func(g *graph.Graph, largest graph.Binding) (graph.Machine[float32], error) {
			return engine.New(g, engine.Options{Max: largest, Threads: o.Threads, Inference: true})
		},
	})
}

// feed is the input side of a machine that is not there.
type feed map[string][]int32

func (f feed) Ints(input string) []int32 { return f[input] }

// sample is window i of the validation data as a batch.
func sample(g *graph.Graph, p tasks.Problem, i int, binding graph.Binding) groups.Batch {
	f := feed{}
	for _, v := range g.Inputs {
		if in := v.Node.Op.(*graph.InputOp); in.Kind == graph.Int {
			f[in.Label] = make([]int32, in.Shape.Size(binding))
		}
	}
	p.Sample(i, binding, f)
	return groups.Batch{Binding: binding, Ints: f}
}
