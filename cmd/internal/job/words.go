package job

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/groups"
	"github.com/seed391906a2/iss/tasks/train"
)

// words are the sentences below the closing table.
func (s *Summary) words() string {
	var b strings.Builder
	last := s.Models[len(s.Models)-1]
	if f := last.Valid.Floor; f > 0 {
		chief := s.terms.Chief()
		fmt.Fprintf(&b, "\nfloor: %s valid, %s test, the %s of the source itself on this very text\n",
			chief.Format(f, 2), chief.Format(last.Test.Floor, 2), chief.Name)
	}
	b.WriteByte('\n')
	if s.Cut != nil {
		fmt.Fprintf(&b, "cut: %s\n", s.Cut.Removed())
		fmt.Fprintf(&b, "verified: %s\n", s.Cut.Equal())
	}
	var peak int64
	for _, m := range s.Models {
		fmt.Fprintf(&b, "%s model: %s\n", m.Kind, m.Run)
		if m.Stopped != "" {
			fmt.Fprintf(&b, "  %s\n", m.Stopped)
		}
		peak = max(peak, m.Peak)
	}
	if peak > 0 {
		fmt.Fprintf(&b, "peak memory %s\n", size(peak))
	}
	b.WriteString("next:\n")
	if s.Cut != nil {
		fmt.Fprintf(&b, "  iss verify %s %s\n  iss bench %s %s\n", s.Run, last.Run, s.Run, last.Run)
	} else {
		fmt.Fprintf(&b, "  iss eval %s\n", s.Run)
	}
	if t := s.thresholded(); t != nil && t.Died() > 0 {
		fmt.Fprintf(&b, "  iss compact %s --tau %g\n", s.Run, t.Tau)
	}
	fmt.Fprintf(&b, "  iss show %s\n  iss groups show %s\n", s.Run, s.Run)
	return b.String()
}

// size is a number of bytes for people.
func size(n int64) string {
	if n < 1e9 {
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// Removed says how many units were cut out of which class.
func (c *Cutting) Removed() string {
	gone, all := 0, 0
	var parts []string
	for _, k := range c.Certificate.Classes {
		kept, cut := c.Compacted.Kept[k.Class.Name]
		if !cut && !k.Class.Recurrent {
			continue
		}
		left := k.Class.Units
		if cut {
			left = len(kept)
		}
		gone, all = gone+k.Class.Of-left, all+k.Class.Of
		parts = append(parts, fmt.Sprintf("%s %d → %d", k.Class.Name, k.Class.Of, left))
	}
	s := fmt.Sprintf("%d of %d units (%s)", gone, all, strings.Join(parts, ", "))
	alive := c.Certificate.Count(func(u groups.UnitCertificate) bool { return u.Removable && !u.Dead })
	stay := c.Certificate.Count(func(u groups.UnitCertificate) bool { return u.Dead && !u.Removable })
	if alive > 0 {
		s += fmt.Sprintf("; %d of them have weights that are not zero, but nothing that stays reads them", alive)
	}
	if stay > 0 {
		s += fmt.Sprintf("; %d more have only zero weights and must stay", stay)
	}
	return s
}

// Equal says how the equality was checked.
func (c *Cutting) Equal() string {
	var b strings.Builder
	if c.Report.Bitwise {
		fmt.Fprintf(&b, "all %d values of outputs and states equal bit for bit in the reference interpreter", c.Report.Values)
	} else {
		b.WriteString("equal up to rounding in the reference interpreter")
	}
	largest := 0.0
	states := train.Carried(c.Compacted.Graph)
	for _, o := range c.Report.Outputs { // what is computed of each item: no sums, no states
		if o.Output != "loss" && !slices.Contains(states, o.Output) {
			largest = max(largest, o.Largest)
		}
	}
	fmt.Fprintf(&b, ", within %.1e in the engine", largest)
	return b.String()
}

// Biased says of which units a gate, or all, is what its bias says; "" if of none.
func Biased(found []groups.ClassConstants) string {
	var parts []string
	for _, c := range found {
		for _, g := range c.Gates {
			parts = append(parts, fmt.Sprintf("%d of %d units of %s have a constant gate (%s of %s)", len(g.Units), g.Of, c.Class.Name, g.Function, g.Made))
		}
		if n := len(c.Units); n > 0 {
			parts = append(parts, fmt.Sprintf("%d of %d units of %s say nothing but their biases; their share could be added to the biases of what reads them, up to rounding", n, c.Class.Units, c.Class.Name))
		}
	}
	return strings.Join(parts, "\n")
}
