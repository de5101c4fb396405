// Package nn builds models out of cells: embeddings, recurrent layers and
// stacks of them, softmax layers. Blocks write into a graph.Scope and name
// their parameters as TensorFlow 1.x does, so that published group files and
// weights apply unchanged.
//
//	g, err := nn.LanguageModel(nn.LMConfig{
//		Vocab: 10000, Embedding: 650, Cells: cells, Keep: map[string]float64{"input": 0.5, "output": 0.5},
//	})
package nn
