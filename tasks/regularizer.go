package tasks

import "slices"

// Regularizer is a term of the loss. Its kinds, and what they are on:
//
//   - group_lasso, λ·Σ‖w_c‖ over components c: on iss, the groups of hidden units;
//     on rows or columns, each row or each column of a matrix by itself;
//   - l1, λ·Σ|w|, and l2, ½·λ·Σw²: on all that is trained, biases included.
//
// Lambda is in the unit of the training loss.
type Regularizer struct {
	Kind   string  `json:"kind"`
	On     string  `json:"on"`
	Lambda float64 `json:"lambda"`
	// Classes are those of hidden units that it is on; none: the configured ones.
	Classes []string `json:"classes,omitempty"`
	// Vars and Except name the variables that it is on, and those that it is not,
	// with * for anything; none: all and none.
	Vars   []string `json:"vars,omitempty"`
	Except []string `json:"except,omitempty"`
	// CoefScaling multiplies λ by the root of the component's size.
	CoefScaling bool `json:"coef_scaling,omitempty"`
	// Method is "proximal", after the step, or "" (in documents also "gradient").
	Method string `json:"method,omitempty"`
}

// Proximal reports whether the term's proximal step is taken, not its gradient.
func (r Regularizer) Proximal() bool { return r.Method == "proximal" }

// Sparse reports whether the term makes weights zero, given a threshold or a
// proximal step.
func (r Regularizer) Sparse() bool { return r.Lambda > 0 && r.Kind != "l2" }

// Thresholds reports whether τ is applied in training: always, or where a
// regularizer makes zeros, as published.
func (i ISS) Thresholds() bool { return i.Tau > 0 && (i.TauAlways || i.Sparse()) }

// Sparse reports whether something makes weights zero, so that units may die.
func (i ISS) Sparse() bool { return slices.ContainsFunc(i.Regularizers, Regularizer.Sparse) }

// Dense is the same without what makes weights zero.
func (i ISS) Dense() ISS {
	i.Shrink, i.TestTau = nil, 0
	i.Regularizers = slices.DeleteFunc(slices.Clone(i.Regularizers), func(r Regularizer) bool { return r.Kind != "l2" })
	if len(i.Regularizers) == 0 {
		i.Regularizers = nil
	}
	return i
}

// NamesClass reports whether a regularizer names the class of hidden units.
func (c Config) NamesClass(class string) bool {
	return slices.ContainsFunc(c.ISS.Regularizers, func(r Regularizer) bool { return slices.Contains(r.Classes, class) })
}
