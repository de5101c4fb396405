package tasks

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/seed391906a2/iss/schemas"
)

// terms are the regularizers of the tree, as they are.
func (r *resolver) terms() []map[string]any {
	all, _ := r.at("/iss/regularizers")
	list, _ := all.([]any)
	terms := make([]map[string]any, len(list))
	for i, t := range list {
		terms[i], _ = t.(map[string]any)
	}
	return terms
}

// penalised: one place says what is penalised, one number how much.
func (r *resolver) penalised() {
	_, file := r.at("/iss/groups")
	_, classes := r.at("/iss/classes")
	if file && classes {
		r.blame([]string{"/iss/groups", "/iss/classes"}, "a group file says what is penalised, and so do classes; give one of them")
	}
	optimizer, _ := r.at("/train/optimizer/kind")
	seen := map[string]bool{}
	for i, t := range r.terms() {
		here := schemas.Pointer("iss", "regularizers", i)
		what := fmt.Sprint(t["kind"], " on ", t["on"])
		same := fmt.Sprint(what, t["classes"], t["vars"], t["except"])
		if seen[same] {
			r.blame([]string{here}, "a second %s; write one, with the sum of both lambdas", what)
		}
		seen[same] = true
		if t["method"] == "proximal" && optimizer == "adam" {
			r.blame([]string{here + "/method", "/train/optimizer/kind"}, "a proximal step is as long as the step before it, and Adam's has another length for each weight; take method gradient, or sgd")
		}
		if t["kind"] != "group_lasso" {
			continue
		}
		if _, said := t["classes"]; said && t["on"] != "iss" {
			r.blame([]string{here + "/classes"}, "classes are of hidden units, so of a group_lasso on iss; name variables by vars and except")
		}
		for _, field := range []string{"vars", "except"} {
			if _, said := t[field]; said && t["on"] == "iss" {
				r.blame([]string{here + "/" + field}, "a group of hidden units has parts of several variables; name classes instead")
			}
		}
	}
}

// shrinks: units get to zero, and are known by class; the weights of an earlier
// epoch would be those of a larger model.
func (r *resolver) shrinks() {
	if _, said := r.at("/iss/shrink"); !said || len(r.faults) > 0 {
		return
	}
	tau, given := r.at("/iss/tau")
	number, _ := tau.(json.Number)
	threshold := !given || !isZero(number)
	if !slices.ContainsFunc(r.terms(), func(t map[string]any) bool { return drives(t, threshold) }) {
		r.blame([]string{"/iss/shrink", "/iss/regularizers", "/iss/tau"},
			"nothing drives units to zero, so a model cannot shrink: it needs a group_lasso on iss or rows, or an l1, with a lambda above 0; and a tau above 0, or method proximal")
	}
	if _, file := r.at("/iss/groups"); file {
		r.blame([]string{"/iss/shrink", "/iss/groups"}, "a group file is of the model at its full size; a model that shrinks needs groups by class: derived ones, or iss.classes")
	}
	if best, _ := r.at("/train/keep_best"); best == true {
		r.blame([]string{"/iss/shrink", "/train/keep_best"}, "the best epoch's weights may be those of a larger model than the last; give one of the two")
	}
}

// thresholds: that of a test is above that of training, or it does nothing.
func (r *resolver) thresholds() {
	test, trained := r.number("/iss/test_tau", 0), r.number("/iss/tau", defaultTau)
	if test > 0 && test <= trained {
		r.blame([]string{"/iss/test_tau", "/iss/tau"},
			"a threshold at test (%v) that is not above that of training (%v) sets nothing to zero; make it larger, or 0 for none", test, trained)
	}
}

// number is a field of the tree, or another number if it is none.
func (r *resolver) number(pointer string, other float64) float64 {
	v, _ := r.at(pointer)
	n, _ := v.(json.Number)
	if x, err := n.Float64(); err == nil {
		return x
	}
	return other
}

// drives reports whether a regularizer makes exact zeros that let units go, all
// rows that read one among them. Zero columns alone do not: the bias still
// speaks. Nor does l2, nor a sub-gradient that no threshold follows.
func drives(t map[string]any, threshold bool) bool {
	lambda, _ := t["lambda"].(json.Number)
	if isZero(lambda) || !threshold && t["method"] != "proximal" {
		return false
	}
	return t["kind"] == "l1" || t["kind"] == "group_lasso" && t["on"] != "columns"
}

func isZero(n json.Number) bool {
	v, err := n.Float64()
	return err == nil && v == 0
}
