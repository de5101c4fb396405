package squad

import (
	"fmt"
	"slices"
)

// Score is the result of the official evaluation.
type Score struct {
	EM        float64 `json:"em"` // exact match, percent
	F1        float64 `json:"f1"` // mean over questions, percent
	Questions int     `json:"questions"`
	Missing   int     `json:"missing"` // questions without a prediction, which count as 0
	Unknown   int     `json:"unknown"` // predictions for other questions
}

// String returns "EM 67.98 %, F1 77.85 % of 10570 questions".
func (s Score) String() string {
	text := fmt.Sprintf("EM %.2f %%, F1 %.2f %% of %d questions", s.EM, s.F1, s.Questions)
	if s.Missing > 0 {
		text += fmt.Sprintf(", %d of them without a prediction", s.Missing)
	}
	if s.Unknown > 0 {
		text += fmt.Sprintf("; %d predictions are for other questions", s.Unknown)
	}
	return text
}

// Score judges predictions by the official rules of version 1.1: for each
// question the best value over its answers, then the mean over all questions.
// Unanswerable questions are not counted.
func (s *Set) Score(p Predictions) Score {
	var out Score
	for _, paragraph := range s.Paragraphs {
		for _, q := range paragraph.Questions {
			if q.Impossible {
				continue
			}
			out.Questions++
			text, ok := p[q.ID]
			if !ok {
				out.Missing++
				continue
			}
			em, f1 := 0.0, 0.0
			for _, a := range q.Answers {
				exact, overlap := Compare(text, a.Text)
				em, f1 = max(em, exact), max(f1, overlap)
			}
			out.EM, out.F1 = out.EM+em, out.F1+f1
		}
	}
	if out.Questions > 0 {
		n := float64(out.Questions) / 100
		out.EM, out.F1 = out.EM/n, out.F1/n
	}
	out.Unknown = len(p) - (out.Questions - out.Missing)
	return out
}

// Compare returns whether a predicted text is an answer (1 or 0) and the F1 of
// their words, both after the official rules. Two texts of which nothing is left
// are an exact match, yet their F1 is 0, as in version 1.1.
//
// Source: evaluate-v1.1.py of SQuAD.
func Compare(predicted, answer string) (em, f1 float64) {
	p, a := normal(predicted), normal(answer)
	if slices.Equal(p, a) {
		em = 1
	}
	count := map[string]int{}
	for _, w := range a {
		count[w]++
	}
	same := 0
	for _, w := range p {
		if count[w] > 0 {
			count[w]--
			same++
		}
	}
	if same == 0 {
		return em, 0
	}
	precision, recall := float64(same)/float64(len(p)), float64(same)/float64(len(a))
	return em, 2 * precision * recall / (precision + recall)
}
