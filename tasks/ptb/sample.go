package ptb

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed391906a2/iss/core/engine"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/tasks/train"
)

// SampleOptions say how a language model writes.
type SampleOptions struct {
	// Temperature divides the logits: 1 is the model's own distribution, below
	// it the likely gets likelier, 0 always takes the likeliest.
	Temperature float64
	Seed        uint64
	Length      int    // tokens to write
	Prime       string // what the model reads first; "": a line end, or the first token
	Threads     int
}

// Sample lets a language model write: it draws a token from what the model
// predicts and gives it to the model as the next input. It returns the ids,
// without those of the prime. The same options, graph and weights give the same
// text on one machine.
func Sample(ctx context.Context, g *graph.Graph, weights map[string]tensor.Dense[float32], v *Vocabulary, o SampleOptions) ([]int32, error) {
	if !(o.Temperature >= 0) || math.IsInf(o.Temperature, 0) {
		return nil, fmt.Errorf("ptb: a temperature of %g; it must be 0 or more", o.Temperature)
	}
	if o.Length < 1 {
		return nil, fmt.Errorf("ptb: %d tokens to write; it must be at least 1", o.Length)
	}
	prime, err := v.Prime(o.Prime)
	if err != nil {
		return nil, err
	}
	s, err := engine.NewSession(train.Evaluation(g, "logits"), engine.Options{Max: graph.Binding{"time": 1, "batch": 1}, Threads: o.Threads})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := s.Bind(graph.Binding{"time": 1, "batch": 1}); err != nil {
		return nil, err
	}
	for name, t := range weights {
		copy(s.Param(name), t.Data)
	}
	s.Changed()
	d := drawer{rng: rand.New(rand.NewPCG(o.Seed, 0)), temperature: o.Temperature}
	ids := make([]int32, 0, min(o.Length, 1<<20))
	for next := prime; len(ids) < o.Length; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s.Ints("x")[0], next = next[0], next[1:]
		if err := s.Run(graph.Mode{}); err != nil {
			return nil, err
		}
		if len(next) > 0 {
			continue
		}
		id, err := d.draw(s.Output("logits"))
		if err != nil {
			return nil, fmt.Errorf("%w after %d tokens", err, len(ids))
		}
		ids = append(ids, id)
		next = ids[len(ids)-1:]
	}
	return ids, nil
}

// Prime returns the ids of what a model reads first: of a text whose tokens it
// must have or, if that is empty, of a line end or the first token.
func (v *Vocabulary) Prime(text string) ([]int32, error) {
	if text == "" {
		id, _ := v.LineEnd()
		return []int32{id}, nil
	}
	ids, outside := v.Encode(text)
	if outside.Tokens == 0 {
		return ids, nil
	}
	var err error
	v.unit.each([]byte(text), func(token []byte) {
		if _, ok := v.ids[string(token)]; !ok && err == nil {
			err = fmt.Errorf("ptb: the prime: %q is not in the model's vocabulary of %d %ss", token, v.Len(), v.unit)
			if near := registry.Nearest(string(token), v.tokens); near != "" {
				err = fmt.Errorf("%w; nearest is %q", err, near)
			}
		}
	})
	return nil, err
}

// drawer draws from a distribution that is given by logits.
type drawer struct {
	rng         *rand.Rand
	temperature float64
	p           []float64
}

var errNoNumber = errors.New("ptb: the model predicts what is no number")

// draw returns an index i with probability exp(zᵢ/T)/Σ exp(z/T).
func (d *drawer) draw(z []float32) (int32, error) {
	best := 0
	for i, v := range z {
		if v-v != 0 {
			return 0, errNoNumber
		}
		if v > z[best] {
			best = i
		}
	}
	if d.temperature == 0 {
		return int32(best), nil
	}
	d.p = d.p[:0]
	sum := 0.0
	for _, v := range z {
		sum += math.Exp(float64(v-z[best]) / d.temperature)
		d.p = append(d.p, sum)
	}
	u := d.rng.Float64() * sum
	for i, cumulated := range d.p {
		if u < cumulated {
			return int32(i), nil
		}
	}
	return int32(best), nil // rounding
}
