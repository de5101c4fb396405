package ptb

import "sync"

// english is the grammar of the embedded corpus: a small English of our own in
// which much of what comes next was decided many words before.
//
//   - The scene ("in the harbour , …") decides which things the rest of the
//     sentence is about.
//   - The subject is a he, a she, an it or a they. Its verb agrees in number,
//     also after a relative clause with a noun of the other number; "himself"
//     and the pronoun of a second clause agree in number and gender.
//   - "both" is closed by "and", "either" by "or", "neither" by "nor", and each
//     kind of bracket by its own.
//
// What a reader has to keep in mind is about a dozen bits, so a small network
// comes near the floor and can still lose many of its units.
//
// Rules carry their features in their names, as in End.harbour.she.
var english = sync.OnceValue(func() *grammar {
	g := newGrammar()
	g.define(sentenceRules)
	for _, topic := range []string{"garden", "kitchen", "harbour", "workshop", "any"} {
		g.define(topicRules, "$t", topic)
		g.define(subjectRules, "$t", topic, "$p", "he", "$self", "himself", "$n", "one")
		g.define(subjectRules, "$t", topic, "$p", "she", "$self", "herself", "$n", "one")
		g.define(subjectRules, "$t", topic, "$p", "it", "$self", "itself", "$n", "one")
		g.define(subjectRules, "$t", topic, "$p", "they", "$self", "themselves", "$n", "many")
	}
	for _, words := range lexicon {
		g.zipf(words[0], words[1])
	}
	return g.finish()
})

// sentenceRules are those without features.
const sentenceRules = `
Sentence      -> 3 in the Scene | 1 Clause.any
Scene         -> 1 Place.garden , Clause.garden | 1 Place.kitchen , Clause.kitchen | 1 Place.harbour , Clause.harbour | 1 Place.workshop , Clause.workshop
Relative.one  -> 1 See.one the Other | 1 the Seer
Relative.many -> 1 See.many the Other | 1 the Seer
Other         -> 1 Man.one | 1 Woman.one | 1 Animal.one | 1 Man.many | 1 Woman.many | 1 Animal.many
Seer          -> 1 Man.one See.one | 1 Woman.one See.one | 1 Animal.one See.one | 1 Man.many See.many | 1 Woman.many See.many | 1 Animal.many See.many
Item.any      -> 1 Item.garden | 1 Item.kitchen | 1 Item.harbour | 1 Item.workshop
`

// topicRules depend on the topic $t.
const topicRules = `
Clause.$t       -> 2 the Subject.$t.any | 1 a Subject.$t.one | 1 many Subject.$t.many
Subject.$t.one  -> 1 Temper Head.$t.one | 3 Head.$t.one
Subject.$t.many -> 1 Temper Head.$t.many | 3 Head.$t.many
Subject.$t.any  -> 1 Temper Head.$t.any | 3 Head.$t.any
Head.$t.one     -> 1 Man.one Rest.$t.he | 1 Woman.one Rest.$t.she | 1 Animal.one Rest.$t.it
Head.$t.many    -> 1 Man.many Rest.$t.they | 1 Woman.many Rest.$t.they | 1 Animal.many Rest.$t.they
Head.$t.any     -> 1 Man.one Rest.$t.he | 1 Woman.one Rest.$t.she | 1 Animal.one Rest.$t.it | 1 Man.many Rest.$t.they | 1 Woman.many Rest.$t.they | 1 Animal.many Rest.$t.they
Object.$t       -> 3 Thing.$t | 1 both Thing.$t and Thing.$t | 1 either Thing.$t or Thing.$t | 1 neither Thing.$t nor Thing.$t
Thing.$t        -> 3 the Kind.$t | 1 this Kind.$t
Kind.$t         -> 3 Item.$t | 1 Quality Item.$t
Quote.$t        -> 1 ( the Inner.$t ) | 1 [ the Inner.$t ] | 1 { the Inner.$t }
Inner.$t        -> 1 Man.one Deed.$t.he | 1 Woman.one Deed.$t.she | 1 Animal.one Deed.$t.it | 1 Man.many Deed.$t.they | 1 Woman.many Deed.$t.they | 1 Animal.many Deed.$t.they
`

// subjectRules depend on the topic $t and the subject: $p is its pronoun, $n the
// number of its verb.
const subjectRules = `
Rest.$t.$p      -> 3 Predicate.$t.$p | 2 that Relative.$n Predicate.$t.$p
Predicate.$t.$p -> 4 Deed.$t.$p End.$t.$p | 1 Say.$n Quote.$t <eos>
Deed.$t.$p      -> 4 Handle.$n Object.$t | 1 Groom.$n $self | 1 Move.$n Manner
End.$t.$p       -> 1 <eos> | 1 Link $p Deed.$t.$p <eos>
`
