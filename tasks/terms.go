package tasks

import (
	"fmt"
	"strings"
)

// Terms are the names that a task gives to what every task has.
type Terms struct {
	Metrics []Metric // by which models are judged; the first decides
	Items   string   // what is predicted, as counted per second: "words", "sequences"
	Step    string   // what a cell reads at a time: "token", "frame"
	Answers []string // outputs of the model that inference computes: "logits"
	Judged  []string // outputs that a Judge reads beside "loss"
	// TestIsValid says that the parts "valid" and "test" are the same data, as
	// where a data set keeps its test to itself: one measurement is of both.
	TestIsValid bool
	// Layers are what tables of times call the model's layers, in order. Layers
	// that are not among them have their own names.
	Layers []LayerName
}

// LayerName is what layers are called together: those whose labels, or places if
// they have none, are listed, and what lies below these.
type LayerName struct {
	Name string
	Of   []string
}

// LayerName is what a layer is called, and where it stands in the order of Layers;
// one that is not among them is called as it is and stands behind them.
func (t Terms) LayerName(layer string) (name string, order int) {
	for i, l := range t.Layers {
		for _, of := range l.Of {
			if layer == of || strings.HasPrefix(layer, of+"/") {
				return l.Name, i
			}
		}
	}
	return layer, len(t.Layers)
}

// PublishedTime is a time of inference that was published of a model.
type PublishedTime struct {
	Name    string // as of a row: "table 3, row 1"
	Units   string // of classes, as NAME=N,…; "": the whole model
	Weights string // as printed: "2.08M"
	MS      float64
}

// Metric is a number by which models are judged.
type Metric struct {
	Name    string // as in reports and JSON: "perplexity", "accuracy", "f1"
	Higher  bool   // more is better
	Percent bool   // it is a share and printed in percent
	// OfLoss says how the metric follows from the loss of an item, in nats;
	// nil: it does not.
	OfLoss func(loss float64) float64
}

// Chief is the metric that decides.
func (t Terms) Chief() Metric { return t.Metrics[0] }

// Of is the value of the chief metric in a score, and whether it is there.
func (t Terms) Of(s Score) (float64, bool) {
	v, ok := s.Values[t.Chief().Name]
	return v, ok
}

// Better reports whether score a is better than b.
func (t Terms) Better(a, b Score) bool {
	m := t.Chief()
	x, y := a.Values[m.Name], b.Values[m.Name]
	if m.Higher {
		return x > y
	}
	return x < y
}

// Format writes a value of the metric with so many digits behind the point.
func (m Metric) Format(value float64, digits int) string {
	if m.Percent {
		return fmt.Sprintf("%.*f %%", digits, 100*value)
	}
	return fmt.Sprintf("%.*f", digits, value)
}

// OfLoss is what a mean loss says of a model alone: the loss, and the metrics
// that follow from it.
func (t Terms) OfLoss(loss float64, items int) Score {
	s := Score{Loss: loss, Items: items, Values: map[string]float64{}}
	for _, m := range t.Metrics {
		if m.OfLoss != nil {
			s.Values[m.Name] = m.OfLoss(loss)
		}
	}
	return s
}

// check says what is missing in a task's terms.
func (t Terms) check() error {
	switch {
	case len(t.Metrics) == 0:
		return fmt.Errorf("names no metric")
	case len(t.Answers) == 0:
		return fmt.Errorf("names no output that answers")
	case t.Items == "" || t.Step == "":
		return fmt.Errorf("does not say what its items and steps are called")
	}
	for _, m := range t.Metrics {
		if m.Name == "" || reserved[m.Name] {
			return fmt.Errorf("has a metric called %q, which a score means something else by", m.Name)
		}
	}
	return nil
}
