package grouptest

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Seeds are those of the random models to ask properties of, the last one
// excluded: 0 to n, or what ISS_MODELS says, 1000 or 320-1000.
func Seeds(n uint64) (from, to uint64, err error) {
	text := os.Getenv("ISS_MODELS")
	if text == "" {
		return 0, n, nil
	}
	first, last, found := strings.Cut(text, "-")
	if !found {
		first, last = "0", text
	}
	if from, err = strconv.ParseUint(first, 10, 32); err == nil {
		to, err = strconv.ParseUint(last, 10, 32)
	}
	if err != nil || from >= to {
		return 0, 0, fmt.Errorf("grouptest: ISS_MODELS is %q; it must be a number of models, or the first seed and the one behind the last: 320-1000", text)
	}
	return from, to, nil
}
