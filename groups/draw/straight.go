package draw

import "math"

// pull is a ribbon at a box, and what its being bent costs.
type pull struct {
	own, other       *box
	ownOff, otherOff *port
	weight           float64
}

// by is how far down the box must move for the ribbon to be straight.
func (p pull) by() float64 {
	return p.other.y + p.otherOff.off - p.own.y - p.ownOff.off
}

// straighten takes the small steps out of ribbons: least squares spread a
// difference of height over all columns, but one bend is easier to follow. In
// turn each box, and each run of a ribbon's bends that has room at one height,
// moves to where the sum of its ribbons' differences of height is least,
// between its neighbours.
func (f *flow) straighten() {
	pulls := f.pulls()
	for range 30 {
		for _, b := range f.boxes {
			f.move(pulls, b)
		}
		for _, b := range f.boxes {
			for _, p := range b.out {
				for _, run := range f.runs(p.net.bends) {
					f.move(pulls, run...)
				}
			}
		}
	}
}

func (f *flow) pulls() map[*box][]pull {
	out := map[*box][]pull{}
	for r := range f.columns {
		for _, s := range f.segs(r) {
			w := s.net.width * s.net.width // the wider, the stiffer
			out[s.a] = append(out[s.a], pull{s.a, s.b, s.aOff, s.bOff, w})
			out[s.b] = append(out[s.b], pull{s.b, s.a, s.bOff, s.aOff, w})
		}
	}
	return out
}

// room is between what heights a box can lie.
func (f *flow) room(b *box) (least, most float64) {
	least, most = math.Inf(-1), math.Inf(1)
	col := f.columns[b.rank]
	if b.pos > 0 {
		above := col[b.pos-1]
		least = above.y + above.h + gap(above, b)
	}
	if b.pos < len(col)-1 {
		below := col[b.pos+1]
		most = below.y - gap(b, below) - b.h
	}
	return least, most
}

// runs divides bends into as few runs as can lie at one height each, and puts
// each run at one.
func (f *flow) runs(bends []*box) (out [][]*box) {
	const slack = 1e-6 // of sums of heights
	for i := 0; i < len(bends); {
		least, most := f.room(bends[i])
		j := i + 1
		for ; j < len(bends); j++ {
			a, b := f.room(bends[j])
			if max(a, least) > min(b, most)+slack {
				break
			}
			least, most = max(a, least), min(b, most)
		}
		y := max(least, min(most, bends[i].y))
		for _, b := range bends[i:j] {
			b.y = y
		}
		out = append(out, bends[i:j])
		i = j
	}
	return out
}

// move puts boxes, as one, where their ribbons are bent least.
func (f *flow) move(pulls map[*box][]pull, boxes ...*box) {
	least, most := math.Inf(-1), math.Inf(1)
	inside := map[*box]bool{}
	for _, b := range boxes {
		a, z := f.room(b)
		least, most = max(least, a-b.y), min(most, z-b.y)
		inside[b] = true
	}
	if least > most {
		return
	}
	var outside []pull
	for _, b := range boxes {
		for _, p := range pulls[b] {
			if !inside[p.other] {
				outside = append(outside, p)
			}
		}
	}
	cost := func(d float64) (sum float64) {
		for _, p := range outside {
			sum += p.weight * math.Abs(p.by()-d)
		}
		return sum
	}
	best, lowest := 0.0, cost(0)
	for _, p := range outside {
		d := min(max(p.by(), least), most)
		if c := cost(d); c < lowest-1e-6 {
			best, lowest = d, c
		}
	}
	for _, b := range boxes {
		b.y += best
	}
}
