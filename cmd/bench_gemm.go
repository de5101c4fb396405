package cmd

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/tasks/bench"
)

func (a *app) benchGemmCommand() *cobra.Command {
	o := bench.Options{Rounds: 20, Least: time.Second, Seed: 1}
	var size bench.GemmSize
	c := &cobra.Command{
		Use:   "gemm",
		Short: "Time zeros at random places against rows and columns that are gone",
		Long: `Time figure 1 of the paper: the product of a layer's weights, [4H × 2H], with a
batch of inputs; the same with a share of its weights zero at random places and
stored in compressed sparse rows; and with as many weights gone in whole units,
2k columns and 4k rows. Without flags, for three sizes of the paper's models.`,
		Example: "  iss bench gemm\n  iss bench gemm --hidden 1500 --batch 10 --iters 100",
		Args:    cobra.NoArgs,
	}
	f := formatFlag(c)
	c.Flags().IntVar(&size.Hidden, "hidden", 0, "hidden units H (default 1500, 650 and 200)")
	c.Flags().IntVar(&size.Batch, "batch", 10, "columns of the input, with --hidden")
	c.Flags().IntVar(&o.Rounds, "iters", o.Rounds, "timed rounds; without it more where a product is small")
	threadsFlag(c, &o.Threads)
	c.RunE = func(c *cobra.Command, _ []string) error {
		err := errors.Join(positive(c, "hidden", size.Hidden), positive(c, "batch", size.Batch), positive(c, "iters", o.Rounds), sensibleThreads(c, o.Threads))
		if err != nil {
			return wrong(err)
		}
		sizes := bench.PaperGemms
		if c.Flags().Changed("hidden") {
			sizes = []bench.GemmSize{size}
		} else if c.Flags().Changed("batch") {
			return wrongf("--batch goes with --hidden")
		}
		if c.Flags().Changed("iters") {
			o.Least = 0
		}
		a.warnOfSlowKernels()
		var all []*bench.GemmResult
		for _, s := range sizes {
			r, err := bench.Gemm(c.Context(), s, bench.PaperSparsities, o)
			if err != nil {
				return stopped(err)
			}
			all = append(all, r)
			if *f == "json" {
				continue
			}
			if err := a.printGemm(r); err != nil {
				return err
			}
		}
		if *f == "json" {
			return a.JSON(all)
		}
		return nil
	}
	return c
}

// printGemm prints the table of one size and where the sparse format pays.
func (a *app) printGemm(r *bench.GemmResult) error {
	fmt.Fprintf(a.Out, "%d×%d weights, batch %d, %d threads: dense %.3f ms\n", 4*r.Hidden, 2*r.Hidden, r.Batch, r.Threads, r.Dense.Median)
	t := &term.Table{Head: []string{"zeros", "sparse ms", "faster", "units gone", "structured ms", "faster"}}
	for _, p := range r.Points {
		sparse, structured := r.Speedups(p)
		t.Row(fmt.Sprintf("%.1f %%", 100*p.Sparsity), fmt.Sprintf("%.3f", p.Sparse.Median), fmt.Sprintf("%.2fx", sparse),
			p.Removed, fmt.Sprintf("%.3f", p.Structured.Median), fmt.Sprintf("%.2fx", structured))
	}
	if err := t.Write(a.Out); err != nil {
		return err
	}
	if at, ok := r.Pays(); ok {
		fmt.Fprintf(a.Out, "zeros at random places pay from %.0f %% on\n\n", 100*at)
	} else {
		fmt.Fprintf(a.Out, "where zeros at random places begin to pay lies outside these shares\n\n")
	}
	return nil
}
