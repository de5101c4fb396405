package bench

import "slices"

// Spread is the median of a sample and its quartiles.
type Spread struct {
	Median float64 `json:"median"`
	Low    float64 `json:"low"`  // a quarter of the sample lies below
	High   float64 `json:"high"` // a quarter lies above
}

// spread interpolates between neighbours (method 7 of Hyndman and Fan, The
// American Statistician 50, 1996). It panics on an empty sample.
func spread(sample []float64) Spread {
	s := slices.Sorted(slices.Values(sample))
	at := func(q float64) float64 {
		x := q * float64(len(s)-1)
		i := min(int(x), max(0, len(s)-2))
		if len(s) == 1 {
			return s[0]
		}
		return s[i] + (x-float64(i))*(s[i+1]-s[i])
	}
	return Spread{Median: at(0.5), Low: at(0.25), High: at(0.75)}
}
