package job

import (
	"fmt"
	"strings"
)

// words are the sentences below the closing table.
func (s *Summary) words() string {
	var b strings.Builder
	last := s.Models[len(s.Models)-1]
	if f := last.Valid.Floor; f > 0 {
		fmt.Fprintf(&b, "\nfloor: %.2f valid, %.2f test, the perplexity of the source itself on this very text\n", f, last.Test.Floor)
	}
	b.WriteByte('\n')
	if s.Cut != nil {
		fmt.Fprintf(&b, "cut: %s\n", s.Cut.Removed())
		fmt.Fprintf(&b, "verified: %s\n", s.Cut.Equal())
	}
	for _, m := range s.Models {
		fmt.Fprintf(&b, "%s model: %s\n", m.Kind, m.Run)
	}
	b.WriteString("next:\n")
	if s.Cut != nil {
		fmt.Fprintf(&b, "  iss verify %s %s\n  iss bench %s %s\n", s.Run, last.Run, s.Run, last.Run)
	} else {
		fmt.Fprintf(&b, "  iss eval %s\n", s.Run)
	}
	fmt.Fprintf(&b, "  iss show %s\n  iss groups show %s\n", s.Run, s.Run)
	return b.String()
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
	return fmt.Sprintf("%d of %d units (%s)", gone, all, strings.Join(parts, ", "))
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
	for _, o := range c.Report.Outputs {
		if o.Output == "nll" || o.Output == "logits" {
			largest = max(largest, o.Largest)
		}
	}
	fmt.Fprintf(&b, ", within %.1e in the engine", largest)
	return b.String()
}
