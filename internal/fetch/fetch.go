// Package fetch brings files with known sizes and SHA-256 sums from the
// network. What is not, byte for byte, what was expected never gets its name.
//
//	f := fetch.File{Name: "a.txt", URL: url, Size: 12, SHA256: sum}
//	err := fetch.Get(ctx, http.DefaultClient, fetch.Patient, f, dir, nil)
//
// A download that breaks off leaves what came in NAME.part, and the next one goes
// on there. One of which nothing came leaves no file and makes no folder.
package fetch

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// File is what is expected.
type File struct {
	Name   string // in the folder
	URL    string
	Size   int64
	SHA256 string
}

const partial = ".part"

// ErrServer says that the server was not to be had, or did not have the file.
var ErrServer = errors.New("no such file from that server")

// ErrThere says that the file was there already, whole.
var ErrThere = errors.New("fetch: it is there already")

// Get makes dir hold the file. Progress, if it is not nil, is told how many
// bytes there are. It returns ErrThere if nothing was to be done. A file of
// that name that differs is an error and stays as it is. A stop by ctx, at any
// time, keeps what came, and its error wraps that of ctx.
func Get(ctx context.Context, client *http.Client, p Patience, f File, dir string, progress func(have int64)) error {
	path := filepath.Join(dir, f.Name)
	switch err := f.verify(path); {
	case err == nil:
		return ErrThere
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("fetch: %s is there and is another file: %w; move it away", path, err)
	}
	part := path + partial
	g := newGuard(ctx, p)
	defer g.stop(nil)
	if err := f.download(g, client, part, progress); err != nil {
		return fmt.Errorf("fetch: %s from %s: %w", f.Name, f.URL, errors.Join(err, tidy(part, err)))
	}
	if err := f.verify(part); err != nil {
		return fmt.Errorf("fetch: %s from %s is not the expected file: %w; what came is thrown away", f.Name, f.URL, errors.Join(err, os.Remove(part)))
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	return nil
}

// tidy removes a part with which a later try could not go on: nothing, or what
// is of another file.
func tidy(part string, err error) error {
	info, missing := os.Stat(part)
	if missing != nil || info.Size() > 0 && !errors.Is(err, errShorter) {
		return nil
	}
	return os.Remove(part)
}

// verify compares size and sum of a file.
func (f File) verify(path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	if info.Size() != f.Size {
		return fmt.Errorf("it has %d bytes, and should have %d", info.Size(), f.Size)
	}
	h := sha256.New()
	if _, err := io.Copy(h, in); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != f.SHA256 {
		return fmt.Errorf("its SHA-256 is %s, and should be %s", got, f.SHA256)
	}
	return nil
}

// download goes on with the file part until it has all bytes.
func (f File) download(g *guard, client *http.Client, part string, progress func(int64)) (err error) {
	have, err := f.begun(part)
	if err != nil || have == f.Size {
		return err
	}
	body, start, err := f.ask(g, client, have)
	if err != nil {
		return err
	}
	defer body.Close()
	coming := bufio.NewReaderSize(g.reader(io.LimitReader(body, f.Size-start+1)), 1<<16) // one more shows that it is too long
	broken := func(have int64, err error) error {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("%d of %d bytes are there: %w; the same command goes on from there", have, f.Size, g.why(err))
	}
	// A server that does not go on in the middle sends what is there once more.
	if _, err := io.CopyN(io.Discard, coming, have-start); err != nil {
		return broken(have, err)
	}
	if _, err := coming.Peek(1); err != nil {
		return broken(have, err)
	}
	if err := os.MkdirAll(filepath.Dir(part), 0o777); err != nil {
		return err
	}
	how := os.O_WRONLY | os.O_CREATE
	if have == 0 {
		how |= os.O_TRUNC
	}
	out, err := os.OpenFile(part, how, 0o666)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := out.Seek(have, io.SeekStart); err != nil {
		return err
	}
	w := &meter{w: out, have: have, tell: progress}
	_, err = io.Copy(w, coming)
	switch {
	case w.have > f.Size:
		return errors.Join(fmt.Errorf("more than the expected %d bytes came", f.Size), out.Truncate(0))
	case err != nil || w.have < f.Size:
		return broken(w.have, err)
	}
	return out.Sync()
}

// begun is how many bytes an earlier download left. More than the file has are
// of no use.
func (f File) begun(part string) (int64, error) {
	switch info, err := os.Stat(part); {
	case errors.Is(err, fs.ErrNotExist):
		return 0, nil
	case err != nil:
		return 0, err
	case info.Size() > f.Size:
		return 0, nil
	default:
		return info.Size(), nil
	}
}

// errShorter is of a server whose file ends before what is there already.
var errShorter = errors.New("what is there is more than the server has, so it has another file; what came is thrown away")

// ask requests the bytes from have on and returns them and where they begin.
func (f File) ask(g *guard, client *http.Client, have int64) (io.ReadCloser, int64, error) {
	r, err := http.NewRequestWithContext(g.ctx, http.MethodGet, f.URL, nil)
	if err != nil {
		return nil, 0, err
	}
	r.Header.Set("Accept-Encoding", "identity")
	if have > 0 {
		r.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	answered := g.wait(g.Answer, "no answer")
	answer, err := client.Do(r)
	answered()
	switch {
	case err != nil && g.ctx.Err() != nil:
		return nil, 0, fmt.Errorf("%w; the same command tries again", g.why(err))
	case err != nil:
		return nil, 0, fmt.Errorf("%w: %w", ErrServer, err)
	}
	switch {
	case answer.StatusCode == http.StatusOK:
		return answer.Body, 0, nil
	case answer.StatusCode == http.StatusPartialContent && strings.HasPrefix(answer.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)):
		return answer.Body, have, nil
	}
	answer.Body.Close()
	if answer.StatusCode == http.StatusRequestedRangeNotSatisfiable {
		return nil, 0, errShorter
	}
	return nil, 0, fmt.Errorf("%w: it answers %s", ErrServer, answer.Status)
}

// meter counts what is written.
type meter struct {
	w    io.Writer
	have int64
	tell func(int64)
}

func (m *meter) Write(b []byte) (int, error) {
	n, err := m.w.Write(b)
	m.have += int64(n)
	if m.tell != nil {
		m.tell(m.have)
	}
	return n, err
}
