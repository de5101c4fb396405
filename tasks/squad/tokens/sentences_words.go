package tokens

import "strings"

// set makes a set of the words of a text.
func set(text string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(text) {
		m[w] = true
	}
	return m
}

// abbreviations are words whose full stop does not end a sentence by itself, in
// lower case and without the last stop.
var abbreviations = set(`
	adm col dr gen jr lt maj messrs mr mrs ms prof rep reps sen sr st ph.d m.b.a
	ave bros co corp cos inc ltd ft mg ok vs yr
	jan feb aug sep sept oct nov dec tues wed fri
	ariz calif colo conn fla ga ill kan ky mich minn nev okla ore pa tenn va vt wash wis
	d.c n.c n.d n.h n.j n.m n.y r.i s.c l.a w.va
	u.k u.n u.s u.s.a u.s.s.r a.d a.m p.m a.c a.m.e l.p n.v s.a s.p.a
	e.h j.b j.c j.j j.k j.p j.r r.j t.j
`)

// neverLast are single letters whose full stop never ends a sentence. That of
// the others may, as in "World War I."
const neverLast = "cdefghklmnprstvw"

// openers are words that have a capital letter at the beginning of a sentence
// only, and not in names.
var openers = set(`
	the this these there they he it i her your
	in into under through since between within without upon among despite
	but nor yet so if when while although though whether whereas unlike
	both either neither which many most some such here even still
	however moreover furthermore nevertheless nonetheless meanwhile instead indeed
	thus therefore hence finally according similarly separately
`)

// common are words that begin a sentence after an initial, but not after an
// abbreviation, as in "the U.S. On Demand service".
var common = set(`
	a an that those then she its his we our you their
	on at by from for with of to over during after before until as and or
	where what who why how because also
	all each every several another other no not one two three
`)
