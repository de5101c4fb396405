package kernel

import (
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The elementary functions against double precision. generic and vector are the
// largest errors over all 2³² arguments, in units of the last place, rounded up,
// of the generic level and of the others, which are equal; ISS_SLOW=1 measures
// again (a quarter of an hour on an idle core), otherwise every 4099th argument
// is taken. The comments of Op state the larger ones.
var elementary = []struct {
	op              Op
	exact           func(x float64) float64
	generic, vector float64
}{
	{OpExp, math.Exp, 0.51, 1.03},
	{OpSigmoid, exactSigmoid, 0.51, 2.41},
	{OpTanh, math.Tanh, 0.51, 2.42},
	{OpLog, math.Log, 0.5, 0.83},
	{OpSqrt, math.Sqrt, 0.5, 0.5},
	// A correctly rounded root and division: 0.5 + 1 at most, by analysis.
	{OpRsqrt, func(x float64) float64 { return 1 / math.Sqrt(x) }, 1.5, 1.5},
}

func TestAccuracy(t *testing.T) {
	step := uint64(4099)
	if os.Getenv("ISS_SLOW") != "" {
		step = 1
	}
	for _, f := range elementary {
		t.Run(f.op.String(), func(t *testing.T) {
			worst := make([]float64, bestLevel()+1)
			at := make([]float32, len(worst))
			code := []Ins{{Op: f.op, D: 1, A: 0}}
			in, out, want := make([]float32, 4096), make([]float32, 4096), make([]float64, 4096)
			for u := uint64(0); u < 1<<32; {
				n := 0
				for ; n < len(in) && u < 1<<32; u += step {
					in[n] = math.Float32frombits(uint32(u))
					want[n] = f.exact(float64(in[n]))
					n++
				}
				for l := range worst {
					active = level(l)
					VM(n, code, []*float32{&in[0], &out[0]})
					for i, w := range want[:n] {
						if out[i] == float32(w) {
							continue
						}
						if e := ulps(out[i], w); e > worst[l] {
							worst[l], at[l] = e, in[i]
						}
					}
				}
			}
			active = bestLevel()
			for l, e := range worst {
				t.Logf("%s: %.3f ulp at %g", level(l), e, at[l])
				measured := f.vector
				if level(l) == levelGeneric {
					measured = f.generic
				}
				assert.LessOrEqual(t, e, measured, "%v, worst at %g", level(l), at[l])
			}
		})
	}
}
