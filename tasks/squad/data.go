package squad

// Set is a file of questions in the official format, read into memory.
type Set struct {
	Name       string // file, or "embedded questions"
	Version    string // as the file says, such as "1.1"
	SHA256     string // of the file
	Articles   int
	Paragraphs []Paragraph
	Faults     []Fault // what was left out
}

// Paragraph is a context with its questions.
type Paragraph struct {
	Place     string // file:line:column
	Title     string // of its article
	Context   string
	Questions []Question
}

// Question is a question with the answers that people gave, often several.
type Question struct {
	ID         string
	Text       string
	Answers    []Answer
	Impossible bool // SQuAD 2.0: the context does not answer it
}

// Answer is a place in the context. Files count it in Unicode code points, here
// it is in bytes.
type Answer struct {
	Text       string // Context[Start:End]
	Start, End int
}

// Questions returns the number of questions.
func (s *Set) Questions() (n int) {
	for _, p := range s.Paragraphs {
		n += len(p.Questions)
	}
	return n
}

// Answers returns the number of answers.
func (s *Set) Answers() (n int) {
	for _, p := range s.Paragraphs {
		for _, q := range p.Questions {
			n += len(q.Answers)
		}
	}
	return n
}
