package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// The primitives: functions that exist for every level, as name512, name256
// and, in plain Go, nameGo. Kernel code calls the name alone.
const (
	sigVM           = "vm(n int, code *Ins, count int, ptr **float32)"
	sigTile         = "tile(h, k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, acc bool, bias *float32, cols int, ahead *float32)"
	sigTilePacked   = "tilePacked(h, k int, a, b *float32, ldb int, c *float32, ldc int, acc bool, bias *float32, cols int)"
	sigCopyNarrow   = "copyNarrow(dst *float32, ds int, src *float32, ld, rows, cols int)"
	sigCopyPanel    = "copyPanel(dst *float32, nr int, src *float32, ld, rows, cols int)"
	sigTranspose    = "transpose(dst *float32, ds int, src *float32, ld, rows, cols int)"
	sigAxpy         = "axpy(n int, y, x *float32, a float32)"
	sigScale        = "scale(n int, x *float32, a float32)"
	sigAddScaled    = "addScaled(n int, y, w, colc *float32, a float32)"
	sigSum          = "sum(n int, x *float32) float64"
	sigSumSq        = "sumSq(n int, x *float32) float64"
	sigDot          = "dot(n int, x, y *float32) float64"
	sigDots         = "dots(n int, dst, x, a *float32, ld int)"
	sigMaxOf        = "maxOf(n int, x *float32) float32"
	sigExpSum       = "expSum(n int, x *float32, m float32) float64"
	sigSumExp       = "sumExp(n int, x *float32, m float32) float64"
	sigThreshold    = "threshold(n int, x *float32, tau float32) int"
	sigColSum       = "colSum(n int, dst, x *float32, ld, rows int)"
	sigSqColSum     = "sqColSum(n int, dst, x *float32, ld, rows int)"
	sigMultiplyAdds = "multiplyAdds(n int)"
	sigSparseRow    = "sparseRow(n int, y *float32, cols *int32, vals, x *float32, ld int)"
	sigTileHeight   = "(k int, a *float32, lda int, b *float32, c *float32, ldc int, acc bool, bias *float32, cols int, ahead *float32)"
)

var primitives = []string{
	sigVM, sigTile, sigTilePacked, sigCopyNarrow, sigCopyPanel, sigTranspose, sigAxpy, sigScale, sigAddScaled, sigSum, sigSumSq, sigDot,
	sigDots, sigMaxOf, sigExpSum, sigSumExp, sigThreshold, sigColSum, sigSqColSum,
	sigMultiplyAdds, sigSparseRow,
}

// function is a parsed signature with the places of its arguments on the stack
// (Go's ABI0: in order, each aligned to its size, the result to 8 bytes).
type function struct {
	name, rest string
	params     []param // the result last, named ret
	results    int
	size       int
}

type param struct {
	name, move string
	offset     int
}

func (f function) arg(k int) string {
	return fmt.Sprintf("%s+%d(FP)", f.params[k].name, f.params[k].offset)
}

// call returns the call of name with the function's own parameters.
func (f function) call(name string) string {
	var names []string
	for _, p := range f.params[:len(f.params)-f.results] {
		names = append(names, p.name)
	}
	call := name + "(" + strings.Join(names, ", ") + ")"
	if f.results > 0 {
		return "return " + call
	}
	return call
}

func parse(signature string) function {
	file, err := parser.ParseFile(token.NewFileSet(), "", "package p; func "+signature, 0)
	if err != nil {
		panic("gen: " + signature + ": " + err.Error())
	}
	decl := file.Decls[0].(*ast.FuncDecl)
	name := decl.Name.Name
	f := function{name: name, rest: strings.TrimPrefix(signature, name)}
	for _, field := range decl.Type.Params.List {
		for _, n := range field.Names {
			f.add(n.Name, field.Type)
		}
	}
	if decl.Type.Results != nil {
		f.size = (f.size + 7) &^ 7
		f.add("ret", decl.Type.Results.List[0].Type)
		f.results = 1
	}
	return f
}

func (f *function) add(name string, t ast.Expr) {
	w := width(t)
	f.size = (f.size + w - 1) &^ (w - 1)
	move := map[int]string{1: "MOVBLZX", 4: "MOVL", 8: "MOVQ"}[w]
	f.params = append(f.params, param{name, move, f.size})
	f.size += w
}

func width(t ast.Expr) int {
	if id, ok := t.(*ast.Ident); ok {
		switch id.Name {
		case "bool":
			return 1
		case "float32":
			return 4
		}
	}
	return 8
}

// declarations writes the Go side for amd64: the assembler functions of both
// levels and the switch between them.
func declarations() string {
	var b strings.Builder
	b.WriteString(header + "package kernel\n")
	for _, s := range []isa{avx512, avx2} {
		for _, packed := range []bool{false, true} {
			declareTiles(&b, s, packed)
		}
	}
	for _, sig := range primitives {
		f := parse(sig)
		calls := map[string]string{}
		for _, s := range []isa{avx512, avx2} {
			calls[s.level] = f.call(f.name + s.suffix)
			switch sig {
			case sigTile:
				calls[s.level] = fmt.Sprintf("tiles%s[h](k, a, lda, b, c, ldc, acc, bias, cols, ahead)", s.suffix)
				continue
			case sigTilePacked:
				calls[s.level] = fmt.Sprintf("tilesPacked%s[h](k, a, h, b, c, ldc, acc, bias, cols, b)", s.suffix)
				continue
			}
			declare(&b, f.name+s.suffix+f.rest)
		}
		fmt.Fprintf(&b, "\nfunc %s {\n\tswitch active {\n", sig)
		for _, s := range []isa{avx512, avx2} {
			fmt.Fprintf(&b, "\tcase %s:\n\t\t%s\n", s.level, calls[s.level])
		}
		if f.results > 0 {
			fmt.Fprintf(&b, "\t}\n\t%s\n}\n", f.call(f.name+"Go"))
		} else {
			fmt.Fprintf(&b, "\tdefault:\n\t\t%s\n\t}\n}\n", f.call(f.name+"Go"))
		}
	}
	return b.String()
}

// tileName is tile14x, or tile14p for packed A, to which the level adds its width
// in bits.
func tileName(h int, packed bool) string {
	if packed {
		return fmt.Sprintf("tile%dp", h)
	}
	return fmt.Sprintf("tile%dx", h)
}

// declareTiles declares the tiles of a level and a table of them by height.
func declareTiles(b *strings.Builder, s isa, packed bool) {
	var names []string
	for h := 1; h <= s.mr; h++ {
		names = append(names, tileName(h, packed)+s.suffix)
		declare(b, tileName(h, packed)+s.suffix+sigTileHeight)
	}
	table := "tiles" + s.suffix
	if packed {
		table = "tilesPacked" + s.suffix
	}
	fmt.Fprintf(b, "\nvar %s = [...]func%s{\n\tnil, %s,\n}\n", table, sigTileHeight, strings.Join(names, ", "))
}

func declare(b *strings.Builder, signature string) {
	fmt.Fprintf(b, "\n//go:noescape\nfunc %s\n", signature)
}

// fallbacks writes the Go side for processors without kernels of their own.
func fallbacks() string {
	var b strings.Builder
	b.WriteString(header + "//go:build !amd64\n\npackage kernel\n")
	for _, sig := range primitives {
		f := parse(sig)
		fmt.Fprintf(&b, "\nfunc %s {\n\t%s\n}\n", sig, f.call(f.name+"Go"))
	}
	return b.String()
}
