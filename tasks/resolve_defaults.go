package tasks

import "slices"

// defaultTau is the threshold of Wen et al.'s public code (ICLR 2018, section
// 3.2): below it a weight counts as zero.
const defaultTau = 1e-4

// defaults is what a configuration says without saying it; schemas/config
// states the same values.
func defaults() Config {
	return Config{
		Seed:  1,
		Model: Model{InitScale: 0.1},
		Train: Train{Optimizer: Optimizer{Kind: "sgd", Rate: 1}, Schedule: Schedule{Kind: "constant"}},
		ISS:   ISS{TauOn: "all", Count: "multiset", Biases: "follow"},
	}
}

// emptyIsNil gives what says nothing one form, so that configurations that mean
// the same are equal.
func (c *Config) emptyIsNil() {
	if len(c.Options) == 0 {
		c.Options = nil
	}
	if len(c.Model.Options) == 0 {
		c.Model.Options = nil
	}
	if slices.Equal(c.Model.Backward, c.Model.Hidden) {
		c.Model.Backward = nil
	}
	if len(c.Model.Keep) == 0 {
		c.Model.Keep = nil
	}
	if len(c.Model.Masks) == 0 {
		c.Model.Masks = nil
	}
	if c.Model.Names == "ptb" {
		c.Model.Names = ""
	}
	if c.Train.FinalValid == "batches" {
		c.Train.FinalValid = ""
	}
	if c.Train.Freeze == "none" {
		c.Train.Freeze = ""
	}
	for i := range c.ISS.Regularizers {
		if r := &c.ISS.Regularizers[i]; r.Method == "gradient" {
			r.Method = ""
		}
	}
	if len(c.ISS.Regularizers) == 0 {
		c.ISS.Regularizers = nil
	}
}
