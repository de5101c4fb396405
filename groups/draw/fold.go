package draw

import "slices"

// fold finds the part of a step that repeats most, as the layers of a deep
// step do, and keeps one of its rounds to stand for all. Rounds follow each
// other, compute the same from corresponding operands and differ in the names
// of their weights only. Fewer than three are left as they are.
func (f *flow) fold() {
	var list []*box
	number := map[*box]int{}
	for _, b := range f.boxes {
		if b.kind != source && b.kind != sink {
			number[b] = len(list)
			list = append(list, b)
		}
	}
	best, saved, crossing := round{}, 0, 0
	for start := range list {
		for period := 2; start+3*period <= len(list); period++ {
			r := round{list, number, start, period, 1}
			for r.same(r.times) {
				r.times++
			}
			if r.times < 3 || !r.closed() {
				continue
			}
			s, c := period*(r.times-1), r.carried()
			if s > saved || s == saved && c < crossing {
				best, saved, crossing = r, s, c
			}
		}
	}
	if saved > 0 {
		f.keepFirst(best)
	}
}

// round is a run of boxes that may repeat.
type round struct {
	list          []*box
	number        map[*box]int
	start, period int
	times         int
}

// same reports whether round k is like round k-1.
func (r round) same(k int) bool {
	if r.start+(k+1)*r.period > len(r.list) {
		return false
	}
	for i := range r.period {
		a, b := r.list[r.start+(k-1)*r.period+i], r.list[r.start+k*r.period+i]
		if a.kind != b.kind || a.op != b.op || a.size != b.size || a.bias != b.bias || len(a.names) != len(b.names) ||
			len(a.in) != len(b.in) || len(a.out) != len(b.out) {
			return false
		}
		for j := range a.in {
			if !r.corresponds(a.in[j].net, b.in[j].net, k) {
				return false
			}
		}
	}
	return true
}

// corresponds reports whether y is to round k what x is to round k-1.
func (r round) corresponds(x, y *net, k int) bool {
	if x == y {
		i, inside := r.number[x.from]
		return !inside || i < r.start
	}
	i, ok := r.number[x.from]
	j, inside := r.number[y.from]
	if !inside || x.n != y.n || x.port != y.port && ok && i >= r.start {
		return false
	}
	if ok && i >= r.start {
		return j == i+r.period
	}
	// What round 0 reads from before it, round 1 reads from round 0.
	return k == 1 && j >= r.start && j < r.start+r.period
}

// closed reports whether nothing but the next round reads a round but the last.
func (r round) closed() bool {
	for k := range r.times - 1 {
		for i := range r.period {
			for _, p := range r.list[r.start+k*r.period+i].out {
				for _, u := range p.net.uses {
					if n, ok := r.number[u.to]; !ok || n >= r.start+(k+2)*r.period {
						return false
					}
				}
			}
		}
	}
	return true
}

// carried counts the values that go from a round to the next.
func (r round) carried() (n int) {
	for i := range r.period {
		for _, p := range r.list[r.start+i].out {
			if slices.ContainsFunc(p.net.uses, func(u use) bool { return r.number[u.to] >= r.start+r.period }) {
				n++
			}
		}
	}
	return n
}

// keepFirst removes all rounds but the first, which then makes what the last did.
func (f *flow) keepFirst(r round) {
	gone := map[*box]bool{}
	for i := r.start + r.period; i < r.start+r.period*r.times; i++ {
		gone[r.list[i]] = true
	}
	for i := range r.period {
		b, end := r.list[r.start+i], r.list[r.start+(r.times-1)*r.period+i]
		b.loop = r.times
		for k := range b.names {
			var all []string
			for t := range r.times {
				all = append(all, r.list[r.start+t*r.period+i].names[k])
			}
			if all[0] != all[len(all)-1] {
				b.names[k] = rangeName(all)
			}
		}
		for j, p := range b.out {
			p.net.uses = slices.DeleteFunc(p.net.uses, func(u use) bool { return gone[u.to] })
			for _, u := range end.out[j].net.uses {
				u.to.in[u.port].net = p.net
				p.net.uses = append(p.net.uses, u)
			}
		}
	}
	f.boxes = slices.DeleteFunc(f.boxes, func(b *box) bool { return gone[b] })
	for _, b := range f.boxes {
		for _, p := range b.out {
			p.net.uses = slices.DeleteFunc(p.net.uses, func(u use) bool { return gone[u.to] })
		}
	}
}
