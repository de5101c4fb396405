package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/registry"
)

// Apply makes every parameter out of the tensors of a source. Options are the
// numbers of the cell's options, for what rules leave out of stored numbers.
// The error is a *Misfit with everything that does not fit.
func (m *Mapping) Apply(params []*graph.Param, src Source, options map[string]float64) (map[string]tensor.Dense[float32], error) {
	a := &application{m: m, src: src, names: src.Names(), options: options, used: map[string]map[rune]bool{}, cache: map[string]tensor.Dense[float32]{}}
	out := map[string]tensor.Dense[float32]{}
	for _, p := range params {
		if t, ok := a.param(p); ok {
			out[p.Name] = t
		}
	}
	if a.err != nil {
		return nil, a.err
	}
	a.rest()
	if len(a.misfit.Lines) > 0 {
		return nil, &a.misfit
	}
	return out, nil
}

// Misfit says all that keeps a file from being a model's weights.
type Misfit struct {
	Lines  []string
	Shapes bool // some of them are of shapes
}

// shown is how many lines an error has.
const shown = 50

func (e *Misfit) Error() string {
	lines := e.Lines
	if rest := len(lines) - shown; rest > 0 {
		lines = append(slices.Clone(lines[:shown]), fmt.Sprintf("… and %d more", rest))
	}
	return "mapping: the file does not fit the model:\n  " + strings.Join(lines, "\n  ")
}

// application is one Apply.
type application struct {
	m       *Mapping
	src     Source
	names   []string
	options map[string]float64
	used    map[string]map[rune]bool // gates of a tensor that rules took; 0: all of it
	cache   map[string]tensor.Dense[float32]
	misfit  Misfit
	absent  []string // names that rules looked for in vain
	err     error    // the file cannot be read
}

func (a *application) say(format string, args ...any) {
	a.misfit.Lines = append(a.misfit.Lines, fmt.Sprintf(format, args...))
}

// param makes one parameter.
func (a *application) param(p *graph.Param) (t tensor.Dense[float32], ok bool) {
	for i := range a.m.Rules {
		r := &a.m.Rules[i]
		bound, ok := r.pattern.match(p.Name)
		if !ok {
			continue
		}
		return a.make(p, r, bound)
	}
	var tos []string
	for _, r := range a.m.Rules {
		tos = append(tos, r.To)
	}
	line := fmt.Sprintf("missing: no rule of %s makes the model's %s %v", a.m.Name, p.Name, p.Shape)
	if near := registry.Nearest(p.Name, tos); near != "" {
		line += "; nearest is " + near
	}
	a.say("%s", line)
	return t, false
}

// make makes a parameter by its rule. Nothing is read before all shapes fit, so
// that no file, however it is packed, takes more memory than the model.
func (a *application) make(p *graph.Param, r *Rule, bound map[string]string) (out tensor.Dense[float32], ok bool) {
	names, fits := a.settle(p, r, bound)
	if !fits {
		return out, false
	}
	var parts []tensor.Dense[float32]
	for i, from := range r.From {
		t, err := a.read(names[i])
		if err != nil {
			a.err = err
			return out, false
		}
		parts = append(parts, from.arrange(t, r.Gates))
	}
	out = join(parts, r.Join)
	return out, a.shift(&out, r)
}

// settle finds the tensors that a parameter is made of and holds their shapes
// against its own.
func (a *application) settle(p *graph.Param, r *Rule, bound map[string]string) (names []string, fits bool) {
	var shapes [][]int
	var told []string // parts, as a shape's error tells them
	for _, from := range r.From {
		name, found := a.find(from, bound)
		if !found {
			a.lack(p, from, bound)
			continue
		}
		a.mark(name, from.Gates, r.Gates)
		stored, _ := a.src.Shape(name)
		shape, err := from.arranged(stored, r.Gates)
		if err != nil {
			a.misshapen("%s %v: %v", name, stored, err)
			continue
		}
		names, shapes, told = append(names, name), append(shapes, shape), append(told, fmt.Sprintf("%s %v", name, stored))
	}
	if len(names) < len(r.From) {
		return nil, false
	}
	shape, err := joined(shapes, r.Join)
	switch {
	case err != nil:
		a.misshapen("%s, for %s: %v", strings.Join(told, " and "), p.Name, err)
	case !slices.Equal(shape, p.Shape):
		a.misshapen("%s: that makes %v, and the model's %s is %v", strings.Join(told, " and "), shape, p.Name, p.Shape)
	default:
		return names, true
	}
	return nil, false
}

// misshapen tells of a shape that does not fit.
func (a *application) misshapen(format string, args ...any) {
	a.say("misshapen: "+format, args...)
	a.misfit.Shapes = true
}

// find returns the name under which the file has a part.
func (a *application) find(from Part, bound map[string]string) (string, bool) {
	for _, n := range from.Tensor {
		if name := fill(n, bound); slices.Contains(a.names, name) {
			return name, true
		}
	}
	return "", false
}

// lack tells of a part that the file does not have.
func (a *application) lack(p *graph.Param, from Part, bound map[string]string) {
	var wanted []string
	near := ""
	for _, n := range from.Tensor {
		wanted = append(wanted, fill(n, bound))
		if near == "" {
			near = registry.Nearest(wanted[len(wanted)-1], a.names)
		}
	}
	a.absent = append(a.absent, wanted...)
	line := fmt.Sprintf("missing: the file has no %s, of which the model's %s %v is made", strings.Join(wanted, " or "), p.Name, p.Shape)
	if near != "" {
		line += "; nearest is " + near
	}
	a.say("%s", line)
}

// mark notes which gates of a tensor a rule takes.
func (a *application) mark(name, stored, taken string) {
	if a.used[name] == nil {
		a.used[name] = map[rune]bool{}
	}
	if stored == "" {
		a.used[name][0] = true
	}
	for _, g := range stored {
		a.used[name][g] = a.used[name][g] || strings.ContainsRune(taken, g)
	}
}

// read reads a tensor once, and refuses what is no number.
func (a *application) read(name string) (tensor.Dense[float32], error) {
	if t, ok := a.cache[name]; ok {
		return t, nil
	}
	t, err := a.src.Read(name)
	if err != nil {
		return t, err
	}
	for i, v := range t.Data {
		if v-v != 0 { // infinite or not a number
			a.say("no number: %s has %v at place %d", name, v, i)
			break
		}
	}
	a.cache[name] = t
	return t, nil
}

// rest tells of what the file has and no rule took.
func (a *application) rest() {
	for _, name := range a.names {
		if taken, ok := a.used[name]; ok {
			var left []string
			for g, yes := range taken {
				if !yes {
					left = append(left, string(g))
				}
			}
			slices.Sort(left)
			if len(left) > 0 {
				a.say("left over: no rule takes the gates %s of %s", strings.Join(left, ", "), name)
			}
			continue
		}
		if slices.ContainsFunc(a.m.Ignore, func(form string) bool { return glob(form, name) }) || a.copied(name) {
			continue
		}
		shape, _ := a.src.Shape(name)
		line := fmt.Sprintf("left over: no rule uses %s %v", name, shape)
		if near := registry.Nearest(name, a.absent); near != "" {
			line += "; nearest missing one is " + near
		}
		a.say("%s", line)
	}
}

// copied reports whether a tensor equals the one that it may be a copy of.
func (a *application) copied(name string) bool {
	of, ok := a.m.Copies[name]
	if !ok || a.used[of] == nil {
		return false
	}
	x, _ := a.src.Shape(name)
	y, _ := a.src.Shape(of)
	if !slices.Equal(x, y) {
		return false
	}
	two, read := a.cache[of]
	if !read { // it does not fit, and that is told
		return true
	}
	one, err := a.src.Read(name)
	return err == nil && slices.Equal(one.Data, two.Data)
}
