package job

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed391906a2/iss/cmd/internal/model"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/checkpoint"
	"github.com/seed391906a2/iss/core/graph"
	"github.com/seed391906a2/iss/core/mapping"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/ptb"
	"github.com/seed391906a2/iss/tasks/runs"
)

// Import says which weights of another program become a run.
type Import struct {
	File   string           // safetensors or .npz
	Map    *mapping.Mapping // what lies where in it
	Config tasks.Config     // of the model
	Preset string           // what the configuration was called on the command line
	Vocab  string           // file of the model's tokens, in the order of ids; "": those of the data
	Dir    string           // of the run; "": the next one of its preset
}

// Imported is a run that was made of another program's weights.
type Imported struct {
	Run     string `json:"run"`
	Mapping string `json:"mapping"`
	Tensors int    `json:"tensors"` // of the model
	Weights int    `json:"weights"`
}

// Run reads, checks and writes. An error wraps ErrWrong where what was typed
// or written is wrong; then nothing is written.
func (i *Import) Run(f *model.Finder) (*Imported, error) {
	src, err := mapping.Open(i.File)
	if err != nil {
		return nil, wrong(err)
	}
	defer src.Close()
	plugin, err := i.Config.Model.Plugin(f.Cells)
	if err != nil {
		return nil, wrong(err)
	}
	options := optionsOf(plugin, i.Config.Model.Options)
	if err := i.Map.Needs.Check(i.Config.Model.Cell, options); err != nil {
		return nil, wrong(fmt.Errorf("%s: %w", i.Preset, err))
	}
	g, info, files, err := i.model(f)
	if err != nil {
		return nil, wrong(i.explain(src, err))
	}
	tensors, err := i.Map.Apply(g.Params, src, numbers(options))
	if err != nil {
		return nil, wrong(i.explain(src, err))
	}
	sum, err := sumOf(i.File)
	if err != nil {
		return nil, err
	}
	info.Origin = &runs.Origin{File: i.File, SHA256: sum, Mapping: i.Map.Name}
	dir := i.Dir
	if dir == "" {
		name := i.Config.Preset
		if name == "" {
			name = i.Config.Task
		}
		if dir, err = runs.NextDir(runs.Root(), name); err != nil {
			return nil, err
		}
	}
	err = runs.Write(dir, info, files, checkpoint.Snapshot{Tensors: tensors})
	if errors.As(err, new(*runs.TakenError)) || errors.As(err, new(*runs.HeldError)) {
		return nil, wrong(err)
	}
	if err != nil {
		return nil, err
	}
	return &Imported{Run: dir, Mapping: i.Map.Name, Tensors: len(tensors), Weights: core.Weights(g)}, nil
}

// model traces the model, at the sizes of the vocabulary or of the data, and
// says what its run will hold.
func (i *Import) model(f *model.Finder) (*graph.Graph, runs.Info, map[string][]byte, error) {
	info := runs.Info{Config: i.Config}
	if i.Vocab == "" {
		m, err := f.Of(i.Preset, i.Config)
		if err != nil {
			return nil, info, nil, err
		}
		p, err := m.Problem()
		if err != nil {
			return nil, info, nil, fmt.Errorf("name the tokens of the model, in the order of their ids, with --vocab FILE, or the data that they come from: %w", err)
		}
		info.Data = runs.DataOf(p.Data())
		info.Data.Path, info.Data.SHA256 = "", "" // its vocabulary alone is known to be the model's
		g, err := m.Graph()
		return g, info, p.Data().Files, err
	}
	text := tasks.Text{}
	if i.Config.Text != nil {
		text = *i.Config.Text
	}
	v, err := ptb.OpenVocabulary(i.Vocab, ptb.Unit(text.Unit))
	if err != nil {
		return nil, info, nil, err
	}
	text.Tokens = i.Vocab
	cfg := i.Config
	cfg.Text = &text
	m, err := f.Of(i.Preset, cfg)
	if err != nil {
		return nil, info, nil, err
	}
	sizes := tasks.Sizes{"types": v.Len()}
	g, err := m.Task.Trace(cfg, f.Cells, sizes)
	if err != nil {
		return nil, info, nil, err
	}
	var tokens bytes.Buffer
	if err := v.Write(&tokens); err != nil {
		return nil, info, nil, err
	}
	text.Tokens = model.VocabularyName
	info.Config = cfg
	info.Data = runs.Data{Name: "unknown: imported", Sizes: sizes}
	return g, info, map[string][]byte{model.VocabularyName: tokens.Bytes()}, nil
}

// explain adds to an error of shapes, or of tensors that are missing or left
// over, what the file says the sizes are or, if they are the model's, where
// names and layouts are said.
func (i *Import) explain(src mapping.Source, err error) error {
	var misfit *mapping.Misfit
	if !errors.As(err, &misfit) {
		return err
	}
	var sets []string
	found := i.Map.Found(src)
	m := i.Config.Model
	if e := found["embedding"]; len(e) == 1 && e[0] != m.Embedding {
		sets = append(sets, fmt.Sprintf("--set model.embedding=%d", e[0]))
	}
	if h := found["hidden"]; len(h) > 0 && !slices.Equal(h, m.Hidden) {
		sets = append(sets, "--set model.hidden="+strings.ReplaceAll(fmt.Sprint(h), " ", ","))
	}
	hint := ""
	if len(sets) > 0 {
		hint = fmt.Sprintf("\nthe file has other sizes than %s; say: %s", i.Preset, strings.Join(sets, " "))
	}
	if t := found["types"]; len(t) == 1 && misfit.Shapes {
		hint += fmt.Sprintf("\nthe file has %d types; their tokens are named with --vocab FILE, or by the data they came from", t[0])
	}
	if hint == "" && slices.Contains(mapping.Names(), i.Map.Name) {
		hint = fmt.Sprintf("\nif the file has other names or layouts, begin a mapping of your own with: iss show %s > mine.json", i.Map.Name)
	}
	return fmt.Errorf("%s: %w%s", i.File, err, hint)
}

// optionsOf are a cell's options, defaults included.
func optionsOf(p core.CellPlugin, given map[string]any) map[string]any {
	var schema struct {
		Properties map[string]struct {
			Default any `json:"default"`
		} `json:"properties"`
	}
	out := map[string]any{}
	if json.Unmarshal(p.Options, &schema) == nil {
		for name, o := range schema.Properties {
			out[name] = o.Default
		}
	}
	for name, v := range given {
		out[name] = v
	}
	return out
}

// numbers are the options that are numbers.
func numbers(options map[string]any) map[string]float64 {
	out := map[string]float64{}
	for name, v := range options {
		switch v := v.(type) {
		case float64:
			out[name] = v
		case int:
			out[name] = float64(v)
		case json.Number:
			if x, err := v.Float64(); err == nil {
				out[name] = x
			}
		}
	}
	return out
}

func sumOf(file string) (string, error) {
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
