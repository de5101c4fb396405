package job

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

// Belonging says whether there is a certificate beside a model, and of which
// models it is.
type Belonging int

// What a certificate can be.
const (
	NoCertificate Belonging = iota
	OfOthers                // cut out of another model than the first, such as an ancestor of it
	OfThese                 // of both models, and it proves the cut
)

// Belongs holds the certificate beside a compact model against two runs. Nothing
// that it says is believed. An error says that it is of other weights than those
// beside it, that the run that it was cut out of has others by now, that the
// runs have other configurations or files (of the task: the vocabulary), or what
// it says that is not so. The weights of a, the whole model, have met the threshold
// already, nil if there is none; the certificate must be of the same.
func Belongs(whole, small *model.Model, a, b groups.Model, threshold *groups.Threshold, files map[string][]byte) (Belonging, error) {
	dir := small.Run.Dir()
	text, err := os.ReadFile(filepath.Join(dir, ProofName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return NoCertificate, nil
	case err != nil:
		return 0, err
	}
	var p groups.Proof
	if err := json.Unmarshal(text, &p); err != nil {
		return 0, fmt.Errorf("%s of %s cannot be read: %w", ProofName, dir, err)
	}
	stored, err := whole.Tensors()
	if err != nil {
		return 0, err
	}
	wholeSum, err := checksum(stored)
	if err != nil {
		return 0, err
	}
	smallSum, err := checksum(b.Tensors)
	if err != nil {
		return 0, err
	}
	parent := small.Run.Parent()
	if p.Compact.SHA256 != smallSum {
		return 0, fmt.Errorf("%s of %s is not of its weights (SHA-256 %.12s…, they have %.12s…): cut again: iss compact %s --out DIR", ProofName, dir, p.Compact.SHA256, smallSum, parent)
	}
	if p.Whole.SHA256 != wholeSum {
		if samePath(parent, whole.Run.Dir()) {
			return 0, fmt.Errorf("%s was cut out of other weights than those of %s (SHA-256 %.12s…, they have %.12s…); it was trained on or changed since: cut again: iss compact %s --out DIR", dir, whole.Run.Dir(), p.Whole.SHA256, wholeSum, whole.Run.Dir())
		}
		return OfOthers, nil
	}
	tau := 0.0
	if threshold != nil {
		tau = threshold.Tau
	}
	switch cut := p.Tau(); {
	case cut == tau:
	case cut == 0:
		return 0, fmt.Errorf("%s was cut out of %s as it is, not at τ %g; compare them without --tau", dir, whole.Run.Dir(), tau)
	default:
		return 0, fmt.Errorf("%s was cut out of %s at τ %g; compare them with --tau %g", dir, whole.Run.Dir(), cut, cut)
	}
	faults := texts(whole, small, files)
	if threshold != nil && !slices.Equal(threshold.Vars, p.Threshold.Vars) {
		faults = append(faults, "its threshold is of other variables than the whole run's iss.tau_on")
	}
	if len(faults) == 0 {
		faults = p.Check(a, b)
	}
	if len(faults) == 0 {
		faults = replayed(filepath.Join(dir, filepath.Base(p.Replay.File)), p.Replay.SHA256, a)
	}
	if len(faults) > 0 {
		return 0, fmt.Errorf("%s of %s does not prove that it is %s without some units: cut again: iss compact %s --out DIR\n  %s", ProofName, dir, whole.Run.Dir(), whole.Run.Dir(), strings.Join(first(faults, 10), "\n  "))
	}
	return OfThese, nil
}

// texts: both runs configure one model, a number means the same word in both, and
// both were penalised alike.
func texts(whole, small *model.Model, files map[string][]byte) (faults []string) {
	if !reflect.DeepEqual(whole.Config.Model, small.Config.Model) {
		faults = append(faults, "the two models have different configurations")
	}
	names := slices.Sorted(maps.Keys(files))
	if whole.Config.ISS.Groups != "" {
		names = append(names, model.GroupsName)
	}
	for _, name := range names {
		was, err := whole.Run.File(name)
		if err != nil {
			return append(faults, err.Error())
		}
		is, err := small.Run.File(name)
		if err != nil {
			return append(faults, err.Error())
		}
		if !bytes.Equal(was, is) {
			faults = append(faults, fmt.Sprintf("%s of the compact model is not that of the whole one", name))
		}
	}
	return faults
}

// replayed: the stored batch is the certificate's, and the whole model says of it
// what is stored. The cut model is compared with the whole one by Verify.
func replayed(path, sum string, whole groups.Model) []string {
	text, err := os.ReadFile(path)
	if err != nil {
		return []string{err.Error()}
	}
	if is := sha256.Sum256(text); hex.EncodeToString(is[:]) != sum {
		return []string{"the replayed batch is not the one of the certificate"}
	}
	f, err := tensor.NewFile(filepath.Base(path), bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return []string{err.Error()}
	}
	faults := groups.CheckRecord(whole, f)
	for i, s := range faults {
		faults[i] = "the replayed batch: " + s
	}
	return faults
}

// first are the first n of a list, and how many more there are.
func first(list []string, n int) []string {
	if len(list) <= n {
		return list
	}
	return append(slices.Clone(list[:n]), fmt.Sprintf("and %d more", len(list)-n))
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
