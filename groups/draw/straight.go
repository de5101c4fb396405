package draw

import "math"

// body is what moves up and down as one: a box, or all bends of a ribbon.
type body struct {
	boxes []*box
	pulls []pull
}

// pull is a ribbon that leaves a body, and what its being bent costs.
type pull struct {
	own, other *box
	ownOff     *port
	otherOff   *port
	weight     float64
}

// straighten takes the small steps out of ribbons: least squares spread a
// difference of height over all columns, but one bend is easier to follow. In
// turn each body moves to where the sum of its ribbons' heights is least,
// between its neighbours.
func (f *flow) straighten() {
	bodies := f.bodies()
	for range 24 {
		moved := false
		for _, b := range bodies {
			if d := f.best(b); math.Abs(d) > 0.05 {
				for _, x := range b.boxes {
					x.y += d
				}
				moved = true
			}
		}
		if !moved {
			break
		}
	}
}

func (f *flow) bodies() (out []*body) {
	of := map[*box]*body{}
	for _, b := range f.boxes {
		of[b] = &body{boxes: []*box{b}}
		out = append(out, of[b])
	}
	for _, b := range f.boxes {
		for _, p := range b.out {
			if len(p.net.bends) > 0 {
				chain := &body{boxes: p.net.bends}
				out = append(out, chain)
				for _, x := range chain.boxes {
					of[x] = chain
				}
			}
		}
	}
	for r := range f.columns {
		for _, s := range f.segs(r) {
			a, b := of[s.a], of[s.b]
			if a == b {
				continue
			}
			w := s.net.width
			a.pulls = append(a.pulls, pull{s.a, s.b, s.aOff, s.bOff, w})
			b.pulls = append(b.pulls, pull{s.b, s.a, s.bOff, s.aOff, w})
		}
	}
	return out
}

// by is how far a body must move for a ribbon to be straight.
func (p pull) by() float64 {
	return p.other.y + p.otherOff.off - p.own.y - p.ownOff.off
}

// best is the move that costs least among those that make a ribbon straight.
func (f *flow) best(b *body) (move float64) {
	least, most := math.Inf(-1), math.Inf(1)
	for _, x := range b.boxes {
		col := f.columns[x.rank]
		if x.pos > 0 {
			above := col[x.pos-1]
			least = max(least, above.y+above.h+gap(above, x)-x.y)
		}
		if x.pos < len(col)-1 {
			below := col[x.pos+1]
			most = min(most, below.y-gap(x, below)-x.h-x.y)
		}
	}
	if least > most {
		return 0
	}
	cost := func(d float64) (sum float64) {
		for _, p := range b.pulls {
			sum += p.weight * math.Abs(p.by()-d)
		}
		return sum
	}
	lowest := cost(0)
	for _, p := range b.pulls {
		d := min(max(p.by(), least), most)
		if c := cost(d); c < lowest-1e-6 {
			move, lowest = d, c
		}
	}
	return move
}
