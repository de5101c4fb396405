package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
)

// Line is a result as one line of JSON, in the form in which results of other
// engines are written too: summaries put them side by side by peer, threads and
// case.
type Line struct {
	Peer      string    `json:"peer"`
	Threads   int       `json:"threads"`
	Case      string    `json:"case"`
	Kind      Kind      `json:"kind"`
	MS        float64   `json:"ms"` // median
	MinMS     float64   `json:"min_ms"`
	N         int       `json:"n"` // timed runs
	WPS       float64   `json:"wps,omitempty"`
	CPU       string    `json:"cpu,omitempty"` // level of the kernels
	MultAdds  int       `json:"mult_adds,omitempty"`
	GFLOPS    float64   `json:"gflops,omitempty"`
	Peak      float64   `json:"peak_gflops,omitempty"`
	Share     float64   `json:"share,omitempty"`
	WeightGBs float64   `json:"weight_gbs,omitempty"`
	Memory    int64     `json:"memory,omitempty"`
	Examples  int       `json:"examples,omitempty"` // MS is their median
	MeanMS    float64   `json:"mean_ms,omitempty"`
	Paper     Published `json:"paper,omitzero"`
	Layers    []Layer   `json:"layers,omitempty"`
	Work      *Work     `json:"work,omitempty"`
	Allocs    float64   `json:"allocs"`
}

// peerName is what this engine is called beside others.
const peerName = "iss"

// Line is the result as a line. Results of models get the endings that cases have.
func (r *Result) Line(cpu string) Line {
	name := r.Name
	end := map[Kind]string{Inference: "-inf", Train: "-train"}[r.Kind]
	if r.Examples > 0 {
		end += "-examples"
	}
	if !strings.HasSuffix(name, end) {
		name += end
	}
	l := Line{
		Peer: peerName, Threads: r.Threads, Case: name, Kind: r.Kind, MS: round(r.Time.Median), MinMS: round(r.Min), N: r.Rounds, CPU: cpu,
		MultAdds: r.MultAdds, GFLOPS: round(r.GFLOPS), Peak: round(r.Peak), Share: round(r.Share()), WeightGBs: round(r.WeightGB),
		Memory: r.Memory, Examples: r.Examples, MeanMS: round(r.Mean), Paper: r.Paper, Work: r.Work.rounded(), Allocs: round(r.Allocs),
	}
	for _, k := range r.Layers {
		l.Layers = append(l.Layers, Layer{k.Name, round(k.Mean), round(k.Median), round(k.Share)})
	}
	if r.Kind == Train {
		l.WPS = round(r.WordsPerSec())
	}
	return l
}

func (w *Work) rounded() *Work {
	if w == nil {
		return nil
	}
	out := &Work{LargeProduct: round(w.LargeProduct)}
	for _, k := range w.Kinds {
		out.Kinds = append(out.Kinds, WorkShare{k.Kind, round(k.MS), round(k.Share), round(k.GFLOPS)})
	}
	return out
}

// round leaves three decimals.
func round(x float64) float64 { return math.Round(x*1e3) / 1e3 }

// WriteLine appends a line.
func WriteLine(w io.Writer, l Line) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", text)
	return err
}

// ReadLines reads lines, those of other engines included. A line that is none is
// an error that says which.
func ReadLines(r io.Reader) (lines []Line, err error) {
	s := bufio.NewScanner(r)
	for n := 1; s.Scan(); n++ {
		if strings.TrimSpace(s.Text()) == "" {
			continue
		}
		var l Line
		if err := json.Unmarshal(s.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("bench: line %d: %w", n, err)
		}
		if l.Case == "" || l.Threads < 1 || !(l.MS > 0) {
			return nil, fmt.Errorf("bench: line %d: it has no case, threads or ms", n)
		}
		lines = append(lines, l)
	}
	return lines, s.Err()
}
