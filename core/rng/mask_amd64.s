#include "textflag.h"

// One round of Philox4x32 on four blocks, one in each 64-bit lane. The low half
// of a lane holds a word; the high half holds whatever, as VPMULUDQ ignores it.
//   c0 c1 c2 c3  words in; out come c0 p1 c2 p0
//   Y8 Y9        multipliers
//   R            offset of the round's keys in the setup at BX
#define ROUND(c0, c1, c2, c3, p0, p1, R) \
	VPMULUDQ c0, Y8, p0 \
	VPMULUDQ c2, Y9, p1 \
	VPBROADCASTD R(BX), Y6 \
	VPXOR Y6, c1, c1 \
	VPBROADCASTD (R+4)(BX), Y6 \
	VPXOR Y6, c3, c3 \
	VPSRLQ $32, p1, c0 \
	VPSRLQ $32, p0, c2 \
	VPXOR c1, c0, c0 \
	VPXOR c3, c2, c2

// func maskAVX2(dst *float32, sets int, block uint32, s *setup)
//
// Writes sets × 16 elements of a mask: units 4·block and up.
TEXT ·maskAVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ sets+8(FP), CX
	MOVL block+16(FP), AX
	MOVQ s+24(FP), BX
	VPBROADCASTD 80(BX), Y8   // multipliers
	VPBROADCASTD 84(BX), Y9
	VPBROADCASTD 88(BX), Y12  // row
	VPBROADCASTD 92(BX), Y13  // time
	VPBROADCASTD 96(BX), Y14  // step
	VPBROADCASTD 100(BX), Y10  // limit - 1
	VPBROADCASTD 104(BX), Y11  // value of a kept unit
	VMOVQ AX, X15
	VPBROADCASTQ X15, Y15
	VPADDQ 112(BX), Y15, Y15   // numbers of the four blocks
	VPBROADCASTQ 144(BX), Y7   // four

	TESTQ CX, CX
	JZ done

loop:
	VMOVDQA Y15, Y0
	VMOVDQA Y12, Y1
	VMOVDQA Y13, Y2
	VMOVDQA Y14, Y3
	ROUND(Y0, Y1, Y2, Y3, Y4, Y5, 0)  // words are now in Y0 Y5 Y2 Y4
	ROUND(Y0, Y5, Y2, Y4, Y3, Y1, 8)  // and in Y0 Y1 Y2 Y3 again
	ROUND(Y0, Y1, Y2, Y3, Y4, Y5, 16)
	ROUND(Y0, Y5, Y2, Y4, Y3, Y1, 24)
	ROUND(Y0, Y1, Y2, Y3, Y4, Y5, 32)
	ROUND(Y0, Y5, Y2, Y4, Y3, Y1, 40)
	ROUND(Y0, Y1, Y2, Y3, Y4, Y5, 48)
	ROUND(Y0, Y5, Y2, Y4, Y3, Y1, 56)
	ROUND(Y0, Y1, Y2, Y3, Y4, Y5, 64)
	ROUND(Y0, Y5, Y2, Y4, Y3, Y1, 72)

	// Words of a block side by side: w0 w1 in a lane, w2 w3 in another.
	VPSLLQ $32, Y1, Y1
	VPSLLQ $32, Y3, Y3
	VPBLENDD $0xAA, Y1, Y0, Y0
	VPBLENDD $0xAA, Y3, Y2, Y2
	VPUNPCKLQDQ Y2, Y0, Y4     // blocks 0 and 2
	VPUNPCKHQDQ Y2, Y0, Y5     // blocks 1 and 3

	// Kept where the word is at most limit - 1, unsigned.
	VPMINUD Y10, Y4, Y0
	VPMINUD Y10, Y5, Y1
	VPCMPEQD Y0, Y4, Y4
	VPCMPEQD Y1, Y5, Y5
	VPAND Y11, Y4, Y4
	VPAND Y11, Y5, Y5
	VMOVDQU X4, (DI)
	VMOVDQU X5, 16(DI)
	VEXTRACTI128 $1, Y4, 32(DI)
	VEXTRACTI128 $1, Y5, 48(DI)

	VPADDQ Y7, Y15, Y15
	ADDQ $64, DI
	DECQ CX
	JNZ loop

done:
	VZEROUPPER
	RET
