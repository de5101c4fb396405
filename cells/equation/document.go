package equation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"

	"github.com/seed391906a2/iss/schemas"
)

// document is a cell as it is written. schemas/cell says what each field means.
type document struct {
	Name       string            `json:"name"`
	Doc        string            `json:"doc"`
	Source     string            `json:"source"`
	Options    map[string]option `json:"options"`
	Parameters []parameter       `json:"parameters"`
	States     []state           `json:"states"`
	Masks      []mask            `json:"masks"`
	Lines      []line            `json:"equations"`
}

type option struct {
	Title            string   `json:"title,omitempty"`
	Description      string   `json:"description,omitempty"`
	Type             string   `json:"type"`
	Default          any      `json:"default"`
	Minimum          *float64 `json:"minimum,omitempty"`
	Maximum          *float64 `json:"maximum,omitempty"`
	ExclusiveMinimum *float64 `json:"exclusiveMinimum,omitempty"`
	ExclusiveMaximum *float64 `json:"exclusiveMaximum,omitempty"`
	Enum             []string `json:"enum,omitempty"`
}

type parameter struct {
	Name    expr     `json:"name"`
	Stored  string   `json:"stored"`
	Shape   exprs    `json:"shape"`
	Columns []column `json:"columns"`
	Init    expr     `json:"init"`
	For     loop     `json:"for"`
	If      expr     `json:"if"`
}

type column struct {
	Name, From, To expr
}

type state struct {
	Name    expr    `json:"name"`
	Size    expr    `json:"size"`
	Initial float64 `json:"initial"`
}

type mask struct {
	Name  expr   `json:"name"`
	Place string `json:"place"`
	Size  expr   `json:"size"`
	Every string `json:"every"`
}

// line is an equation, or several that are repeated or on a condition.
type line struct {
	For       loop       `json:"for"`
	If        expr       `json:"if"`
	Equations []equation `json:"equations"`
	alone     bool       // not in a list of its own
}

type equation struct {
	*assignment
	at string // pointer
}

// expr is an expression in a document; its node is nil if it is not there or
// has a fault.
type expr struct {
	*node
	text  string
	at    string // pointer
	alone bool   // a shape that is no list
}

// exprs are the sizes of a shape; a text alone is a shape of one axis.
type exprs []expr

// loop is a repetition in a document, or nil.
type loop struct {
	*repeat
	text string
	at   string
}

// UnmarshalJSON reads a text or a number.
func (e *expr) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		return json.Unmarshal(text, &e.text)
	}
	e.text = string(text)
	return nil
}

// UnmarshalJSON reads one size or a list of them.
func (e *exprs) UnmarshalJSON(text []byte) error {
	if text[0] == '[' {
		return json.Unmarshal(text, (*[]expr)(e))
	}
	*e = exprs{{alone: true}}
	return (*e)[0].UnmarshalJSON(text)
}

// UnmarshalJSON reads a text.
func (l *loop) UnmarshalJSON(text []byte) error { return json.Unmarshal(text, &l.text) }

// UnmarshalJSON reads a name, or an object with its range.
func (c *column) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		return c.Name.UnmarshalJSON(text)
	}
	type plain column
	return json.Unmarshal(text, (*plain)(c))
}

// UnmarshalJSON reads an equation's text; it is parsed with the document.
func (e *equation) UnmarshalJSON(text []byte) error {
	e.assignment = &assignment{}
	return json.Unmarshal(text, &e.at)
}

// UnmarshalJSON reads an equation, or an object with several.
func (l *line) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		l.alone, l.Equations = true, make([]equation, 1)
		return l.Equations[0].UnmarshalJSON(text)
	}
	type plain line
	return json.Unmarshal(text, (*plain)(l))
}

// schema is schemas/cell.
var schema = sync.OnceValues(func() (*schemas.Schema, error) {
	text, err := schemas.Source("cell")
	if err != nil {
		return nil, err
	}
	return schemas.Compile(text)
})

// checkSchema tells what the schema says against a value that schemas.Parse made.
func checkSchema(value any) schemas.Faults {
	s, err := schema()
	if err != nil {
		return schemas.Faults{{Message: err.Error()}}
	}
	return s.CheckValue(value)
}

// decode reads the JSON of a value that has the form of the schema, and all
// expressions in it. Its faults have pointers.
func decode(text []byte) (*document, schemas.Faults) {
	d := &document{}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, schemas.Faults{{Message: err.Error()}}
	}
	p := &parser{}
	p.document(d)
	return d, p.faults
}

// parser parses the expressions of a document.
type parser struct{ faults schemas.Faults }

func (p *parser) fault(at string, f *fault) {
	p.faults = append(p.faults, schemas.Fault{Pointer: at, Message: f.Error()})
}

// read parses an expression, if there is one, with f.
func (p *parser) read(e *expr, f func(string) (*node, *fault), path ...any) {
	e.at = schemas.Pointer(path...)
	if e.text == "" {
		return
	}
	n, err := f(e.text)
	if err != nil {
		p.fault(e.at, err)
		return
	}
	e.node = n
}

func (p *parser) loop(l *loop, path ...any) {
	l.at = schemas.Pointer(path...)
	if l.text == "" {
		return
	}
	r, err := parseRepeat(l.text)
	if err != nil {
		p.fault(l.at, err)
		return
	}
	l.repeat = r
}

func (p *parser) document(d *document) {
	for i := range d.Parameters {
		q := &d.Parameters[i]
		at := func(rest ...any) []any { return append([]any{"parameters", i}, rest...) }
		p.read(&q.Name, parseName, at("name")...)
		for k := range q.Shape {
			if q.Shape[k].alone {
				p.read(&q.Shape[k], parseExpr, at("shape")...)
				continue
			}
			p.read(&q.Shape[k], parseExpr, at("shape", k)...)
		}
		for k := range q.Columns {
			c := &q.Columns[k]
			p.read(&c.Name, parseName, at("columns", k)...)
			p.read(&c.From, parseExpr, at("columns", k, "from")...)
			p.read(&c.To, parseExpr, at("columns", k, "to")...)
		}
		p.read(&q.Init, parseExpr, at("init")...)
		p.loop(&q.For, at("for")...)
		p.read(&q.If, parseExpr, at("if")...)
	}
	for i := range d.States {
		p.read(&d.States[i].Name, parseName, "states", i, "name")
		p.read(&d.States[i].Size, parseExpr, "states", i, "size")
	}
	for i := range d.Masks {
		p.read(&d.Masks[i].Name, parseName, "masks", i, "name")
		p.read(&d.Masks[i].Size, parseExpr, "masks", i, "size")
	}
	for i := range d.Lines {
		p.line(&d.Lines[i], i)
	}
}

func (p *parser) line(l *line, i int) {
	p.loop(&l.For, "equations", i, "for")
	p.read(&l.If, parseExpr, "equations", i, "if")
	for k := range l.Equations {
		e := &l.Equations[k]
		text := e.at
		e.at = schemas.Pointer("equations", i)
		if !l.alone {
			e.at = schemas.Pointer("equations", i, "equations", k)
		}
		a, err := parseAssignment(text)
		if err != nil {
			p.fault(e.at, err)
			e.assignment = nil
			continue
		}
		e.assignment = a
	}
}

// optionSchema is the JSON Schema of the options.
func (d *document) optionSchema() []byte {
	properties := d.Options
	if properties == nil {
		properties = map[string]option{}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(struct {
		Type       string            `json:"type"`
		Properties map[string]option `json:"properties"`
		Additional bool              `json:"additionalProperties"`
	}{"object", properties, false})
	if err != nil {
		panic(fmt.Errorf("equation: %w", err)) // read from JSON
	}
	return b.Bytes()
}

// display writes a number as people do.
func display(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
