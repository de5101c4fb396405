// Package mapping brings the tensors of other programs into the names and
// layouts of a model. What lies where is a document (schemas/mapping): a rule
// for each tensor of the model says which tensors of the file it is made of,
// whether they are transposed, and in which order each has its gates.
//
//	m, err := mapping.Named("pytorch-lstm")         // or mapping.Parse(file, text)
//	tensors, err := m.Apply(g.Params, source, options)
//
// Nothing is dropped in silence: a tensor of the model without numbers, one of
// the file that no rule uses, a gate that no rule takes, a shape that does not
// fit and a number that is none are all told at once.
package mapping

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/schemas"
)

// Mapping is a document without faults.
type Mapping struct {
	Name   string            `json:"name"`
	Doc    string            `json:"doc"`
	Source string            `json:"source"`
	Needs  Needs             `json:"needs"`
	Sizes  map[string]Size   `json:"sizes"` // by "types", "embedding", "hidden"
	Rules  []Rule            `json:"rules"`
	Ignore []string          `json:"ignore"`
	Copies map[string]string `json:"copies"`
}

// Needs are what the model must be for the rules to be right.
type Needs struct {
	Cell    string         `json:"cell"`
	Options map[string]any `json:"options"`
}

// Size is where the file shows a size of the model.
type Size struct {
	Tensor names `json:"tensor"`
	Axis   int   `json:"axis"`
	Of     int   `json:"of"` // gates that share the axis; 0 is 1
}

// Rule says what the tensors of a model that match To are made of.
type Rule struct {
	To      string            `json:"to"`
	From    []Part            `json:"from"`
	Join    string            `json:"join"`  // "rows" (also if empty) or "sum"
	Gates   string            `json:"gates"` // of the result, by blocks of its last axis
	Without map[string]string `json:"without"`

	pattern *pattern
}

// Part is a tensor of the file.
type Part struct {
	Tensor    names  `json:"tensor"`
	Transpose bool   `json:"transpose"`
	Gates     string `json:"gates"` // as stored, after the transposition
}

// names are a name, or several of which a file has one.
type names []string

// UnmarshalJSON reads a name or a list of them.
func (n *names) UnmarshalJSON(text []byte) error {
	if text[0] == '[' {
		return json.Unmarshal(text, (*[]string)(n))
	}
	*n = names{""}
	return json.Unmarshal(text, &(*n)[0])
}

// schema is that of documents.
var schema = sync.OnceValue(func() *schemas.Schema {
	text, err := schemas.Source("mapping")
	if err != nil {
		panic(err) // embedded
	}
	s, err := schemas.Compile(text)
	if err != nil {
		panic(err) // embedded
	}
	return s
})

// Parse reads a document. The error is a schemas.Faults that tells everything
// that is wrong with it, by line and pointer.
func Parse(file string, text []byte) (*Mapping, error) {
	if err := schema().Validate(file, text); err != nil {
		return nil, err
	}
	doc, err := schemas.Parse(file, text)
	if err != nil {
		return nil, err
	}
	m := &Mapping{}
	if err := doc.Decode(m); err != nil {
		return nil, err
	}
	c := &checker{doc: doc, m: m}
	for i := range m.Rules {
		c.rule(i, &m.Rules[i])
	}
	for name, s := range m.Sizes {
		c.braces(schemas.Pointer("sizes", name, "tensor"), s.Tensor, []string{"layer"})
	}
	if err := c.faults.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

// checker finds what a schema cannot say.
type checker struct {
	doc    *schemas.Document
	m      *Mapping
	faults schemas.Faults
}

func (c *checker) fault(at, format string, args ...any) {
	c.faults = append(c.faults, c.doc.Fault(at, format, args...))
}

func (c *checker) rule(i int, r *Rule) {
	at := func(path ...any) string { return schemas.Pointer(append([]any{"rules", i}, path...)...) }
	var err error
	if r.pattern, err = compile(r.To); err != nil {
		c.fault(at("to"), "%v", err)
		return
	}
	for k, other := range c.m.Rules[:i] {
		if other.To == r.To {
			c.fault(at("to"), "rule %d makes %q already", k, r.To)
		}
	}
	c.letters(at("gates"), r.Gates)
	for k, p := range r.From {
		c.braces(at("from", k, "tensor"), p.Tensor, r.pattern.vars)
		c.letters(at("from", k, "gates"), p.Gates)
		for _, g := range strings.Split(r.Gates, "") {
			if p.Gates != "" && !strings.Contains(p.Gates, g) {
				c.fault(at("from", k, "gates"), "has no gate %q, which the result is made of (%s)", g, r.Gates)
			}
		}
		switch {
		case r.Gates == "" && p.Gates != "":
			c.fault(at("from", k, "gates"), "the rule does not say in which order its result has them; add \"gates\" beside \"to\"")
		case r.Gates != "" && p.Gates == "":
			c.fault(at("from", k), "the result has gates %s; say in which order this tensor has them: \"gates\"", r.Gates)
		}
	}
	for gate := range r.Without {
		if len(gate) != 1 || !strings.Contains(r.Gates, gate) {
			c.fault(at("without", gate), "%s", registry.Unknown("gate", gate, strings.Split(r.Gates, "")))
		}
	}
}

// letters demands that every gate is named once.
func (c *checker) letters(at, gates string) {
	for i, g := range gates {
		if strings.ContainsRune(gates[:i], g) {
			c.fault(at, "gate %q stands twice in %q", string(g), gates)
			return
		}
	}
}

// braces demands that names use only variables that are bound.
func (c *checker) braces(at string, n names, bound []string) {
	for _, name := range n {
		p, err := compile(name)
		if err != nil {
			c.fault(at, "%v", err)
			continue
		}
		for _, v := range p.vars {
			if !slices.Contains(bound, v) {
				c.fault(at, "%s", fmt.Sprint(registry.Unknown("variable", "{"+v+"}", braced(bound))))
			}
		}
	}
}

func braced(vars []string) (out []string) {
	for _, v := range vars {
		out = append(out, "{"+v+"}")
	}
	return out
}
