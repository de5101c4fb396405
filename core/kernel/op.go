package kernel

import (
	"errors"
	"fmt"
)

// Op is an operation of the vector machine. D, A, B and C are the operands of
// an instruction, imm its constant; each element is computed on its own.
type Op uint32

// The operations. A NaN operand gives NaN, except where a comparison says
// otherwise. Max and Min of two zeros may give either. Where an error is stated
// it is the largest over all float32 and all levels (TestAccuracy), in units of
// the last place; the generic level has half a unit, and 1.5 for OpRsqrt.
const (
	OpCopy     Op = iota // D = A
	OpFill               // D = imm
	OpSplat              // D = A[0]
	OpAdd                // D = A + B
	OpSub                // D = A − B
	OpMul                // D = A·B
	OpDiv                // D = A / B
	OpMax                // D = max(A, B)
	OpMin                // D = min(A, B)
	OpNeg                // D = −A
	OpOneMinus           // D = 1 − A
	OpAddImm             // D = A + imm
	OpMulImm             // D = A·imm
	OpSigmoid            // D = 1 / (1 + exp(−A)), within 2.41 ulp
	OpTanh               // D = tanh(A), within 2.42 ulp
	OpRelu               // D = max(A, 0)
	OpExp                // D = exp(A), within 1.03 ulp
	OpLog                // D = ln(A), within 0.83 ulp; ln 0 is −Inf, ln of less is NaN
	OpSqrt               // D = √A, correctly rounded
	OpRsqrt              // D = 1 / √A, by root and division, within 1.5 ulp
	OpFma                // D = A + B·C
	OpFnma               // D = A − B·C
	OpDSigmoid           // D = A·B·(1 − B), the derivative where B = sigmoid
	OpDTanh              // D = A·(1 − B²), the derivative where B = tanh
	OpDRelu              // D = A where B > 0, else 0
	OpGt                 // D = 1 where A > B, else 0 (NaN too)
	OpGe                 // D = 1 where A ≥ B, else 0 (NaN too)
	OpSelect             // D = B where A ≠ 0 (NaN too), else C

	opCount
)

var opInfo = [opCount]struct {
	name string
	args int
}{
	OpCopy: {"copy", 1}, OpFill: {"fill", 0}, OpSplat: {"splat", 1},
	OpAdd: {"add", 2}, OpSub: {"sub", 2}, OpMul: {"mul", 2}, OpDiv: {"div", 2}, OpMax: {"max", 2}, OpMin: {"min", 2},
	OpNeg: {"neg", 1}, OpOneMinus: {"oneminus", 1}, OpAddImm: {"addimm", 1}, OpMulImm: {"mulimm", 1},
	OpSigmoid: {"sigmoid", 1}, OpTanh: {"tanh", 1}, OpRelu: {"relu", 1}, OpExp: {"exp", 1}, OpLog: {"log", 1},
	OpSqrt: {"sqrt", 1}, OpRsqrt: {"rsqrt", 1}, OpFma: {"fma", 3}, OpFnma: {"fnma", 3},
	OpDSigmoid: {"dsigmoid", 2}, OpDTanh: {"dtanh", 2}, OpDRelu: {"drelu", 2},
	OpGt: {"gt", 2}, OpGe: {"ge", 2}, OpSelect: {"select", 3},
}

func (op Op) String() string {
	if op >= opCount {
		return fmt.Sprintf("op%d", uint32(op))
	}
	return opInfo[op].name
}

// Args returns how many of the operands A, B, C the operation reads.
func (op Op) Args() int { return opInfo[op].args }

// Ins is one instruction. D, A, B and C index the pointers given to VM; those
// the operation has no use for are 0.
type Ins struct {
	Op         Op
	D, A, B, C uint32
	Imm        float32
}

// Check returns an error for each instruction that VM could not run with the
// given number of pointers: call it once, when code is made.
func Check(code []Ins, pointers int) error {
	var errs []error
	for i, in := range code {
		if in.Op >= opCount {
			errs = append(errs, fmt.Errorf("kernel: instruction %d: no operation %d; there are %d", i, in.Op, opCount))
		}
		if x := max(in.D, in.A, in.B, in.C); int64(x) >= int64(pointers) {
			errs = append(errs, fmt.Errorf("kernel: instruction %d (%v): operand %d, but there are %d pointers", i, in.Op, x, pointers))
		}
	}
	return errors.Join(errs...)
}
