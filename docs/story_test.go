package docs_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/internal/doctest"
	"github.com/seed391906a2/iss/internal/peer"
)

// speed is part of the lines by which a training tells how fast it is.
var speed = regexp.MustCompile(` \d+ (words|characters|questions)/s`)

// story is a page that is being told.
type story struct {
	*testing.T
	page string
	root string   // of the repository
	dir  string   // of the story
	at   string   // where commands run: dir, or where cd led
	env  []string // with iss on the path
	data bool     // the Penn TreeBank is at data/ptb
	py   bool     // python3 has NumPy

	shakespeare bool // the trained model is in data/models

	overlay string            // tells the Go tool of the page's files
	replace map[string]string // path in the repository -> path in dir
}

func newStory(t *testing.T, page string) *story {
	t.Helper()
	s := &story{T: t, page: page, dir: t.TempDir(), replace: map[string]string{}}
	s.at = s.dir
	var err error
	s.root, err = filepath.Abs(root)
	require.NoError(t, err)

	self, err := os.Executable()
	require.NoError(t, err)
	bin := t.TempDir()
	require.NoError(t, os.Symlink(self, filepath.Join(bin, "iss")))
	if testing.Short() { // no page builds it
		require.NoError(t, os.Symlink(self, filepath.Join(s.dir, "iss")))
	}
	s.overlay = filepath.Join(bin, "overlay.json")
	s.env = append(os.Environ(),
		"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"GOFLAGS=-buildvcs=false -overlay="+s.overlay, "ISS_RUNS=",
		"CHARACTERS=24000", "LAMBDA=1") // of docs/import.md, which says what they are

	s.overlaid()

	require.NoError(t, os.Symlink(filepath.Join(s.root, "LICENSE"), filepath.Join(s.dir, "LICENSE"))) // some text
	require.NoError(t, os.Mkdir(filepath.Join(s.dir, "docs"), 0o777))
	for _, dir := range []string{"check", "pictures", "testdata"} {
		require.NoError(t, os.Symlink(filepath.Join(s.root, "docs", dir), filepath.Join(s.dir, "docs", dir)))
	}
	python, err := peer.NumPy()
	if with, missing := peer.Torch(); missing == nil {
		python, err = with, nil
	}
	if s.py = err == nil; s.py {
		require.NoError(t, os.Symlink(python, filepath.Join(bin, "python3")))
	}
	data := os.Getenv("ISS_DATA")
	if data == "" {
		data = filepath.Join(s.root, "..", "shared", "data")
	}
	s.data = there(filepath.Join(data, "ptb", "ptb.train.txt"))
	s.shakespeare = there(filepath.Join(data, "models", "shakespeare.safetensors"))
	if s.data || s.shakespeare {
		require.NoError(t, os.Symlink(data, filepath.Join(s.dir, "data")))
	}
	return s
}

func there(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// overlaid puts the page's Go files into the repository, without their being
// there.
func (s *story) overlaid() {
	text, err := json.Marshal(map[string]any{"Replace": s.replace})
	require.NoError(s, err)
	require.NoError(s, os.WriteFile(s.overlay, text, 0o666))
}

// tell writes the files of a page and runs its commands, in order.
func (s *story) tell(blocks []doctest.Block) {
	for _, b := range blocks {
		switch {
		case b.File != "":
			file := filepath.Join(s.dir, filepath.FromSlash(b.File))
			require.NoError(s, os.MkdirAll(filepath.Dir(file), 0o777))
			require.NoError(s, os.WriteFile(file, []byte(b.Text), 0o666))
			if b.Lang == "go" {
				s.replace[filepath.Join(s.root, filepath.FromSlash(b.File))] = file
				s.overlaid()
			}
		case b.Lang != "console":
		case b.Marked("slow") && testing.Short():
			s.Logf("%s:%d: left out: short mode", s.page, b.Line)
		case b.Marked("python") && !s.py:
			s.Logf("%s:%d: left out: no Python with NumPy (Debian: python3-numpy)", s.page, b.Line)
		case b.Marked("torch") && missing(peer.Torch) != nil:
			s.Logf("%s:%d: left out: %v", s.page, b.Line, missing(peer.Torch))
		case b.Marked("ort") && (!s.py || missing(peer.ORT) != nil):
			s.Logf("%s:%d: left out: it needs Python, and %v", s.page, b.Line, missing(peer.ORT))
		case b.Marked("shakespeare") && !s.shakespeare:
			s.Logf("%s:%d: left out: no models/shakespeare.safetensors; set ISS_DATA to the folder with models in it", s.page, b.Line)
		case b.Marked("squad") && !there(filepath.Join(s.dir, "data", "squad", "dev-v1.1.json")):
			s.Logf("%s:%d: left out: no SQuAD; set ISS_DATA to the folder with squad in it", s.page, b.Line)
		case b.Marked("ptb") && !s.data:
			s.Logf("%s:%d: left out: no Penn TreeBank; set ISS_DATA to the folder with ptb in it", s.page, b.Line)
		default:
			commands, err := b.Commands()
			require.NoError(s, err, s.page)
			for _, c := range commands {
				s.run(c, b)
			}
		}
	}
}

// missing says why a runtime is not there; nil if it is.
func missing(find func() (string, error)) error {
	_, err := find()
	return err
}

// run types a command and holds what it does against what the page says.
func (s *story) run(c doctest.Command, b doctest.Block) {
	long := b.Marked("long")
	start := time.Now()
	out, status := "", 0
	for _, part := range strings.Split(c.Text, " && ") {
		var more string
		to, moves := strings.CutPrefix(part, "cd ")
		switch {
		case moves:
			s.at = filepath.Join(s.at, to)
			require.DirExists(s, s.at, "%s:%d: $ %s", s.page, c.Line, c.Text)
		case s.ownModule():
			more, status = s.execute(s.shell(part), nil)
		case part == "go test ./...": // this very test
			require.Contains(s, read(s.T, ".ci/run"), part, "%s:%d: .ci/run must run this", s.page, c.Line)
		case strings.HasPrefix(part, "go test "):
			more, status = s.goTest(part)
		case strings.HasPrefix(part, "go "):
			more, status = s.execute(s.goCommand(part), nil)
		case long:
			more, status = s.execute(s.shell(part), speed)
		default:
			more, status = s.execute(s.shell(part), nil)
		}
		out += more
		if status != 0 {
			break
		}
	}
	if long {
		require.Equal(s, 3, status, "%s:%d: $ %s\nwas interrupted and should be resumable; it printed\n%s", s.page, c.Line, c.Text, out)
	} else {
		require.Equal(s, c.Status, status, "%s:%d: $ %s\nexit status; it printed\n%s", s.page, c.Line, c.Text, out)
	}
	if diff := doctest.Diff(c.Want, out, b.Marked("numbers")); diff != "" {
		s.Fatalf("%s:%d: $ %s\n%s", s.page, c.Line, c.Text, diff)
	}
	s.Logf("%s:%d: %.1f s: $ %s", s.page, c.Line, time.Since(start).Seconds(), c.Text)
}

// ownModule reports whether commands run in a module of the story's own, where
// the Go tool is left alone.
func (s *story) ownModule() bool {
	_, err := os.Stat(filepath.Join(s.at, "go.mod"))
	return err == nil
}

// shell runs a command where the story is.
func (s *story) shell(text string) *exec.Cmd {
	c := exec.Command("sh", "-c", "exec "+text)
	if strings.ContainsAny(text, ";|") {
		c = exec.Command("sh", "-c", text)
	}
	c.Dir = s.at
	return c
}

// goCommand runs the Go tool in the repository; -o is a file of the story.
func (s *story) goCommand(text string) *exec.Cmd {
	args := strings.Fields(text)
	for i, a := range args[1:] {
		if a == "-o" {
			args[i+2] = filepath.Join(s.dir, args[i+2])
		}
	}
	c := exec.Command(args[0], args[1:]...)
	c.Dir = s.root
	return c
}

// goTest tests one package, go test [-v] ./PACKAGE, whose files may be the
// story's: the Go tool would run vet and the test in a folder that is not there.
func (s *story) goTest(text string) (string, int) {
	args := strings.Fields(text)
	pkg, flags := args[len(args)-1], []string{}
	if len(args) == 4 && args[2] == "-v" {
		flags = append(flags, "-test.v")
	} else {
		require.Len(s, args, 3, text)
	}
	binary := filepath.Join(s.dir, filepath.Base(pkg)+".test")
	out, status := s.execute(s.goCommand("go test -c -vet=off -o "+filepath.Base(binary)+" "+pkg), nil)
	if status != 0 {
		return out, status
	}
	c := exec.Command(binary, flags...)
	c.Dir = filepath.Join(s.dir, filepath.FromSlash(pkg))
	return s.execute(c, nil)
}

// execute runs a command to its end and returns what it prints, on both
// streams, and its exit status. After the first line that matches stop, if
// any, the command is interrupted.
func (s *story) execute(c *exec.Cmd, stop *regexp.Regexp) (string, int) {
	r, w, err := os.Pipe()
	require.NoError(s, err)
	defer r.Close()
	c.Env, c.Stdout, c.Stderr = s.env, w, w
	require.NoError(s, c.Start())
	require.NoError(s, w.Close())
	var out strings.Builder
	for lines := bufio.NewReader(r); ; {
		line, err := lines.ReadString('\n')
		out.WriteString(line)
		if err != nil {
			break
		}
		if stop != nil && stop.MatchString(line) {
			stop = nil
			require.NoError(s, c.Process.Signal(os.Interrupt))
		}
	}
	err = c.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(s, err)
	}
	return out.String(), c.ProcessState.ExitCode()
}
