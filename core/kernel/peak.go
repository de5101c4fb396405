package kernel

// peakRounds is how many rounds of multiply-adds Peak does in one call of the
// assembler: some 10 µs, so that the collector never waits long.
const peakRounds = 4096

// peakFlops is what a round of multiplyAdds comes to, by level: twelve
// multiply-adds of a vector, or one product of gonum's.
var peakFlops = [...]int{
	levelGeneric: 2 * peakM * peakK * peakN / peakRounds,
	levelAVX2:    2 * 12 * 8,
	levelAVX512:  2 * 12 * 16,
}

// Peak keeps the calling worker busy with multiply-adds that need no memory and
// returns how many floating point operations they were, a multiply-add being
// two. Divided by the time it takes, that is what no product can surpass; at
// the generic level it is what gonum's product of small matrices reaches.
func Peak() (flops int) {
	multiplyAdds(peakRounds)
	return peakFlops[active] * peakRounds
}
