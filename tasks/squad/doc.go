// Package squad is the task of answering questions on paragraphs by pointing at
// a span of them, after the Stanford Question Answering Dataset: its data and how
// it is judged.
//
//	train, dev, err := squad.Open("data/squad", squad.Options{}) // "": embedded questions
//	passages := train.Passages()                                 // tokens, answers as spans
//	counts := squad.Count(passages)
//	vectors, err := glove.ReadFile("glove.6B.zip", 100, squad.Needs(counts))
//	vocab := squad.NewVocabulary(counts, squad.Published, vectors)
//
//	encoder := squad.NewEncoder(vocab, vectors, squad.CharWidth)
//	questions := encoder.Encode(passages, squad.PublishedLimits)
//	batches := squad.NewBatches(questions, 60, seed, epoch)
//	for i := range batches.Len() {
//		b := batches.Batch(i, step) // ids [time, rows], answers [rows]
//	}
//
// A model gives for each token the probability that the answer starts and that it
// ends there; [BestSpan] finds the span, [Text.Phrase] its text, [Predictions]
// write it in the official format, and [Set.Score] judges it by the official
// rules. [Window] is a bound that a model must beat.
//
// Files are read as a stream; a [Set] is then as large as its text, a [Passage]
// adds 32 bytes for each token, and an [Encoded] set 4.
//
// What differs from the published BiDAF code is said where it does: no empty
// tokens, questions cut like contexts (see package tokens); the order of ids,
// which there is that of a hash table.
//
// Sources: Rajpurkar et al., "SQuAD: 100,000+ questions for machine comprehension
// of text", EMNLP 2016, arXiv:1606.05250; Seo et al., "Bidirectional attention
// flow for machine comprehension", arXiv:1611.01603, and its code.
package squad
