package runs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// openMetrics opens metrics.jsonl for writing and cuts away a last line that
// was cut short.
func (r *Run) openMetrics() error {
	path := filepath.Join(r.dir, metricsName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return fmt.Errorf("runs: the run cannot be written: %w", err)
	}
	size, err := lineStart(f)
	if err == nil {
		err = f.Truncate(size)
	}
	if err != nil {
		return fmt.Errorf("runs: %w", errors.Join(err, f.Close()))
	}
	r.metrics, r.size = f, size
	return nil
}

// Append writes one metric as a line. It must be a JSON object. When Append
// returns, the line has been handed to the operating system; Save sees to it
// that it is on the disk.
func (r *Run) Append(metric any) error {
	line, err := json.Marshal(metric)
	if err != nil {
		return fmt.Errorf("runs: metric: %w", err)
	}
	if line[0] != '{' {
		return fmt.Errorf("runs: a metric must be a JSON object, is %.40s", line)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.writable(); err != nil {
		return err
	}
	if _, err := r.metrics.WriteAt(append(line, '\n'), r.size); err != nil {
		return fmt.Errorf("runs: %w", errors.Join(err, r.metrics.Truncate(r.size)))
	}
	r.size += int64(len(line)) + 1
	return nil
}

// Position is the length of the metrics in bytes, which a checkpoint keeps for
// Rewind.
func (r *Run) Position() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.size
}

// Rewind cuts away the metrics behind a position, so that none is there twice
// when training goes on from a checkpoint. If the position is inside a line, the
// line goes too. Metrics that are missing are told in Notes.
func (r *Run) Rewind(position int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.writable(); err != nil {
		return err
	}
	if position < 0 {
		return fmt.Errorf("runs: metrics cannot be rewound to position %d", position)
	}
	if position > r.size {
		r.notes = append(r.notes, fmt.Sprintf("%s ends at byte %d, but the checkpoint was saved at byte %d: some metrics are lost, the weights are not",
			filepath.Join(r.dir, metricsName), r.size, position))
		return nil
	}
	end, err := lastLine(r.metrics, position)
	if err == nil {
		err = r.metrics.Truncate(end)
	}
	if err != nil {
		return fmt.Errorf("runs: %w", err)
	}
	r.size = end
	return nil
}

// ReadMetrics returns the lines of a run's metrics, oldest first. A last line
// that was cut short is left out; a line before it that is no JSON object is an
// error that names its number, returned beside the lines before it. A run
// without metrics has none.
func ReadMetrics(dir string) ([]json.RawMessage, error) {
	path := filepath.Join(dir, metricsName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("runs: %w", err)
	}
	var lines []json.RawMessage
	for len(text) > 0 {
		line, rest, whole := bytes.Cut(text, []byte{'\n'})
		if !whole {
			break
		}
		if !json.Valid(line) || line[0] != '{' {
			return lines, fmt.Errorf("runs: %s:%d: not a JSON object: %.40q", path, len(lines)+1, line)
		}
		lines, text = append(lines, line), rest
	}
	return lines, nil
}

// lineStart returns where the last line begins that has no end, or the size.
func lineStart(f *os.File) (int64, error) {
	i, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return lastLine(f, i.Size())
}

// lastLine returns the end of the last whole line of a file's first size bytes.
func lastLine(f io.ReaderAt, size int64) (int64, error) {
	piece := make([]byte, 4096)
	for end := size; end > 0; {
		from := max(0, end-int64(len(piece)))
		part := piece[:end-from]
		if _, err := f.ReadAt(part, from); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
		end = from
	}
	return 0, nil
}
