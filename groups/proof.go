package groups

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"slices"
)

// Proof is a certificate as a file, for programs that share nothing with this
// one: it says what belongs to each unit, which units went and why nothing
// noticed, in terms of the tensors of the two models.
type Proof struct {
	Version int         `json:"version"`
	Whole   ProofModel  `json:"whole"`
	Compact ProofModel  `json:"compact"`
	Replay  ProofReplay `json:"replay"`
	Bitwise bool        `json:"bitwise"` // see Certificate.Bitwise
	// Threshold is what the weights of the whole model, which the checksum is of,
	// have met before all else; nil: nothing.
	Threshold *ProofThreshold `json:"threshold,omitempty"`
	Classes   []ProofClass    `json:"classes"`
}

// ProofModel names the tensors of a model.
type ProofModel struct {
	SHA256 string `json:"params_sha256"` // of its safetensors file
}

// ProofThreshold says that elements of magnitude below Tau, in float32, are zero.
type ProofThreshold struct {
	Tau  float64  `json:"tau"`
	Vars []string `json:"vars"`
}

// Tau is the threshold, 0 without one.
func (p *Proof) Tau() float64 {
	if p.Threshold == nil {
		return 0
	}
	return p.Threshold.Tau
}

// ProofReplay names the file of a replayed batch (see Record).
type ProofReplay struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// ProofClass is what the file says of one class.
type ProofClass struct {
	Name string `json:"name"`
	Of   int    `json:"of"`  // units of the first ancestor
	IDs  []int  `json:"ids"` // of the units of the whole model, by number in the first ancestor
	Kept []int  `json:"kept"`
	Dead int    `json:"dead"` // units whose whole component is zero
	// Entries and Followers say where the units lie in the whole model's
	// tensors: unit k of IDs has index Indices[k] on axis Along.
	Entries   []ProofEntry `json:"entries"`
	Followers []ProofEntry `json:"followers"`
	Removed   []ProofUnit  `json:"removed,omitempty"`
	Stay      []ProofStay  `json:"stay,omitempty"` // dead units that must stay
	// What no input reaches in the compact model: a report, no part of the proof.
	ConstantGates []ProofGate `json:"constant_gates,omitempty"`
	ConstantUnits []int       `json:"constant_units,omitempty"`
}

// ProofGate is a function of which the operand is a bias alone for some units.
type ProofGate struct {
	Function string `json:"function"`
	Made     string `json:"made_by"`
	Units    []int  `json:"units"`
}

// ProofEntry is an axis of a tensor that carries a class.
type ProofEntry struct {
	Var     string `json:"var_name"`
	Along   int    `json:"along"`
	Indices []int  `json:"indices"`
}

// ProofUnit is a unit that went.
type ProofUnit struct {
	ID   int        `json:"id"`
	Dead bool       `json:"dead"`
	Uses []ProofUse `json:"uses"`
}

// ProofUse is a contraction of the unit's values: by rule R every weight of
// Var at Index of axis Along is zero, but for those that go with another unit;
// by rule P the value that is read is always zero.
type ProofUse struct {
	Rule  Rule   `json:"rule"`
	Op    string `json:"op"`
	Var   string `json:"var_name,omitempty"`
	Along int    `json:"along"`
	Index int    `json:"index"`
}

// ProofStay is a unit that is dead and stays.
type ProofStay struct {
	ID     int    `json:"id"`
	Reason string `json:"reason"`
}

// Proof is the certificate as it is written; checksums and the replay are left
// for the caller to fill in.
func (c *Certificate) Proof() *Proof {
	p := &Proof{Version: 1, Bitwise: c.Bitwise, Classes: []ProofClass{}}
	keep := c.Keep()
	for _, k := range c.Classes {
		pc := ProofClass{Name: k.Class.Name, Of: k.Class.Of, IDs: k.Class.IDs, Kept: k.Class.IDs}
		if kept, cut := keep[k.Class.Name]; cut {
			pc.Kept = kept
		}
		pc.Entries, pc.Followers = proofEntries(k.Class.Entries, k.Class.Units), proofEntries(k.Class.Followers, k.Class.Units)
		for _, u := range k.Units {
			if u.Dead {
				pc.Dead++
			}
			if !u.Removable {
				pc.Stay = append(pc.Stay, ProofStay{u.ID, u.Reason})
				continue
			}
			pu := ProofUnit{ID: u.ID, Dead: u.Dead, Uses: []ProofUse{}}
			for _, w := range u.Witnesses {
				pu.Uses = append(pu.Uses, ProofUse{w.Rule, w.Op, w.Var, w.Axis, w.Index})
			}
			pc.Removed = append(pc.Removed, pu)
		}
		p.Classes = append(p.Classes, pc)
	}
	return p
}

// Report adds what Constants found in the compact model.
func (p *Proof) Report(found []ClassConstants) {
	for _, c := range found {
		for i := range p.Classes {
			if p.Classes[i].Name != c.Class.Name {
				continue
			}
			p.Classes[i].ConstantUnits = c.Units
			for _, g := range c.Gates {
				p.Classes[i].ConstantGates = append(p.Classes[i].ConstantGates, ProofGate{g.Function, g.Made, g.Units})
			}
		}
	}
}

func proofEntries(entries []Entry, units int) []ProofEntry {
	out := make([]ProofEntry, len(entries))
	for i, e := range entries {
		out[i] = ProofEntry{e.Var, e.Axis, slices.Clone(e.indices(units))}
	}
	return out
}

// numbers matches a string, which stays as it is, or a list of numbers that json
// has spread over lines.
var numbers = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|\[[0-9,\s]+\]`)

// WriteTo writes the file, lists of numbers on one line. It implements io.WriterTo.
func (p *Proof) WriteTo(w io.Writer) (int64, error) {
	text, err := json.MarshalIndent(p, "", " ")
	if err != nil {
		return 0, err
	}
	text = numbers.ReplaceAllFunc(text, func(found []byte) []byte {
		if found[0] == '"' {
			return found
		}
		return bytes.Join(bytes.Fields(found), nil)
	})
	n, err := w.Write(append(text, '\n'))
	return int64(n), err
}
