package engine

// schedule gives every node a stage. The nodes of a stage do not wait for each
// other, except that element-wise nodes of one shape form a program, whose
// instructions run in order. Element-wise nodes run as late as they can, in
// the program of their first reader, so that what they compute need not leave
// the first-level cache.
func (b *block) schedule() {
	for _, n := range b.nodes {
		n.stage = 0
		if n.kind == leaf || n.kind == alias || n.kind == join {
			n.stage = -1 // until something under it runs
		}
		for _, v := range n.in {
			n.stage = max(n.stage, v.def.stage+n.wait(v))
		}
	}
	for i := len(b.nodes) - 1; i >= 0; i-- {
		if n := b.nodes[i]; n.kind == elem {
			if last, ok := n.out[0].last(); ok {
				n.stage = max(n.stage, last)
			}
		}
	}
}

// wait is how many stages n lies behind operand v at least. Aliases and joins
// have the stage of what they show.
func (n *node) wait(v *value) int {
	if n.kind == alias || n.kind == join || n.kind == elem && n.joins(v) {
		return 0
	}
	return 1
}

// joins reports whether element-wise n can be in one program with operand v.
func (n *node) joins(v *value) bool {
	return v.def.kind == elem && v.shape.equal(n.out[0].shape)
}

// last is the last stage in which v may run, false if nobody in the block reads it.
func (v *value) last() (stage int, ok bool) {
	note := func(s int) {
		if !ok || s < stage {
			stage, ok = s, true
		}
	}
	for _, u := range v.users {
		switch {
		case u.kind == alias || u.kind == join:
			if s, some := u.out[0].last(); some {
				note(s)
			}
		case u.kind == elem && u.joins(v):
			note(u.stage)
		default:
			note(u.stage - 1)
		}
	}
	return stage, ok
}
