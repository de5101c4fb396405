package cmd

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/core/kernel"
	"github.com/seed391906a2/iss/tasks/bench"
)

func (a *app) benchPeersCommand() *cobra.Command {
	var out benchOut
	var budget time.Duration
	c := &cobra.Command{
		Use:   "peers THREADS [SUBSTRING…]",
		Short: "Time the models that other engines are timed on",
		Long: `Time the models that PyTorch and ONNX Runtime are timed on too, inference and
training, or those whose names contain a SUBSTRING, each on so many THREADS. A
result is a line of JSON on standard output as soon as it is there, in the form
in which theirs are; what a person wants to know goes to standard error. Each
model is timed until the budget is used up, which is $BUDGET seconds unless it
is given, and 5 times at the least.`,
		Example: `  iss bench peers 2
  iss bench peers 1 lstm-small train
  BUDGET=4 iss bench peers 2 >> peers.jsonl`,
		Args: arguments(1, -1, "THREADS and perhaps parts of names"),
	}
	c.Flags().DurationVar(&budget, "budget", 0, "how long a model is timed (default $BUDGET seconds, or 1s)")
	out.add(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		threads, err := strconv.Atoi(args[0])
		if err != nil {
			return wrongf("%q is no number of threads; see %s --help", args[0], c.CommandPath())
		}
		if err := checkThreads("THREADS", threads); err != nil {
			return err
		}
		if !c.Flags().Changed("budget") {
			if budget, err = budgetOf(os.Getenv("BUDGET")); err != nil {
				return err
			}
		}
		cases := bench.Select(bench.Cases, args[1:])
		if len(cases) == 0 {
			return wrongf("no model of the peers has %q in its name; known: %s", args[1:], bench.Names(bench.Cases))
		}
		if err := out.open(); err != nil {
			return err
		}
		defer out.close()
		a.warnOfSlowKernels()
		o := bench.Options{Batch: 1, Steps: 1, Rounds: 5, Least: budget, Threads: threads, Seed: 1}
		if out.explain {
			o.Explain = a.Err
		}
		return a.benchPeers(c, cases, o, &out)
	}
	return c
}

// benchPeers times the cases one after the other: there is memory for one.
func (a *app) benchPeers(c *cobra.Command, cases []bench.Case, o bench.Options, out *benchOut) error {
	// As the peers do: no more threads run Go code than are timed.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(o.Threads, 1)))
	var all []bench.Result
	for i := range cases {
		m, err := cases[i].Model(a.Cells)
		if err != nil {
			return err
		}
		results, err := bench.Run(c.Context(), []bench.Model{m}, o)
		if err != nil {
			return stopped(err)
		}
		if err := bench.WriteLine(a.Out, results[0].Line(kernel.CPU())); err != nil {
			return err
		}
		a.Say("%s", results[0].String())
		all = append(all, results...)
		debug.FreeOSMemory()
	}
	return out.write(a.Streams, all)
}

// budgetOf reads $BUDGET, in seconds.
func budgetOf(text string) (time.Duration, error) {
	if text == "" {
		return time.Second, nil
	}
	s, err := strconv.ParseFloat(text, 64)
	if err != nil || !(s > 0) || s > 3600 {
		return 0, wrongf("BUDGET=%s is no number of seconds up to 3600", text)
	}
	return time.Duration(s * float64(time.Second)), nil
}
