// Package train is the loop that all tasks share: batches in order, loss and
// gradient, group Lasso, clipping, a step of the optimiser, the threshold τ;
// evaluation after each epoch; checkpoints that a killed run goes on from.
//
//	result, err := train.Train(ctx, train.Options{
//		Problem: problem, Config: cfg, Groups: groups, Journal: run, Reporter: bar,
//	})
//
// The order within a step is that of the public code of Wen et al. (ICLR
// 2018): the gradients of loss plus penalty are clipped together by their
// global norm; after the update every weight below τ becomes zero.
package train
