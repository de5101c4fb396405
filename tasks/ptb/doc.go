// Package ptb is the language-modelling task: a text, cut into words or
// characters, and a model that predicts each token from those before it.
//
// It is named after the Penn TreeBank in the form prepared by Mikolov (10,000
// word types), on which the paper's experiments ran, and follows the conventions
// of their code. A folder of one's own, a single text file and an embedded
// corpus that needs no data serve as well:
//
//	corpus, err := ptb.Open("data/ptb", ptb.Text{})               // ptb.train.txt, …
//	corpus, err := ptb.Open("", ptb.Text{File: "a.txt", Unit: ptb.Char})
//	corpus, err := ptb.Open("", ptb.Text{})                       // embedded
//
//	train, err := ptb.NewBatches("train", corpus.Train.IDs, 20, 35)
//	for w, ok := train.Next(); ok; w, ok = train.Next() {
//		// w.X and w.Y are [35, 20], time-major
//	}
//
// The embedded corpus is drawn from a stochastic grammar whose probability of
// every token is known exactly, so that a perplexity on it has a floor to be
// compared with: see [GrammarLogProbs].
//
// Sources: Wen et al., "Learning Intrinsic Sparse Structures within Long
// Short-Term Memory", ICLR 2018, arXiv:1709.05027; Zaremba, Sutskever and
// Vinyals, "Recurrent Neural Network Regularization", arXiv:1409.2329; Mikolov
// et al., "Recurrent neural network based language model", Interspeech 2010.
package ptb
