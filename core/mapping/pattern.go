package mapping

import (
	"fmt"
	"regexp"
	"strings"
)

// pattern is a name in which {variable} stands for a number.
type pattern struct {
	vars []string
	re   *regexp.Regexp
}

var (
	variable = regexp.MustCompile(`\{[^{}]*\}`)
	word     = regexp.MustCompile(`^\{[a-z]+\}$`)
)

// compile reads a pattern.
func compile(name string) (*pattern, error) {
	p := &pattern{}
	var b strings.Builder
	b.WriteByte('^')
	at := 0
	for _, m := range variable.FindAllStringIndex(name, -1) {
		v := name[m[0]:m[1]]
		if !word.MatchString(v) {
			return nil, fmt.Errorf("%s is no variable; one is {layer}, in small letters", v)
		}
		b.WriteString(regexp.QuoteMeta(name[at:m[0]]))
		b.WriteString(`([0-9]{1,6})`)
		p.vars = append(p.vars, v[1:len(v)-1])
		at = m[1]
	}
	rest := name[at:]
	if strings.ContainsAny(variable.ReplaceAllString(name, ""), "{}") {
		return nil, fmt.Errorf("a brace of %q has no fellow", name)
	}
	b.WriteString(regexp.QuoteMeta(rest))
	b.WriteByte('$')
	re, err := regexp.Compile(b.String())
	if err != nil {
		return nil, err
	}
	p.re = re
	return p, nil
}

// match returns the values of the variables with which the pattern is name.
func (p *pattern) match(name string) (map[string]string, bool) {
	found := p.re.FindStringSubmatch(name)
	if found == nil {
		return nil, false
	}
	bound := map[string]string{}
	for i, v := range p.vars {
		if before, twice := bound[v]; twice && before != found[i+1] {
			return nil, false
		}
		bound[v] = found[i+1]
	}
	return bound, true
}

// fill puts values in the place of variables.
func fill(name string, bound map[string]string) string {
	return variable.ReplaceAllStringFunc(name, func(v string) string { return bound[v[1:len(v)-1]] })
}

// glob reports whether a name is of a form in which * stands for any text.
func glob(form, name string) bool {
	parts := strings.Split(form, "*")
	if len(parts) == 1 {
		return form == name
	}
	if !strings.HasPrefix(name, parts[0]) {
		return false
	}
	name = name[len(parts[0]):]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name = name[i+len(part):]
	}
	return strings.HasSuffix(name, parts[len(parts)-1])
}
