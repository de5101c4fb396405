package kernel

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
)

func TestChooseLevel(t *testing.T) {
	for _, c := range []struct {
		name, want string
		best, got  level
		err        string
	}{
		{"nothing asked", "", levelAVX2, levelAVX2, ""},
		{"lower", "generic", levelAVX512, levelGeneric, ""},
		{"best", "avx512", levelAVX512, levelAVX512, ""},
		{"impossible", "avx512", levelAVX2, levelAVX2, "kernel: ISS_CPU=avx512: this processor offers at most avx2; using avx2"},
		{"unknown", "avx9", levelAVX2, levelAVX2, "kernel: ISS_CPU=avx9 is unknown; known: avx512, avx2, generic; using avx2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := chooseLevel(c.want, c.best)
			assert.Equal(t, c.got, got)
			if c.err == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, c.err)
			}
		})
	}
}

func TestCPU(t *testing.T) {
	assert.Contains(t, []string{"generic", "avx2", "avx512"}, CPU())
	eachLevel(t, func(t *testing.T) { assert.Equal(t, active.String(), CPU()) })
}

func TestFloats(t *testing.T) {
	for _, n := range []int{0, 1, 7, 64, 1000, hugeBytes/4 - Slack, hugeBytes} {
		x := Floats(n)
		assert.Len(t, x, n)
		assert.Equal(t, n+Slack, cap(x))
		full := x[:cap(x)]
		assert.Zero(t, uintptr(unsafe.Pointer(&full[0]))%64, "alignment of %d floats", n)
		for _, v := range full {
			if v != 0 {
				assert.Fail(t, "not zeroed")
				break
			}
		}
	}
}

func TestSlowPath(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		switch {
		case active != levelGeneric:
			assert.Empty(t, SlowPath())
		case bestLevel() == levelGeneric:
			assert.Equal(t, "this processor has no AVX2 with FMA", SlowPath())
		default:
			assert.Equal(t, "ISS_CPU=generic asks for them", SlowPath())
		}
	})
}
