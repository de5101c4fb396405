package equation

// deepest is the nesting at which reading an expression stops.
const deepest = 100

// node is an expression as it was written.
type node struct {
	op   string // see below
	text string // of a name, a call or a quoted word
	num  float64
	col  int
	kids []*node
}

// Kinds of nodes beside the operators, which are named as kind spells them
// ("neg" and "not" have one operand).
const (
	opNumber = "number"
	opQuoted = "quoted"
	opTruth  = "truth" // num is 1 or 0
	opName   = "name"  // kids: indices
	opCall   = "call"
	opConcat = "concat"
	opSlice  = "slice" // operand, from, to, step; nil where left out
	opIf     = "if"    // condition, then, else
)

// assignment is a line: what it defines and how.
type assignment struct {
	targets []*node // names
	split   bool    // written in brackets: equal parts
	value   *node
}

// repeat is "d in FROM..TO", both ends included.
type repeat struct {
	name     string
	from, to *node
	col      int
}

// reader reads a line of tokens.
type reader struct {
	tokens []token
	depth  int
}

// reading runs f on the tokens of a text; f must come to the end.
func reading[T any](text string, f func(*reader) T) (out T, err *fault) {
	all, err := tokens(text)
	if err != nil {
		return out, err
	}
	defer func() {
		if p := recover(); p != nil {
			e, ok := p.(*fault)
			if !ok {
				panic(p)
			}
			err = e
		}
	}()
	r := &reader{tokens: all}
	out = f(r)
	if t := r.tokens[0]; t.kind != end {
		panic(faultf(t.col, "%s where the equation should end or an operator stand%s", t, advice(t)))
	}
	return out, nil
}

// parseExpr reads an expression.
func parseExpr(text string) (*node, *fault) { return reading(text, (*reader).expr) }

// parseName reads a name with its indices.
func parseName(text string) (*node, *fault) { return reading(text, (*reader).named) }

// parseAssignment reads an equation.
func parseAssignment(text string) (*assignment, *fault) {
	return reading(text, func(r *reader) *assignment {
		a := &assignment{}
		if r.take("[") {
			a.split = true
			a.targets = r.list("]", (*reader).named)
		} else {
			a.targets = []*node{r.named()}
		}
		r.want("=", "what follows defines the name before it")
		a.value = r.expr()
		return a
	})
}

// parseRepeat reads "d in 1..depth".
func parseRepeat(text string) (*repeat, *fault) {
	return reading(text, func(r *reader) *repeat {
		out := &repeat{name: r.word(), col: 1}
		if t := r.tokens[0]; t.kind != name || t.text != "in" {
			panic(faultf(t.col, "%s where \"in\" should be; a repetition is written d in 1..depth", t))
		}
		r.skip()
		out.from = r.sum()
		r.want("..", "a repetition is written d in 1..depth, both ends included")
		out.to = r.sum()
		return out
	})
}

func (t token) String() string {
	switch t.kind {
	case end:
		return "the end"
	case quoted:
		return "'" + t.text + "'"
	}
	return "\"" + t.text + "\""
}

// advice says what is usually meant by a token that cannot stand where it does.
func advice(t token) string {
	switch t.kind {
	case "=":
		return "; equal is written =="
	case name, number, "(":
		return "; a product is written with * (of matrices) or .* (element by element)"
	}
	return ""
}

func (r *reader) skip() token {
	t := r.tokens[0]
	if t.kind != end {
		r.tokens = r.tokens[1:]
	}
	return t
}

// take steps over an operator or a word if it is next.
func (r *reader) take(text string) bool {
	t := r.tokens[0]
	if t.kind == kind(text) || t.kind == name && t.text == text {
		r.skip()
		return true
	}
	return false
}

func (r *reader) want(k kind, why string) {
	if t := r.tokens[0]; t.kind != k {
		panic(faultf(t.col, "%s where %q should be; %s", t, string(k), why))
	}
	r.skip()
}

// word reads a name that is no word of the language.
func (r *reader) word() string {
	t := r.skip()
	if t.kind != name {
		panic(faultf(t.col, "%s where a name should be", t))
	}
	for _, w := range words {
		if t.text == w {
			panic(faultf(t.col, "%q is a word of the language, so it cannot be a name", w))
		}
	}
	return t.text
}

// enter goes one level deeper.
func (r *reader) enter() {
	if r.depth++; r.depth > deepest {
		panic(faultf(r.tokens[0].col, "nested more than %d deep; give a part a name of its own", deepest))
	}
}

func (r *reader) list(closing kind, item func(*reader) *node) []*node {
	out := []*node{item(r)}
	for r.take(",") {
		out = append(out, item(r))
	}
	r.want(closing, "it closes what was opened before")
	return out
}

// named reads a name and, in brackets behind it, its indices. Brackets with a
// colon are a slice and left alone.
func (r *reader) named() *node {
	n := &node{op: opName, col: r.tokens[0].col}
	n.text = r.word()
	if r.tokens[0].kind == "[" && !r.sliced() {
		r.skip()
		n.kids = r.list("]", (*reader).sum)
	}
	return n
}

// sliced reports whether the bracket that is next holds a colon of its own.
func (r *reader) sliced() bool {
	open := 0
	for _, t := range r.tokens {
		switch t.kind {
		case "[", "(":
			open++
		case "]", ")":
			if open--; open <= 0 {
				return false
			}
		case ":":
			if open == 1 {
				return true
			}
		}
	}
	return false
}

func (r *reader) expr() *node {
	r.enter()
	defer func() { r.depth-- }()
	n := r.chain(func() *node { return r.chain(r.negation, "and") }, "or")
	if t := r.tokens[0]; t.kind == name && t.text == "if" {
		r.skip()
		condition := r.chain(func() *node { return r.chain(r.negation, "and") }, "or")
		if t := r.tokens[0]; !r.take("else") {
			panic(faultf(t.col, "%s where \"else\" should be; a choice is written A if CONDITION else B", t))
		}
		return &node{op: opIf, col: t.col, kids: []*node{condition, n, r.expr()}}
	}
	return n
}

// chain reads operands joined by operators of one rank, from the left.
func (r *reader) chain(operand func() *node, operators ...string) *node {
	n := operand()
	for {
		t := r.tokens[0]
		found := ""
		for _, o := range operators {
			if t.kind == kind(o) || t.kind == name && t.text == o {
				found = o
			}
		}
		if found == "" {
			return n
		}
		r.skip()
		n = &node{op: found, col: t.col, kids: []*node{n, operand()}}
	}
}

func (r *reader) negation() *node {
	r.enter()
	defer func() { r.depth-- }()
	if t := r.tokens[0]; r.take("not") {
		return &node{op: "not", col: t.col, kids: []*node{r.negation()}}
	}
	n := r.sum()
	for _, o := range []string{"==", "!=", "<=", ">=", "<", ">"} {
		if t := r.tokens[0]; r.take(o) {
			return &node{op: o, col: t.col, kids: []*node{n, r.sum()}}
		}
	}
	return n
}

func (r *reader) sum() *node {
	return r.chain(func() *node { return r.chain(r.sign, "*", ".*", "/") }, "+", "-")
}

func (r *reader) sign() *node {
	r.enter()
	defer func() { r.depth-- }()
	if t := r.tokens[0]; r.take("-") {
		return &node{op: "neg", col: t.col, kids: []*node{r.sign()}}
	}
	n := r.primary()
	for r.tokens[0].kind == "[" {
		n = r.slice(n)
	}
	return n
}

// slice reads [from:to] or [from:to:step] behind an operand.
func (r *reader) slice(of *node) *node {
	n := &node{op: opSlice, col: r.skip().col, kids: []*node{of, nil, nil, nil}}
	for i := 1; i <= 3; i++ {
		if k := r.tokens[0].kind; k != ":" && k != "]" {
			n.kids[i] = r.sum()
		}
		if i == 3 || r.tokens[0].kind == "]" {
			if i == 1 {
				panic(faultf(n.col, "an index of something that has no name; a slice is written z[FROM:TO]"))
			}
			break
		}
		r.want(":", "a slice is written z[FROM:TO] or z[FROM:TO:STEP]")
	}
	r.want("]", "a slice is written z[FROM:TO] or z[FROM:TO:STEP]")
	return n
}

func (r *reader) primary() *node {
	switch t := r.tokens[0]; {
	case t.kind == number:
		r.skip()
		return &node{op: opNumber, num: t.num, col: t.col}
	case t.kind == quoted:
		r.skip()
		return &node{op: opQuoted, text: t.text, col: t.col}
	case r.take("("):
		n := r.expr()
		r.want(")", "it closes what was opened before")
		return n
	case r.take("["):
		return &node{op: opConcat, col: t.col, kids: r.list("]", (*reader).expr)}
	case r.take("true"):
		return &node{op: opTruth, num: 1, col: t.col}
	case r.take("false"):
		return &node{op: opTruth, col: t.col}
	case t.kind != name:
		panic(faultf(t.col, "%s where a name, a number or a bracket should be", t))
	case r.tokens[1].kind == "(":
		text := r.word()
		r.skip()
		n := &node{op: opCall, text: text, col: t.col}
		if !r.take(")") {
			n.kids = r.list(")", (*reader).expr)
		}
		return n
	}
	return r.named()
}
