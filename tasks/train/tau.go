package train

import (
	"context"
	"fmt"
	"math"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks"
)

// TauPoint is what setting small weights to zero does to a model.
type TauPoint struct {
	Tau       float64            `json:"tau"`
	Score     tasks.Score        `json:"score"`
	Zeros     int                `json:"zeros"` // weights that are zero
	Of        int                `json:"of"`
	Units     []groups.UnitCount `json:"units"` // by group
	Unchanged bool               `json:"unchanged"`
}

// TauResult is the search for the largest τ that leaves a model's result as
// it is.
type TauResult struct {
	Tau   float64    `json:"tau"` // 0: every τ that was tried changes the result
	Base  TauPoint   `json:"base"`
	Curve []TauPoint `json:"curve"` // all that were measured, by τ
}

// TauGrid are the values of τ that a search measures first, equally spaced on
// a logarithmic scale from From to To, and the steps of the bisection behind
// the last good one.
type TauGrid struct {
	From, To  float64
	PerDecade int
	Bisect    int
}

// Cut sets a model's small weights to zero by τ.
type Cut func(tau float64, param func(name string) []float32) error

// ByWeight cuts each weight by itself, as training does (groups.Threshold).
func ByWeight(g *graph.Graph, chosen []groups.Group, on string) Cut {
	return func(tau float64, param func(name string) []float32) error {
		t, err := groups.NewThreshold(g, chosen, on, tau)
		if err == nil {
			t.Apply(param)
		}
		return err
	}
}

// ByUnit cuts whole components (groups.UnitThreshold).
func ByUnit(g *graph.Graph, chosen []groups.Group, count groups.Counting) Cut {
	return func(tau float64, param func(name string) []float32) error {
		t, err := groups.NewUnitThreshold(g, chosen, count, tau)
		if err == nil {
			t.Apply(param)
		}
		return err
	}
}

// TauSearch looks for the largest τ that leaves a trained model's result on
// the validation data unchanged. Wen et al. (ICLR 2018, section 4) choose τ
// so, once, by the dense baseline.
//
// The result does not fall monotonically as τ grows, so the whole grid is
// measured, and then the interval behind its largest good value halved (in the
// logarithm). The largest good τ is that of the values measured.
type TauSearch struct {
	Problem   tasks.Problem
	Graph     *graph.Graph // of the model, cut or whole
	Weights   map[string]tensor.Dense[float32]
	Groups    []groups.Group // whose units are counted
	Cut       Cut
	Unchanged func(base, now tasks.Score) bool
	Grid      TauGrid
	Threads   int
	Progress  func(TauPoint) // called after each measurement; may be nil
}

// Run measures. The weights stay as they are. A stop by ctx is ErrStopped.
func (s TauSearch) Run(ctx context.Context) (TauResult, error) {
	if err := s.Grid.check(); err != nil {
		return TauResult{}, err
	}
	arena := engine.NewArena(s.Threads)
	defer arena.Close()
	e := newEvaluator(s.Problem, s.Graph, arena)
	w := map[string][]float32{}
	for _, p := range s.Graph.Params {
		w[p.Name] = make([]float32, p.Size())
	}
	param := func(name string) []float32 { return w[name] }
	measure := func(tau float64) (TauPoint, error) {
		for name, to := range w {
			copy(to, s.Weights[name].Data)
		}
		if tau > 0 {
			if err := s.Cut(tau, param); err != nil {
				return TauPoint{}, err
			}
		}
		score, err := e.score(ctx, "valid", param)
		p := TauPoint{Tau: tau, Score: score}
		zeros := groups.CountZeros(s.Graph, s.Groups, param)
		p.Units = zeros.Groups
		for _, z := range zeros.Tensors {
			p.Zeros, p.Of = p.Zeros+z.Zeros, p.Of+z.Of
		}
		return p, err
	}
	return s.Grid.search(measure, s.Unchanged, s.Progress)
}

func (g TauGrid) check() error {
	if !(g.From > 0 && g.To > g.From) || math.IsInf(g.To, 0) {
		return fmt.Errorf("train: τ is to be searched from %g to %g; the first must be above 0 and below the second, which is finite", g.From, g.To)
	}
	if g.PerDecade < 1 || g.Bisect < 0 {
		return fmt.Errorf("train: %d values of τ a decade and %d halvings; at least 1 and 0 are needed", g.PerDecade, g.Bisect)
	}
	return nil
}

// values are those of the grid; the last is To.
func (g TauGrid) values() (out []float64) {
	for i := 0; ; i++ {
		tau := g.From * math.Pow(10, float64(i)/float64(g.PerDecade))
		if tau >= g.To*(1-1e-9) {
			return append(out, g.To)
		}
		out = append(out, tau)
	}
}

// search measures the grid and halves the interval behind the last good value.
func (g TauGrid) search(measure func(tau float64) (TauPoint, error), unchanged func(base, now tasks.Score) bool, progress func(TauPoint)) (TauResult, error) {
	base, err := measure(0)
	if err != nil {
		return TauResult{}, err
	}
	base.Unchanged = true
	r := TauResult{Base: base}
	try := func(tau float64) (bool, error) {
		p, err := measure(tau)
		if err != nil {
			return false, err
		}
		p.Unchanged = unchanged(base.Score, p.Score)
		if p.Unchanged {
			r.Tau = max(r.Tau, tau)
		}
		if progress != nil {
			progress(p)
		}
		at := len(r.Curve)
		for at > 0 && r.Curve[at-1].Tau > tau {
			at--
		}
		r.Curve = append(r.Curve[:at], append([]TauPoint{p}, r.Curve[at:]...)...)
		return p.Unchanged, nil
	}
	for _, tau := range g.values() {
		if _, err := try(tau); err != nil {
			return r, err
		}
	}
	good, bad := r.Tau, 0.0
	for _, p := range r.Curve {
		if p.Tau > good && bad == 0 {
			bad = p.Tau
		}
	}
	if good == 0 || bad == 0 {
		return r, nil
	}
	for range g.Bisect {
		mid := math.Sqrt(good * bad)
		ok, err := try(mid)
		if err != nil {
			return r, err
		}
		if ok {
			good = mid
		} else {
			bad = mid
		}
	}
	return r, nil
}
