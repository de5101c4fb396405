package onnx

import (
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/core/graph"
)

func (x *exporter) claim(n *graph.Node) (*core.Operator, string) { return nil, "no claim" }
func (w *writer) operator(n *graph.Node, o *core.Operator)        {}
