package ptb

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// partNames are the parts of every corpus, in order.
var partNames = [3]string{"train", "valid", "test"}

// source is the text of the three parts before it is cut into tokens.
type source struct {
	name  string    // folder, file, or "embedded corpus"
	texts [3][]byte // line ends are '\n', no byte order mark
	files []FileSum
}

const wanted = "a corpus is train.txt, valid.txt and test.txt, or ptb.train.txt, ptb.valid.txt and ptb.test.txt; fetch the Penn TreeBank with: iss data get ptb"

// readFolder reads the three parts of a corpus in a folder.
func readFolder(dir string) (*source, error) {
	entries, err := os.ReadDir(dir)
	if info, statErr := os.Stat(dir); statErr == nil && !info.IsDir() {
		return nil, fmt.Errorf("ptb: %s is a file, not a folder; name a single text with text.file (--text)", dir)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("ptb: folder %s does not exist; %s", dir, wanted)
	}
	if err != nil {
		return nil, fmt.Errorf("ptb: %w", err)
	}
	names, err := partFiles(dir, entries)
	if err != nil {
		return nil, err
	}
	s := &source{name: dir}
	for i, name := range names {
		text, sum, err := readText(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		s.texts[i], s.files = text, append(s.files, sum)
	}
	return s, nil
}

// partFiles finds the file of each part among the entries of a folder.
func partFiles(dir string, entries []fs.DirEntry) (names [3]string, err error) {
	there := map[string]bool{}
	for _, e := range entries {
		there[e.Name()] = true
	}
	var found, missing []string
	for i, part := range partNames {
		plain, prefixed := part+".txt", "ptb."+part+".txt"
		switch {
		case there[plain] && there[prefixed]:
			return names, fmt.Errorf("ptb: folder %s holds both %s and %s; keep one of them", dir, prefixed, plain)
		case there[prefixed]:
			names[i] = prefixed
		case there[plain]:
			names[i] = plain
		default:
			missing = append(missing, part)
			continue
		}
		found = append(found, names[i])
	}
	switch {
	case len(entries) == 0:
		return names, fmt.Errorf("ptb: folder %s is empty; %s", dir, wanted)
	case len(found) == 0:
		return names, fmt.Errorf("ptb: folder %s holds no corpus; %s", dir, wanted)
	case len(missing) > 0:
		return names, fmt.Errorf("ptb: folder %s lacks the part %s (there: %s); %s",
			dir, strings.Join(missing, " and the part "), strings.Join(found, ", "), wanted)
	}
	return names, nil
}

// readText reads a UTF-8 text, drops a byte order mark and makes every line end
// '\n'. The sum is that of the file as it is.
func readText(file string) ([]byte, FileSum, error) {
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, FileSum{}, fmt.Errorf("ptb: file %s does not exist", file)
	}
	if err != nil {
		return nil, FileSum{}, fmt.Errorf("ptb: %w", err)
	}
	if err := checkUTF8(file, raw); err != nil {
		return nil, FileSum{}, err
	}
	text := bytes.TrimPrefix(raw, []byte("\ufeff"))
	if bytes.Contains(text, []byte("\r\n")) {
		text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	}
	if len(text) == 0 {
		return nil, FileSum{}, fmt.Errorf("ptb: file %s is empty", file)
	}
	return text, sumOf(filepath.Base(file), raw), nil
}

// checkUTF8 returns an error that names the first byte that is not UTF-8.
// Columns count bytes from 1.
func checkUTF8(file string, raw []byte) error {
	if utf8.Valid(raw) {
		return nil
	}
	at := 0
	for at < len(raw) {
		r, size := utf8.DecodeRune(raw[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	line := bytes.Count(raw[:at], []byte("\n")) + 1
	col := at - bytes.LastIndexByte(raw[:at], '\n')
	return fmt.Errorf("ptb: %s:%d:%d: byte 0x%02x (offset %d) is not UTF-8; convert the file to UTF-8 first", file, line, col, raw[at], at)
}

func sumOf(name string, raw []byte) FileSum {
	sum := sha256.Sum256(raw)
	return FileSum{Name: name, Bytes: int64(len(raw)), SHA256: hex.EncodeToString(sum[:])}
}
