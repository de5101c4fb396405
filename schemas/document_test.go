package schemas_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed391906a2/iss/schemas"
)

func TestParse(t *testing.T) {
	d, err := schemas.Parse("a.json", []byte("\ufeff {\"a\": [1, -2.5e-3, true, false, null, \"\\u00e9\\n\\ud83d\\ude00\"], \"b\": {}, \"\": []}\r\n"))
	require.NoError(t, err)
	assert.Equal(t, map[string]any{
		"a": []any{json.Number("1"), json.Number("-2.5e-3"), true, false, nil, "é\n😀"},
		"b": map[string]any{},
		"":  []any{},
	}, d.Value)
}

func TestParseNumbers(t *testing.T) {
	tests := []struct{ given, want string }{
		{"0", "0"}, {"-0", "0"}, {"0.00", "0"}, {"0e999999999", "0"}, {"20.0", "20"}, {"1e3", "1000"}, {"-12.50E+1", "-125"},
		{"1e300", "1e300"}, {"1.00000000000000000001", "1.00000000000000000001"}, {"0.5", "0.5"},
		{"18446744073709551615", "18446744073709551615"}, {"5e-324", "5e-324"},
	}
	for _, tt := range tests {
		t.Run(tt.given, func(t *testing.T) {
			d, err := schemas.Parse("", []byte(tt.given))
			require.NoError(t, err)
			assert.Equal(t, json.Number(tt.want), d.Value)
		})
	}
}

func TestParseFaults(t *testing.T) {
	deep := strings.Repeat("[", 201) + strings.Repeat("]", 201)
	tests := []struct{ name, text, want string }{
		{"empty", "", "f:1:1: not JSON: there is no JSON in it"},
		{"blank", "\n \t\n", "f:3:1: not JSON: there is no JSON in it"},
		{"trailing text", "{}\n{}", "f:2:1: not JSON: text after the end of the document"},
		{"trailing comma", "{\"a\": 1,\n}", "f:1:8: not JSON: a comma with nothing after it; delete it"},
		{"missing comma", "[1 2]", "f:1:4: not JSON: '2' where a comma or ] should be"},
		{"missing colon", `{"a" 1}`, `f:1:6: not JSON: '1' where the : after "a" should be`},
		{"unclosed", `{"a": [1`, "f:1:9 /a: not JSON: the text ends before its closing ]"},
		{"nothing after colon", `{"a":`, "f:1:6 /a: not JSON: the text ends where a value should be"},
		{"bare word", `{"a": lstm}`, "f:1:7 /a: not JSON: 'l' where a value should be; text needs double quotes"},
		{"longer than true", `[trueish]`, "f:1:2 /0: not JSON: true is followed by 'i'; text needs double quotes"},
		{"single quotes", `{'a': 1}`, `f:1:2: not JSON: '\'' where a field's name in double quotes should be; JSON has double quotes only`},
		{"comment", "{\n// sizes\n}", "f:2:1: not JSON: '/' where a field's name in double quotes should be; JSON has no comments"},
		{"open string", "[\"a\n\"]", "f:1:2 /0: not JSON: a string goes on past the end of its line; close it or write \\n"},
		{"string to the end", `["a`, "f:1:2 /0: not JSON: the text ends inside a string"},
		{"backslash at the end", `["a\`, "f:1:4 /0: not JSON: the text ends inside a string"},
		{"control character", "[\"a\x01\"]", "f:1:4 /0: not JSON: control character 0x01 in a string; write \\u0001"},
		{"windows path", `["C:\data"]`, `f:1:5 /0: not JSON: a backslash before 'd'; a backslash itself is \\`},
		{"bad hex", `["\u12g4"]`, `f:1:3 /0: not JSON: \u needs four hexadecimal digits`},
		{"half a pair", `["\ud800x"]`, `f:1:3 /0: not JSON: \ud800 is half of a surrogate pair`},
		{"second half first", `["\udc00\ud800"]`, `f:1:3 /0: not JSON: \udc00 is half of a surrogate pair`},
		{"utf-8", "[\"é\", \"\xff\"]", "f:1:8: not JSON: byte 0xff is not UTF-8; save the file as UTF-8"},
		{"utf-16", "\xff\xfe{\x00}\x00", "f:1:1: not JSON: the text is UTF-16; save it as UTF-8"},
		{"leading zero", "[01]", "f:1:2 /0: not JSON: a number may not begin with 0"},
		{"leading point", "[.5]", "f:1:2 /0: not JSON: '.' where a value should be; a number begins with a digit or a minus"},
		{"bare minus", "[-]", "f:1:2 /0: not JSON: ']' where a digit should be"},
		{"trailing point", "[5.]", "f:1:2 /0: not JSON: a number needs digits after its point"},
		{"empty exponent", "[5e]", "f:1:2 /0: not JSON: a number needs digits after its e"},
		{"hexadecimal", "[0x10]", "f:1:2 /0: not JSON: 'x' in a number"},
		{"NaN", "[NaN]", "f:1:2 /0: not JSON: 'N' where a value should be; text needs double quotes"},
		{"deep", deep, "f:1:201 " + strings.Repeat("/0", 200) + ": not JSON: nested more than 200 deep"},
		{"two of a name", "{\"a\": 1,\n \"é\": {\"b\": 0,  \"b\": 1}, \"a\": 2}", "f:2:17 /é/b: the field is there twice; the first is in line 2\nf:2:26 /a: the field is there twice; the first is in line 1"},
		{"two of a name, one escaped", `{"a": 1, "\u0061": 2}`, "f:1:10 /a: the field is there twice; the first is in line 1"},
		{"huge", "[1e309, -1e999999999]", "f:1:2 /0: 1e309 is larger than a 64-bit float can be (about 1.8e308)\nf:1:9 /1: -1e999999999 is larger than a 64-bit float can be (about 1.8e308)"},
		{"tiny", "[1e-999999999]", "f:1:2 /0: 1e-999999999 is smaller than a 64-bit float can be (about 5e-324)"},
		{"long", "[" + strings.Repeat("1", 101) + "]", "f:1:2 /0: a number of 101 characters; at most 100 are read"},
		{"pointer is escaped", `{"a/b~": {"c": 1e999}}`, "f:1:16 /a~1b~0/c: 1e999 is larger than a 64-bit float can be (about 1.8e308)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := schemas.Parse("f", []byte(tt.text))
			assert.Nil(t, d)
			require.EqualError(t, err, tt.want)
		})
	}
}

func TestParseStopsAfterTooManyFaults(t *testing.T) {
	text := "{" + strings.Repeat(`"a":1,`, 200_000) + `"a":1}`
	_, err := schemas.Parse("f", []byte(text))
	var faults schemas.Faults
	require.ErrorAs(t, err, &faults)
	assert.LessOrEqual(t, len(faults), 1001)
}

func TestLocate(t *testing.T) {
	text := []byte("{\n  \"é\": [10, {\"b\": 20}],\n  \"a/b\": {\"\": 30}\n}")
	tests := []struct {
		name, pointer string
		line, col     int
	}{
		{"document", "", 1, 1},
		{"columns are characters", "/é", 2, 8},
		{"item", "/é/0", 2, 9},
		{"field of an item", "/é/1/b", 2, 19},
		{"escaped", "/a~1b", 3, 10},
		{"empty name", "/a~1b/", 3, 15},
		{"missing: what is around it", "/é/1/c/d", 2, 13},
		{"past the end", "/é/2", 2, 8},
		{"negative", "/é/-1", 2, 8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			line, col := schemas.Locate(text, tt.pointer)
			assert.Equal(t, [2]int{tt.line, tt.col}, [2]int{line, col})
		})
	}
	line, col := schemas.Locate([]byte("{"), "/a")
	assert.Equal(t, [2]int{1, 1}, [2]int{line, col}, "not JSON")
}

func TestDocumentFault(t *testing.T) {
	d, err := schemas.Parse("g.json", []byte(`{"groups": [{"start": 4, "end": 2}]}`))
	require.NoError(t, err)
	at := schemas.Pointer("groups", 0, "end")
	assert.True(t, d.Has(at))
	assert.False(t, d.Has("/groups/1"))
	assert.EqualError(t, d.Fault(at, "must be more than start %d, is %d", 4, 2),
		"g.json:1:33 /groups/0/end: must be more than start 4, is 2")

	var v struct{ Groups []struct{ Start, End int } }
	require.NoError(t, d.Decode(&v))
	assert.Equal(t, 2, v.Groups[0].End)
	assert.Panics(t, func() { schemas.Pointer(1.5) })
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	_, err := schemas.ReadFile(filepath.Join(dir, "none.json"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = schemas.ReadFile(dir)
	require.Error(t, err)

	big := filepath.Join(dir, "big.json")
	f, err := os.Create(big)
	require.NoError(t, err)
	require.NoError(t, f.Truncate(schemas.MaxSize+1))
	require.NoError(t, f.Close())
	_, err = schemas.ReadFile(big)
	require.ErrorContains(t, err, "big.json is larger than 67108864 bytes")
}

// What Locate points at is the value that the pointer means.
func TestLocateFindsEveryValue(t *testing.T) {
	leaf := rapid.OneOf(rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.IntRange(-9, 9).AsAny(), rapid.StringMatching(`[aé/~"\n]{0,3}`).AsAny())
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		if depth == 0 {
			return leaf
		}
		name := rapid.StringMatching(`[aé/~"0]{0,2}`)
		return rapid.OneOf(leaf,
			rapid.SliceOfN(value(depth-1), 0, 3).AsAny(),
			rapid.MapOfN(name, value(depth-1), 0, 3).AsAny())
	}
	rapid.Check(t, func(t *rapid.T) {
		v := value(3).Draw(t, "value")
		indent := rapid.SampledFrom([]string{"", " ", "\n"}).Draw(t, "indent")
		text, err := json.MarshalIndent(v, "", indent)
		require.NoError(t, err)
		d, err := schemas.Parse("", text)
		require.NoError(t, err)
		lines := bytes.Split(text, []byte("\n"))
		var check func(v any, pointer string)
		check = func(v any, pointer string) {
			line, col := d.Locate(pointer)
			rest := string([]rune(string(lines[line-1]))[col-1:]) + "\n" + string(bytes.Join(lines[line:], []byte("\n")))
			var got any
			decoder := json.NewDecoder(strings.NewReader(rest))
			decoder.UseNumber()
			require.NoError(t, decoder.Decode(&got), "%s in %s", pointer, text)
			require.Equal(t, v, got)
			switch v := v.(type) {
			case []any:
				for i := range v {
					check(v[i], pointer+schemas.Pointer(i))
				}
			case map[string]any:
				for k := range v {
					check(v[k], pointer+schemas.Pointer(k))
				}
			}
		}
		check(d.Value, "")
	})
}

// Parse accepts nothing that encoding/json does not, and refuses what it
// accepts for the documented reasons only.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"a": [1, 2.5, -3e2], "b": {"c": null}}`, "\ufeff[]", `"\ud83d\ude00"`, `{"a":1,"a":2}`, `[1e999]`, `nul`,
		`{"a":1,}`, "\"\xff\"", `[[[[]]]]`, `-0`, `1 2`, `"\`, `{"`, `[-`, `1.`, `1e+`, `"\u12`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := schemas.Parse("f", text)
		plain := bytes.TrimPrefix(text, []byte("\ufeff"))
		if err == nil {
			var want any
			require.NoError(t, json.Unmarshal(plain, &want))
			var got any
			require.NoError(t, d.Decode(&got))
			require.Equal(t, want, got)
			return
		}
		if json.Valid(plain) {
			reasons := []string{"twice", "64-bit float", "characters; at most", "not UTF-8", "half of a surrogate", "nested more", "UTF-16"}
			found := false
			for _, reason := range reasons {
				found = found || strings.Contains(err.Error(), reason)
			}
			require.True(t, found, "%q: %v", text, err)
		}
	})
}
