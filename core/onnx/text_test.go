package onnx_test

import (
	"bytes"
	"flag"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/onnx"
)

var update = flag.Bool("update", false, "rewrite the expected files")

// message is a protocol buffer that was read: values by field.
type message map[protowire.Number][]any

// parse reads a protocol buffer without knowing what it is.
func parse(t *testing.T, b []byte) message {
	t.Helper()
	m := message{}
	for len(b) > 0 {
		field, kind, n := protowire.ConsumeTag(b)
		require.Greater(t, n, 0)
		b = b[n:]
		switch kind {
		case protowire.VarintType:
			v, n := protowire.ConsumeVarint(b)
			require.Greater(t, n, 0)
			m[field], b = append(m[field], int64(v)), b[n:]
		case protowire.Fixed32Type:
			v, n := protowire.ConsumeFixed32(b)
			require.Greater(t, n, 0)
			m[field], b = append(m[field], math.Float32frombits(v)), b[n:]
		default:
			v, n := protowire.ConsumeBytes(b)
			require.Greater(t, n, 0)
			m[field], b = append(m[field], v), b[n:]
		}
	}
	return m
}

func (m message) text(field protowire.Number) string {
	if len(m[field]) == 0 {
		return ""
	}
	return string(m[field][0].([]byte))
}

func (m message) texts(field protowire.Number) string {
	var out []string
	for _, v := range m[field] {
		out = append(out, string(v.([]byte)))
	}
	return strings.Join(out, ", ")
}

// print writes a GraphProto as text, by the numbers of onnx.proto.
func print(t *testing.T, b *strings.Builder, graph []byte, indent string) {
	g := parse(t, graph)
	for _, kind := range []struct {
		word  string
		field protowire.Number
	}{{"in ", 11}, {"out", 12}} {
		for _, v := range g[kind.field] {
			info := parse(t, v.([]byte))
			tensor := parse(t, parse(t, info[2][0].([]byte))[1][0].([]byte))
			var dims []string
			for _, d := range parse(t, tensor[2][0].([]byte))[1] {
				dim := parse(t, d.([]byte))
				if dim[1] != nil {
					dims = append(dims, fmt.Sprint(dim[1][0]))
				} else {
					dims = append(dims, dim.text(2))
				}
			}
			fmt.Fprintf(b, "%s%s %s type %v [%s]\n", indent, kind.word, info.text(1), tensor[1][0], strings.Join(dims, ", "))
		}
	}
	for _, v := range g[5] {
		w := parse(t, v.([]byte))
		fmt.Fprintf(b, "%sweight %s type %v %v", indent, w.text(8), w[2][0], w[1])
		if w[7] != nil {
			fmt.Fprintf(b, " = %v", w[7])
		} else if raw := w[9][0].([]byte); len(raw) == 4 {
			bits, _ := protowire.ConsumeFixed32(raw)
			fmt.Fprintf(b, " = %v", math.Float32frombits(bits))
		} else {
			fmt.Fprintf(b, " sum %08x", crc32.ChecksumIEEE(raw))
		}
		b.WriteByte('\n')
	}
	for _, v := range g[1] {
		n := parse(t, v.([]byte))
		fmt.Fprintf(b, "%s%s = %s(%s)", indent, n.texts(2), n.text(4), n.texts(1))
		var body []byte
		for _, v := range n[5] {
			a := parse(t, v.([]byte))
			switch a[20][0] {
			case int64(2):
				fmt.Fprintf(b, " %s=%v", a.text(1), a[3][0])
			case int64(3):
				fmt.Fprintf(b, " %s=%s", a.text(1), a.text(4))
			case int64(5):
				body = a[6][0].([]byte)
			case int64(7):
				fmt.Fprintf(b, " %s=%v", a.text(1), a[8])
			case int64(8):
				fmt.Fprintf(b, " %s=%s", a.text(1), a.texts(9))
			default:
				t.Errorf("attribute %s is of type %v", a.text(1), a[20][0])
			}
		}
		b.WriteByte('\n')
		if body != nil {
			print(t, b, body, indent+"    ")
		}
	}
}

// What is written is as it was when it was last looked at: operators, gates,
// axes, states. testdata/NAME.txt; -update rewrites them.
func TestFiles(t *testing.T) {
	for _, f := range []struct {
		file string
		kind kind
	}{
		{"lstm", kind{cells.LSTM, `{}`, "LSTM"}},
		{"lstm-peepholes", kind{cells.LSTM, `{"peepholes": true}`, "LSTM"}},
		{"gru", kind{cells.GRU, `{}`, "GRU"}},
		{"gru-after", kind{cells.GRU, `{"reset": "after"}`, "GRU"}},
		{"rnn-relu", kind{cells.RNN, `{"activation": "relu"}`, "RNN"}},
		{"rhn", kind{cells.RHN, `{"depth": 2}`, ""}},
	} {
		g := build(t, f.kind, f.file == "rnn-relu", f.file == "gru")
		c := of(t, caseOf(f.file, g), f.kind.claims())
		m, err := onnx.Export(c.Graph, c.Weights, c.Options)
		require.NoError(t, err)
		m.Doc = "a test"
		var file bytes.Buffer
		require.NoError(t, m.Write(&file))
		model := parse(t, file.Bytes())
		assert.Equal(t, []any{int64(8)}, model[1], "IR version")
		assert.Equal(t, "iss", model.text(2))
		assert.Equal(t, []any{int64(17)}, parse(t, model[8][0].([]byte))[2], "opset")
		var got strings.Builder
		print(t, &got, model[7][0].([]byte), "")
		path := filepath.Join("testdata", f.file+".txt")
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(got.String()), 0o666))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, string(want), got.String(), f.file)
	}
}

// A claim that is not true of the step is not used, and the reason is told.
func TestFalseClaims(t *testing.T) {
	truth := func(p core.CellPlugin, options string) *core.Operator {
		return kind{p, options, ""}.claims()[0]
	}
	swapped := truth(cells.LSTM, `{}`)
	swapped.Gates["i"], swapped.Gates["f"] = swapped.Gates["f"], swapped.Gates["i"]
	unbiased := truth(cells.LSTM, `{}`)
	f := unbiased.Gates["f"]
	f.Add = 0
	unbiased.Gates["f"] = f
	turned := truth(cells.GRU, `{}`)
	turned.Gates["z"], turned.Gates["r"] = turned.Gates["r"], turned.Gates["z"]
	silent := truth(cells.LSTM, `{}`)
	for letter, g := range silent.Gates {
		g.Bias = ""
		silent.Gates[letter] = g
	}
	for _, c := range []struct {
		name  string
		kind  kind
		claim *core.Operator
		want  string
	}{
		{"gates swapped", kind{cells.LSTM, `{}`, ""}, swapped, "claimed to be the operator LSTM, but its"},
		{"no forget bias", kind{cells.LSTM, `{}`, ""}, unbiased, "claimed to be the operator LSTM, but its"},
		{"update and reset swapped", kind{cells.GRU, `{}`, ""}, turned, "claimed to be the operator GRU, but its"},
		{"no biases", kind{cells.LSTM, `{}`, ""}, silent, "does not read its parameter basic_lstm_cell/biases"},
		{"another activation", kind{cells.RNN, `{"activation": "relu"}`, ""}, truth(cells.RNN, `{}`), "claimed to be the operator RNN, but its"},
		{"another cell", kind{cells.RHN, `{}`, ""}, truth(cells.RNN, `{}`), "it has no state h"},
		{"other parameters", kind{cells.GRU, `{}`, ""}, truth(cells.RNN, `{}`), "it has no parameter basic_rnn_cell/weights [8 5]"},
		{"too few states", kind{cells.LSTM, `{}`, ""}, truth(cells.RNN, `{}`), "it has 2 states, an operator RNN has 1"},
		{"another form", kind{cells.GRU, `{"reset": "after"}`, ""}, truth(cells.GRU, `{}`), "it has no parameter gru_cell/candidate/weights"},
	} {
		for _, w := range ways {
			g := build(t, c.kind, w.reverse, w.lengths)
			e := of(t, caseOf(c.name, g), []*core.Operator{c.claim})
			m, err := onnx.Export(e.Graph, e.Weights, e.Options)
			require.NoError(t, err, c.name)
			assert.Nil(t, m.Layers[0].Operator, "%s, %s", c.name, w.name)
			assert.Contains(t, m.Layers[0].Reason, c.want, c.name)
		}
	}
}
