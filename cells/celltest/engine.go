package celltest

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/interp"
)

// engineBound is how far a float32 result of the engine may be from the
// interpreter's in float64, in units of the largest magnitude of the output, or
// of 0.01 if that is larger. Rounding in another order stays far below it; a
// wrong plan does not.
const engineBound = 5e-5

// askEngine: the compiled executor computes what the interpreter does, all
// results and all gradients, forward and in reverse, with and without lengths.
func (x *exam) askEngine() {
	for i, v := range slices.Concat(x.variants(), x.everywhere()) {
		forms := []form{{}, {lengths: true, reverse: true}}
		if i == 0 {
			forms = append(forms, form{lengths: true}, form{reverse: true})
		}
		for k, f := range forms {
			g, err := x.layer(v, f)
			if err != nil {
				x.faultf(v, "%v", err)
				continue
			}
			h := withGradient(g, "twice", differentiable(g))
			diff, err := engineDiffers(h, 1+(i+k+1)%2)
			switch {
			case err != nil:
				x.faultf(v, "%v: %v", f, err)
			case diff != "":
				where := "All its operations are of core/graph, so it is a fault of iss"
				if names := ownNames(g); names != "" {
					where = fmt.Sprintf("Look at Forward32 and Forward64 of the step's own operations %s: they must compute the same, from their operands alone", names)
				}
				x.faultf(v, "%v, the compiled executor computes something else than the reference interpreter: %s. %s", f, diff, where)
			}
		}
	}
}

// engineDiffers runs a model in both executors, in training and evaluation,
// and describes the first result that differs.
func engineDiffers(g *graph.Graph, threads int) (string, error) {
	e, err := engine.New(g, engine.Options{Max: binding, Threads: threads})
	if err != nil {
		return "", err
	}
	defer e.Close()
	m := interp.New[float64](g)
	ts := weights(g, 3)
	if err := load(e, g, ts, 3); err != nil {
		return "", err
	}
	if err := load(m, g, ts, 3); err != nil {
		return "", err
	}
	for _, mode := range []graph.Mode{drawn, {}} {
		if err := e.Run(mode); err != nil {
			return "", err
		}
		if err := m.Run(mode); err != nil {
			return "", err
		}
		for _, name := range g.Names {
			if diff := outputDiffers(name, e.Output(name), m.Output(name)); diff != "" {
				return diff, nil
			}
		}
	}
	return "", nil
}

func outputDiffers(name string, got []float32, want []float64) string {
	scale := 1e-2
	for _, v := range want {
		scale = max(scale, math.Abs(v))
	}
	for i, w := range want {
		if math.IsNaN(w) || math.IsInf(w, 0) {
			return fmt.Sprintf("%s[%d] is %g in the interpreter, which is not finite", name, i, w)
		}
		if d := math.Abs(float64(got[i]) - w); !(d <= engineBound*scale) {
			return fmt.Sprintf("%s[%d] is %g, the interpreter has %g", name, i, got[i], w)
		}
	}
	return ""
}
