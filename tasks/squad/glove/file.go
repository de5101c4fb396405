package glove

import (
	"archive/zip"
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// ReadFile reads a file: text, gzip or a zip archive, told apart by its first
// bytes. In an archive it takes the text whose name holds the dimension, such as
// glove.6B.100d.txt, or the only one. See Read.
func ReadFile(path string, dim int, keep func(word string) bool) (*Table, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("glove: file %s does not exist; fetch the vectors with: iss data get glove", path)
	}
	if err != nil {
		return nil, fmt.Errorf("glove: %w", err)
	}
	defer f.Close()
	in := bufio.NewReader(f)
	head, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("glove: %s: %w", path, err)
	}
	switch {
	case strings.HasPrefix(string(head), "PK\x03\x04"):
		return readArchive(f, path, dim, keep)
	case strings.HasPrefix(string(head), "\x1f\x8b"):
		text, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("glove: %s: %w", path, err)
		}
		defer text.Close()
		return Read(text, path, dim, keep)
	}
	return Read(in, path, dim, keep)
}

func readArchive(f *os.File, path string, dim int, keep func(word string) bool) (*Table, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("glove: %w", err)
	}
	archive, err := zip.NewReader(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("glove: %s: %w; the archive is cut short or broken", path, err)
	}
	member, err := choose(archive, path, dim)
	if err != nil {
		return nil, err
	}
	text, err := member.Open()
	if err != nil {
		return nil, fmt.Errorf("glove: %s: %s: %w", path, member.Name, err)
	}
	defer text.Close()
	return Read(text, path+"/"+member.Name, dim, keep)
}

// choose finds the text of an archive.
func choose(archive *zip.Reader, path string, dim int) (*zip.File, error) {
	var texts, fit []*zip.File
	var names []string
	for _, m := range archive.File {
		if !strings.HasSuffix(m.Name, ".txt") {
			continue
		}
		texts, names = append(texts, m), append(names, m.Name)
		if strings.Contains(m.Name, fmt.Sprintf(".%dd.", dim)) {
			fit = append(fit, m)
		}
	}
	switch {
	case len(fit) == 1:
		return fit[0], nil
	case len(texts) == 1:
		return texts[0], nil
	case len(texts) == 0:
		return nil, fmt.Errorf("glove: %s holds no text (.txt)", path)
	}
	return nil, fmt.Errorf("glove: %s holds several texts and %d that are named for dimension %d: %s", path, len(fit), dim, strings.Join(names, ", "))
}
