package cmd

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/job"
	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/groups"
)

// verifyView is the result of verify for programs.
type verifyView struct {
	Equal bool `json:"equal"`
	// Certified: B has a certificate, which is of these two models and proves the cut.
	Certified bool            `json:"certified"`
	Bitwise   bool            `json:"bitwise"`
	Windows   int             `json:"windows"`
	Values    int             `json:"values"` // compared bit by bit
	First     *differenceView `json:"first,omitempty"`
	Weights   *differenceView `json:"weights,omitempty"` // first weight that differs
	Largest   []largestView   `json:"largest"`           // in the engine
}

// differenceView is one value that differs.
type differenceView struct {
	Name   string  `json:"name"`
	Window int     `json:"window"` // -1: a weight
	Step   int     `json:"step"`
	Row    int     `json:"row"`
	At     []int   `json:"at"`
	A      float32 `json:"a"`
	B      float32 `json:"b"`
}

// largestView is the largest difference of an output.
type largestView struct {
	Output    string  `json:"output"`
	Largest   float64 `json:"largest"`
	Magnitude float64 `json:"magnitude"`
}

func (a *app) verifyCommand() *cobra.Command {
	var data dataFlags
	c := &cobra.Command{
		Use:   "verify A B",
		Short: "Prove two runs' models equal, or show where they first differ",
		Long: `Replay validation data on two models, states carried from window to window, and
compare every output and every state: bit for bit in the reference interpreter
(float32) and numerically in the engine. A compacted model is compared on the
units that it has. A certificate beside B must be of the weights of B, and of
those of A if B was cut out of it; then all that it says is checked against both,
and its replayed batch. What iss compact --tau has cut is compared with the same
--tau. The exit status is 1 if the models differ; then the first
output that does is printed with its window, step and row.`,
		Example:           "  iss verify runs/demo-1 runs/demo-1/compact",
		Args:              arguments(2, 2, "the RUNs A and B"),
		ValidArgsFunction: completeRuns,
	}
	data.add(c)
	numeric := c.Flags().Bool("numeric", false, "equal up to rounding in the engine is enough (a cut inside a norm over units groups its sum anew)")
	windows := c.Flags().Int("windows", 3, "windows of data to replay")
	tau := c.Flags().Float64("tau", 0, "compare with A as it is with its weights below this threshold at zero")
	var threads int
	threadsFlag(c, &threads)
	f := formatFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := errors.Join(positive(c, "windows", *windows), threshold(*tau), sensibleThreads(c, threads)); err != nil {
			return err
		}
		m, x, err := a.weighted(args[0])
		if err != nil {
			return err
		}
		small, y, err := a.weighted(args[1])
		if err != nil {
			return err
		}
		var below *groups.Threshold
		if *tau > 0 {
			if x.Tensors, below, err = m.Below(*tau); err != nil {
				return err
			}
		}
		problem, err := a.openData(c, &data, m)
		if err != nil {
			return err
		}
		of, err := job.Belongs(m, small, x, y, below, problem.Data().Files)
		if err != nil {
			return err
		}
		r, err := job.Verify(x, y, problem, m.Config, job.VerifyOptions{Windows: *windows, Threads: threads, Numeric: *numeric})
		if err != nil {
			return err
		}
		return a.printVerdict(args, r, of, f)
	}
	return c
}

// weighted opens a run's model with its weights.
func (a *app) weighted(arg string) (*model.Model, groups.Model, error) {
	m, err := a.findRun(arg)
	if err != nil {
		return nil, groups.Model{}, err
	}
	g, err := m.Graph()
	if err != nil {
		return nil, groups.Model{}, err
	}
	t, err := m.Tensors()
	return m, groups.Model{Graph: g, Tensors: t}, err
}

func (a *app) printVerdict(names []string, r *groups.Report, of job.Belonging, f *format) error {
	v := verifyView{
		Equal: r.Equal, Certified: of == job.OfThese, Bitwise: r.Bitwise, Windows: r.Windows, Values: r.Values,
		First: differenceOf(r.First), Weights: differenceOf(r.Weights), Largest: []largestView{},
	}
	t := &term.Table{Head: []string{"output", "largest difference", "largest value"}}
	for _, o := range r.Outputs {
		v.Largest = append(v.Largest, largestView(o))
		t.Row(o.Output, fmt.Sprintf("%.2e", o.Largest), fmt.Sprintf("%.2e", o.Magnitude))
	}
	if *f == "json" {
		if err := a.JSON(v); err != nil {
			return err
		}
	} else {
		if r.Equal {
			how := fmt.Sprintf("%d values of outputs and states bit for bit", r.Values)
			if !r.Bitwise {
				how = "outputs and states up to rounding"
			}
			fmt.Fprintf(a.Out, "equal: %s and %s, %s, over %d windows\n", names[0], names[1], how, r.Windows)
		} else {
			fmt.Fprintf(a.Out, "different: %s and %s\nfirst difference: %v\n", names[0], names[1], r.First)
			if r.Weights != nil {
				fmt.Fprintf(a.Out, "first weight that differs: %v\n", r.Weights)
			}
		}
		switch of {
		case job.OfThese:
			fmt.Fprintf(a.Out, "certificate: of these two models (%s beside the second); each use of each unit that went was checked\n", job.ProofName)
		case job.OfOthers:
			fmt.Fprintf(a.Out, "certificate: of another model than the first (%s beside the second); it was not looked at\n", job.ProofName)
		}
		fmt.Fprintln(a.Out, "\nin the engine:")
		if err := t.Write(a.Out); err != nil {
			return err
		}
	}
	if !r.Equal {
		return found()
	}
	return nil
}

func differenceOf(d *groups.Difference) *differenceView {
	if d == nil {
		return nil
	}
	v := differenceView(*d)
	return &v
}
