package job

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"

	"github.com/seed391906a2/iss/core/tensor"
	"github.com/seed391906a2/iss/groups"
)

// Files that a compact model has beside it, for whoever wants to check the cut
// without iss.
const (
	ProofName  = "certificate.json"
	ReplayName = "replay.safetensors"
)

// proof is the content of these files.
func (c *Cutting) proof() (map[string][]byte, error) {
	p := c.Certificate.Proof()
	constants, err := c.Constants()
	if err != nil {
		return nil, err
	}
	p.Report(constants)
	trained, err := c.model.Tensors()
	if err != nil {
		return nil, err
	}
	if p.Whole.SHA256, err = checksum(trained); err != nil {
		return nil, err
	}
	if t := c.threshold; t != nil {
		p.Threshold = &groups.ProofThreshold{Tau: t.Tau, Vars: t.Vars}
	}
	if p.Compact.SHA256, err = checksum(c.Compacted.Tensors); err != nil {
		return nil, err
	}
	first, err := windows(c.whole.Graph, c.problem, 1)
	if err != nil {
		return nil, err
	}
	record, err := groups.Record(c.whole, first[0], nil)
	if err != nil {
		return nil, err
	}
	var replay, text bytes.Buffer
	if err := tensor.Write(&replay, record, nil); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(replay.Bytes())
	p.Replay = groups.ProofReplay{File: ReplayName, SHA256: hex.EncodeToString(sum[:])}
	if _, err := p.WriteTo(&text); err != nil {
		return nil, err
	}
	return map[string][]byte{ProofName: text.Bytes(), ReplayName: replay.Bytes()}, nil
}
