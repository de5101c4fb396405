// Package draw draws intrinsic sparse structures from a model's trace: the two
// figures of Wen et al. (ICLR 2018) for any model whose groups can be derived.
//
// Flow is the paper's figure 2: one step of a recurrent cell, states on the
// left and on the right, every value a ribbon as wide as it has units, with a
// strip in it where the component lies. Weights is figure 3: each parameter
// that the component touches as a matrix to scale, in × out, with its rows and
// columns in colour.
//
//	d, err := groups.Derive(g)
//	svg, err := draw.SVG(d, draw.Options{Class: "cell_0", Unit: 3, Figure: draw.Weights})
//
// Pictures are SVG without scripts, styles, ids or anything from outside, on a
// light ground of their own, so that they can stand in a page of any colour,
// several in one. The same model gives the same bytes.
package draw
