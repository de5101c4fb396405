package squad_test

import (
	"fmt"

	"github.com/seed391906a2/iss/tasks/squad"
)

func Example() {
	_, dev, err := squad.Open("", squad.Options{}) // the embedded questions
	if err != nil {
		fmt.Println(err)
		return
	}
	p := dev.Paragraphs[0]
	fmt.Println(p.Context)
	for _, q := range p.Questions {
		fmt.Println(q.Text, q.Answers[0].Text)
	}

	passages := dev.Passages()
	item := passages[0].Items[0]
	fmt.Println("tokens", item.Spans[0].First, "to", item.Spans[0].Last, "are", passages[0].Context.Phrase(item.Spans[0]))

	first := squad.Predictions{}
	for _, passage := range passages {
		for _, item := range passage.Items {
			first[item.ID] = passage.Context.Phrase(squad.Span{First: 0, Last: 1})
		}
	}
	fmt.Println("the first two words:", dev.Score(first))
	// Output:
	// Jonas Young opened a school in Kelso in 1985. Jonas Ivanov opened a garden in Dunmore in 1922. Rosa Costa, a poet from Morwell, met Elin Abel on 28 February. Clara Kowal, a sailor from Hartley, met Piet Fabre on 6 November.
	// What did Jonas Young open? school
	// What did Jonas Ivanov open? garden
	// Where did Rosa Costa come from? Morwell
	// Where did Clara Kowal come from? Hartley
	// tokens 4 to 4 are school
	// the first two words: EM 3.00 %, F1 4.25 % of 400 questions
}
