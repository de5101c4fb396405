package kernel

import "math"

var negInf = float32(math.Inf(-1))

// LogSumExp returns ln Σ exp(x), −Inf if x is empty or all −Inf. A NaN or +Inf
// in x gives NaN or +Inf. The error is below 1e-7·(1 + |result|).
func LogSumExp(x []float32) float64 {
	m := MaxOf(x)
	if math.IsInf(float64(m), 0) {
		return float64(m)
	}
	var s float64
	for i := 0; i < len(x); i += chunk {
		s += sumExp(min(chunk, len(x)-i), ptr(x[i:]), m)
	}
	return float64(m) + math.Log(s)
}

// Softmax replaces x by exp(x) / Σ exp(x). A NaN or +Inf in x, or nothing but
// −Inf, gives NaN throughout. The relative error of an element is below
// 5e-7 + 2⁻²⁴·(max − x), since max − x is rounded before exp.
func Softmax(x []float32) {
	if len(x) == 0 {
		return
	}
	_, s := expShifted(x)
	Scale(x, float32(1/s))
}

// SoftmaxXent turns logits into the gradient of the scaled cross-entropy,
// (softmax(logits) − onehot(target))·scale, and returns the unscaled negative
// log-likelihood −ln softmax(logits)[target] in nats. It panics if target is
// not an index of logits.
func SoftmaxXent(logits []float32, target int, scale float32) (nll float64) {
	if target < 0 || target >= len(logits) {
		misuse("SoftmaxXent: target %d, but there are %d logits", target, len(logits))
	}
	at := float64(logits[target])
	m, s := expShifted(logits)
	Scale(logits, float32(float64(scale)/s))
	logits[target] -= scale
	return float64(m) + math.Log(s) - at
}

// expShifted replaces x by exp(x − m), m its largest element, and returns m and
// the sum.
func expShifted(x []float32) (m float32, s float64) {
	m = MaxOf(x)
	for i := 0; i < len(x); i += chunk {
		s += expSum(min(chunk, len(x)-i), ptr(x[i:]), m)
	}
	return m, s
}
