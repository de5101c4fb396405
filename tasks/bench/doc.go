// Package bench times models at inference as Wen et al. (ICLR 2018, table 1)
// do: a batch of 10, 30 time steps, the product with the softmax weights
// included. Models are timed in turns, round after round, so that a busy
// machine is unfair to none, and the median of the rounds counts.
//
//	results, err := bench.Run(ctx, []bench.Model{
//		{Name: "whole", Graph: g}, {Name: "373+315", Graph: small},
//	}, bench.Paper)
//	fmt.Println(results[0].Time.Median / results[1].Time.Median)
//
// A graph is all that bench needs: it knows no task and no cell.
package bench
