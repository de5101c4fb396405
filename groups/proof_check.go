package groups

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"

	"github.com/seed391906a2/iss/core/graph"
)

// Check holds a proof, read from a file, against the two models that it is of,
// and returns what is wrong with it, in words; nothing if it proves the cut.
// Checksums and the replay are not looked at.
//
// Nothing that the file says is believed. Its classes must be those that the
// model has; kept and removed units, each once, those of the whole model; the
// compact weights the whole ones without the removed units, to the bit. Then
// every contraction of a removed unit must have a use by a rule that holds
// towards the units that the file says stay. The set need not be the one that
// Certify finds: any set whose uses all hold can go.
func (p *Proof) Check(whole, small Model) (faults []string) {
	c := &proofCheck{Proof: p, whole: whole, small: small}
	if err := c.open(); err != nil {
		return []string{err.Error()}
	}
	keep := map[string][]int{}
	for _, pc := range p.Classes {
		c.class(pc, keep)
	}
	for _, k := range c.after.Classes {
		if known := c.before[k.Name]; !c.told[k.Name] && (known == nil || !slices.Equal(known.IDs, k.IDs)) {
			c.fault("nothing is said of class %s, which lost units", k.Name)
		}
	}
	if len(c.faults) > 0 {
		return c.faults // the rest speaks of these units
	}
	c.tensors(keep)
	c.witnesses()
	return c.faults
}

// proofCheck is a check under way.
type proofCheck struct {
	*Proof
	whole, small Model
	d, after     *Derivation       // of the two models
	before       map[string]*Class // of the whole model
	told         map[string]bool
	judge        *judge
	live         *liveness
	faults       []string
}

func (c *proofCheck) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

// open derives what the file is held against.
func (c *proofCheck) open() (err error) {
	if c.Version != 1 {
		return fmt.Errorf("it is of version %d; this program knows version 1", c.Version)
	}
	if c.d, err = Derive(c.whole.Graph); err != nil {
		return err
	}
	if c.after, err = Derive(c.small.Graph); err != nil {
		return err
	}
	param := func(name string) []float32 { return c.whole.Tensors[name].Data }
	if err = finite(c.d.Graph, param); err != nil {
		return err
	}
	c.before, c.told = map[string]*Class{}, map[string]bool{}
	for _, k := range c.d.Classes {
		c.before[k.Name] = k
	}
	c.live = &liveness{g: c.d.Graph, param: param, known: map[spot][]bool{}}
	c.judge, err = newJudge(c.d, c.d.Expanded(param))
	if err == nil {
		c.judge.cutBefore(c.d)
	}
	return err
}

// class checks what is said of one class, and enters what goes.
func (c *proofCheck) class(pc ProofClass, keep map[string][]int) {
	k := c.before[pc.Name]
	switch {
	case k == nil:
		c.fault("the model has no class %q", pc.Name)
		return
	case c.told[pc.Name]:
		c.fault("class %s is told twice", pc.Name)
		return
	case k.Pinned() && len(pc.Removed) > 0:
		c.fault("class %s cannot lose units: its size is fixed by %v", pc.Name, k.Pins)
		return
	case pc.Of != k.Of || !slices.Equal(pc.IDs, k.IDs):
		c.fault("%s: its units are not those of the whole model", pc.Name)
		return
	}
	c.told[pc.Name] = true
	for _, e := range []struct {
		said []ProofEntry
		is   []Entry
	}{{pc.Entries, k.Entries}, {pc.Followers, k.Followers}} {
		if want := proofEntries(e.is, k.Units); len(e.said)+len(want) > 0 && !reflect.DeepEqual(e.said, want) {
			c.fault("%s: its entries are not the rows and columns of its units", pc.Name)
			return
		}
	}
	gone := map[int]bool{}
	dead := 0
	for _, u := range pc.Removed {
		at, ok := k.Unit(u.ID)
		if !ok || gone[u.ID] {
			c.fault("%s: unit %d is removed, which is not there or gone already", pc.Name, u.ID)
			continue
		}
		gone[u.ID] = true
		c.judge.candidate(k.Atoms[at])
		if zero := !c.live.component(k.Group(), at); zero != u.Dead {
			c.fault("unit %d of %s: it is said to be dead (%v), all of its component is zero (%v)", u.ID, pc.Name, u.Dead, zero)
		}
	}
	for at := range k.Units {
		if !c.live.component(k.Group(), at) {
			dead++
		}
	}
	if dead != pc.Dead {
		c.fault("%s: %d units are said to be dead, %d are", pc.Name, pc.Dead, dead)
	}
	stay := slices.DeleteFunc(slices.Clone(k.IDs), func(id int) bool { return gone[id] })
	if !slices.Equal(pc.Kept, stay) {
		c.fault("%s: kept and removed units are not those of the model, each once and in order", pc.Name)
	}
	if i := slices.IndexFunc(c.after.Classes, func(x *Class) bool { return x.Name == pc.Name }); i < 0 || !slices.Equal(c.after.Classes[i].IDs, stay) {
		c.fault("%s: the compact model keeps other units than the certificate says", pc.Name)
	}
	if len(stay) < k.Units {
		keep[pc.Name] = stay
	}
}

// tensors: the compact ones are the whole ones without the removed units.
func (c *proofCheck) tensors(keep map[string][]int) {
	cut, err := Compact(c.whole.Graph, c.whole.Tensors, nil, keep)
	if err != nil {
		c.fault("%v", err)
		return
	}
	if err := fits(cut.Graph, "compact model", c.small.Tensors, true); err != nil {
		c.fault("%v", err)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(cut.Tensors)) {
		got := c.small.Tensors[name]
		for i, want := range cut.Tensors[name].Data {
			if math.Float32bits(got.Data[i]) != math.Float32bits(want) {
				c.fault("%s: the compact tensor is not the whole one without the removed units: %v at %v, should be %v", name, got.Data[i], coordinates(got.Shape, i), want)
				break
			}
		}
	}
}

// witnesses: every contraction of every removed unit has a use that holds, and
// every use is of a contraction.
func (c *proofCheck) witnesses() {
	c.judge.occur()
	bitwise := true
	for _, pc := range c.Classes {
		k := c.before[pc.Name]
		for _, u := range pc.Removed {
			at, _ := k.Unit(u.ID)
			matched := make([]bool, len(u.Uses))
			for _, o := range c.judge.at[k.Atoms[at]] {
				bitwise = bitwise && c.judge.uses[o.use].How != graph.Averaged
				is := c.judge.witness(o, "")
				holds, why := false, fmt.Sprintf("nothing is said of %s, which reads it", place(is))
				for n, use := range u.Uses {
					if use.Var != is.Var || use.Along != is.Axis || use.Index != is.Index || use.Var == "" && use.Op != is.Op {
						continue
					}
					matched[n] = true
					if wrong := c.judge.breaks(o, use.Rule); wrong != "" {
						why = wrong
					} else {
						holds = true
					}
				}
				if !holds {
					c.fault("unit %d of %s, %s: %s", u.ID, pc.Name, is.Op, why)
				}
			}
			for n, use := range u.Uses {
				if !matched[n] {
					c.fault("unit %d of %s, %s: %s does not read it", u.ID, pc.Name, use.Op, place(Witness{Op: use.Op, Var: use.Var, Axis: use.Along, Index: use.Index}))
				}
			}
		}
	}
	if c.Bitwise && !bitwise {
		c.fault("it promises equality to the bit, but a norm over units sums what is left of them anew")
	}
}

// place says where a use reads.
func place(w Witness) string {
	if w.Var == "" {
		return w.Op
	}
	return fmt.Sprintf("index %d of axis %d of %s", w.Index, w.Axis, w.Var)
}
