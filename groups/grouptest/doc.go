// Package grouptest holds the properties that derived groups, certificates and
// cuts have on every model, as checks for tests of any model:
//
//	for _, p := range grouptest.Properties {
//		err := p.Check(grouptest.New(c, seed)) // c: a *graphtest.Case
//	}
//
// The list is that of the derivation of groups, section 7, and what follows
// from its sections 4 and 6. A check changes nothing of its case, draws all it
// draws from the seed, and returns an error that says what is not so.
package grouptest
