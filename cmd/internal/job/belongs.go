package job

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

// Belongs holds the certificate beside a compact model against the weights of
// two runs, of which those of the whole one below τ are to be zero. It reports
// whether it is of both. An error says that the weights beside it are others,
// that the run that it was cut out of has others by now, or that it was cut at
// another τ. A run without a certificate has none to belong to.
func Belongs(whole, small *model.Model, a, b groups.Model, tau float64) (bool, error) {
	dir := small.Run.Dir()
	text, err := os.ReadFile(filepath.Join(dir, ProofName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	}
	var p groups.Proof
	if err := json.Unmarshal(text, &p); err != nil {
		return false, fmt.Errorf("%s of %s cannot be read: %w", ProofName, dir, err)
	}
	wholeSum, err := checksum(a.Tensors)
	if err != nil {
		return false, err
	}
	smallSum, err := checksum(b.Tensors)
	if err != nil {
		return false, err
	}
	parent := small.Run.Parent()
	if p.Compact.SHA256 != smallSum {
		return false, fmt.Errorf("%s of %s is not of its weights (SHA-256 %.12s…, they have %.12s…): cut again: iss compact %s --out DIR", ProofName, dir, p.Compact.SHA256, smallSum, parent)
	}
	if p.Whole.SHA256 == wholeSum {
		switch cut := p.Tau(); {
		case cut == tau:
			return true, nil
		case cut == 0:
			return false, fmt.Errorf("%s was cut out of %s as it is, not at τ %g; compare them without --tau", dir, whole.Run.Dir(), tau)
		default:
			return false, fmt.Errorf("%s was cut out of %s at τ %g; compare them with --tau %g", dir, whole.Run.Dir(), cut, cut)
		}
	}
	if samePath(parent, whole.Run.Dir()) {
		return false, fmt.Errorf("%s was cut out of other weights than those of %s (SHA-256 %.12s…, they have %.12s…); it was trained on or changed since: cut again: iss compact %s --out DIR", dir, whole.Run.Dir(), p.Whole.SHA256, wholeSum, whole.Run.Dir())
	}
	return false, nil
}

func samePath(a, b string) bool {
	x, errX := filepath.Abs(a)
	y, errY := filepath.Abs(b)
	return errX == nil && errY == nil && x == y
}

// checksum is the SHA-256 of the checkpoint file of tensors: equal tensors
// give equal files.
func checksum(tensors map[string]tensor.Dense[float32]) (string, error) {
	h := sha256.New()
	if err := tensor.Write(h, tensor.Arrays(tensors), nil); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
