package bench

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/core/engine"
)

// Layer is the part of a model's time that goes to one of its layers. Means of
// all layers over examples add up to the mean of the model, medians to nothing in
// particular; of a model that ran on drawn inputs both are parts of its median.
type Layer struct {
	Name   string  `json:"name"` // as the task calls it, else as its scope is labelled or placed
	Mean   float64 `json:"mean_ms"`
	Median float64 `json:"median_ms"`
	Share  float64 `json:"share"` // of the mean
}

// layering sorts pieces of a plan by the layers of a model.
type layering struct {
	model Model
	index map[string]int // by place
	names []string
	order []int
}

func newLayering(m Model) *layering {
	l := &layering{model: m, index: map[string]int{}}
	l.add(outsidePlan, 1<<30)
	return l
}

// add is the number of the layer of that name.
func (l *layering) add(name string, order int) int {
	if i := slices.Index(l.names, name); i >= 0 {
		return i
	}
	l.names, l.order = append(l.names, name), append(l.order, order)
	return len(l.names) - 1
}

// of is the layer that a place of the graph belongs to.
func (l *layering) of(place string) int {
	i, ok := l.index[place]
	if !ok {
		label := l.model.Graph.Layer(place)
		if label == "" {
			label = place
		}
		name, order := l.model.Terms.LayerName(label)
		i = l.add(cmp.Or(name, "input"), order)
		l.index[place] = i
	}
	return i
}

// split divides the milliseconds that a run took, by layer.
func (l *layering) split(pieces []engine.Piece, took float64) []float64 {
	ms := make([]float64, 1, len(l.names))
	for _, p := range pieces {
		i := l.of(p.Place)
		for len(ms) <= i {
			ms = append(ms, 0)
		}
		ms[i] += p.Time.Seconds() * 1e3
		took -= p.Time.Seconds() * 1e3
	}
	ms[0] = max(0, took)
	return ms
}

// layers makes of the times of examples by layer, [example][layer], what their
// share is of the times that the examples took when nobody measured layers.
func (l *layering) layers(split [][]float64, untimed []float64) []Layer {
	parts := make([][]float64, len(l.names)) // [layer][example]
	total := 0.0
	for e, ms := range split {
		sum := 0.0
		for _, x := range ms {
			sum += x
		}
		for i := range parts {
			x := 0.0
			if i < len(ms) {
				x = ms[i] / sum * untimed[e]
			}
			parts[i] = append(parts[i], x)
		}
		total += untimed[e]
	}
	byOrder := make([]int, len(parts))
	for i := range byOrder {
		byOrder[i] = i
	}
	slices.SortStableFunc(byOrder, func(a, b int) int { return cmp.Compare(l.order[a], l.order[b]) })
	var out []Layer
	for _, i := range byOrder {
		mean := mean(parts[i])
		out = append(out, Layer{l.names[i], mean, spread(parts[i]).Median, mean * float64(len(split)) / total})
	}
	return out
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// writeLayers writes a line for each layer.
func writeLayers(w io.Writer, layers []Layer) error {
	var b strings.Builder
	b.WriteString("the time of a run, by layer:\n")
	for _, l := range layers {
		fmt.Fprintf(&b, "  %s %.3f ms, %.1f %%\n", l.Name, l.Mean, 100*l.Share)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
