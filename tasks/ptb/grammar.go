package ptb

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// grammar is a stochastic context-free grammar in which the next token always
// decides which choice a rule took (it is LL(1)). Hence a text has exactly one
// derivation, and the probability of a token after those before it is the
// product of the choices made since the last one.
//
// Weights are whole numbers, so that the same random numbers give the same text
// on every machine.
type grammar struct {
	names []string       // of rules
	rules map[string]int // index of a rule
	defs  []rule
	words []string       // terminals
	ids   map[string]int // index of a terminal
	first []map[int]int  // rule → terminal → the choice that begins with it
}

// symbol is a terminal (its index) or a rule (the complement of its index).
type symbol int

// start is the rule of a sentence, the first that is defined.
const start symbol = ^0

type rule struct {
	choices []choice
	total   int // sum of the weights
}

type choice struct {
	weight int
	body   []symbol
}

func newGrammar() *grammar {
	return &grammar{rules: map[string]int{}, ids: map[string]int{}}
}

// define reads rules, a line each, of the form
//
//	Name -> 3 the Other | 1 one more body
//
// in which the number is the weight of a choice, and words that begin with a
// capital letter are rules. Names in vars are replaced by their values first.
func (g *grammar) define(lines string, vars ...string) {
	lines = strings.NewReplacer(vars...).Replace(strings.TrimSpace(lines))
	for line := range strings.Lines(lines) {
		name, bodies, _ := strings.Cut(line, "->")
		r := g.rule(strings.TrimSpace(name))
		for body := range strings.SplitSeq(bodies, "|") {
			fields := strings.Fields(body)
			weight, err := strconv.Atoi(fields[0])
			if err != nil {
				panic(fmt.Sprintf("ptb: grammar: %q lacks a weight", line))
			}
			g.add(r, weight, fields[1:])
		}
	}
}

// zipf defines a rule that is one of several words; the n-th has weight 1/n.
func (g *grammar) zipf(name, words string) {
	r := g.rule(name)
	for i, word := range strings.Fields(words) {
		g.add(r, 1000/(i+1), []string{word})
	}
}

func (g *grammar) add(r, weight int, body []string) {
	c := choice{weight: weight}
	for _, word := range body {
		if word[0] >= 'A' && word[0] <= 'Z' {
			c.body = append(c.body, symbol(^g.rule(word)))
		} else {
			c.body = append(c.body, symbol(g.word(word)))
		}
	}
	g.defs[r].choices = append(g.defs[r].choices, c)
	g.defs[r].total += weight
}

func (g *grammar) rule(name string) int {
	i, ok := g.rules[name]
	if !ok {
		i = len(g.names)
		g.rules[name] = i
		g.names = append(g.names, name)
		g.defs = append(g.defs, rule{})
	}
	return i
}

func (g *grammar) word(word string) int {
	i, ok := g.ids[word]
	if !ok {
		i = len(g.words)
		g.ids[word] = i
		g.words = append(g.words, word)
	}
	return i
}

// finish finds what each rule can begin with. It panics if a rule has no
// choices, or two of its choices can begin with the same word.
func (g *grammar) finish() *grammar {
	g.first = make([]map[int]int, len(g.defs))
	for i := range g.defs {
		g.begins(i)
	}
	return g
}

func (g *grammar) begins(i int) map[int]int {
	if g.first[i] != nil {
		return g.first[i]
	}
	if len(g.defs[i].choices) == 0 {
		panic(fmt.Sprintf("ptb: grammar: rule %s has no choices", g.names[i]))
	}
	first := map[int]int{}
	for n, c := range g.defs[i].choices {
		words := map[int]int{int(c.body[0]): 0}
		if c.body[0] < 0 {
			words = g.begins(int(^c.body[0]))
		}
		for word := range words {
			if _, taken := first[word]; taken {
				panic(fmt.Sprintf("ptb: grammar: two choices of %s begin with %q", g.names[i], g.words[word]))
			}
			first[word] = n
		}
	}
	g.first[i] = first
	return first
}

// sentence draws a sentence, <eos> included, and returns its log-probability,
// the sum over the choices made. intn(n) is uniform in [0, n).
func (g *grammar) sentence(intn func(n int) int, emit func(word string)) (logp float64) {
	stack := []symbol{start}
	for len(stack) > 0 {
		top := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if top >= 0 {
			emit(g.words[top])
			continue
		}
		r := g.defs[^top]
		c := r.draw(intn)
		logp += r.logProb(c)
		stack = c.push(stack)
	}
	return logp
}

// draw takes a choice with a probability of weight/total.
func (r rule) draw(intn func(n int) int) choice {
	n := intn(r.total)
	for _, c := range r.choices {
		if n -= c.weight; n < 0 {
			return c
		}
	}
	panic("ptb: grammar: the weights do not add up")
}

func (r rule) logProb(c choice) float64 {
	return math.Log(float64(c.weight) / float64(r.total))
}

// push puts the body on a stack, its first symbol on top.
func (c choice) push(stack []symbol) []symbol {
	for i := len(c.body) - 1; i >= 0; i-- {
		stack = append(stack, c.body[i])
	}
	return stack
}
