package squad

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
)

// summed is a reader that counts and sums what is read through it.
type summed struct {
	r     io.Reader
	hash  hash.Hash
	bytes int64
}

func newSummed(r io.Reader) *summed { return &summed{r: r, hash: sha256.New()} }

// Read implements io.Reader.
func (s *summed) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	s.hash.Write(b[:n])
	s.bytes += int64(n)
	return n, err
}

// end reads what is left and returns the SHA-256 of all; the name is for errors.
func (s *summed) end(name string) (sum string, err error) {
	if _, err := io.Copy(io.Discard, s); err != nil {
		return "", fmt.Errorf("squad: %s: %w", name, err)
	}
	return hex.EncodeToString(s.hash.Sum(nil)), nil
}
