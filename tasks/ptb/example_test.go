package ptb_test

import (
	"fmt"
	"math"

	"github.com/seed391906a2/iss/tasks/ptb"
)

func Example() {
	corpus, err := ptb.Open("", ptb.Text{}) // the embedded corpus
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(corpus.Vocab.Decode(corpus.Train.IDs[:11]))

	valid, err := ptb.NewBatches("valid", corpus.Valid.IDs, 20, 20)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(valid.Len(), "windows,", valid.Predictions(), "predictions")

	logs, err := ptb.GrammarLogProbs(corpus.Vocab, corpus.Valid.IDs)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("no model can expect a perplexity below %.2f\n", math.Exp(-valid.Mean(logs)))
	// Output:
	// in the workshop , a young cat brings the nail
	// 14 windows, 5600 predictions
	// no model can expect a perplexity below 5.16
}
