package tasks

// Question is put to a trained model on a text that no data set holds.
type Question struct {
	Config  Config
	File    func(name string) ([]byte, error) // of the run: what Data.Files put there
	Context string
	Text    string
}

// Asked is a question as a model reads it: one batch, and what its outputs mean.
type Asked interface {
	Batches
	// Answer reads the outputs that Terms.Judged names.
	Answer(m Outputs) Answer
}

// Answer is a part of the context.
type Answer struct {
	Text  string  `json:"answer"`
	Start int     `json:"start"` // bytes of the context
	End   int     `json:"end"`
	Score float64 `json:"score"` // the model's probability of this very span
}
