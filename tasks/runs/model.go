package runs

import (
	"fmt"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
)

// Graph is the run's model: its task's trace at the configured sizes and, of a
// model that was compacted, cut down to the units that are left. The task and
// the cells are those that the run was trained with.
func (r *Run) Graph(t tasks.Task, cells *tasks.Cells) (*graph.Graph, error) {
	i := r.Info()
	g, err := t.Trace(i.Config, cells, i.Data.Sizes)
	if err != nil || len(i.Kept) == 0 {
		return g, err
	}
	if g, err = groups.Restore(g, i.Kept); err != nil {
		return nil, fmt.Errorf("%s: the kept units of run.json: %w", r.dir, err)
	}
	return g, nil
}

// Tensors are the run's weights, by parameter of its graph.
func (r *Run) Tensors(g *graph.Graph) (map[string]tensor.Dense[float32], error) {
	s, err := r.Load()
	if err != nil {
		return nil, err
	}
	if err := CheckInit(g.Params, s.Tensors); err != nil {
		return nil, fmt.Errorf("%s: the checkpoint is not of this model: %w", r.dir, err)
	}
	return s.Tensors, nil
}
