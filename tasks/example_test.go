package tasks_test

import (
	"fmt"

	"github.com/seed391906a2/iss/cells"
	"github.com/seed391906a2/iss/tasks"
	"github.com/seed391906a2/iss/tasks/ptb"
)

func ExampleResolve() {
	presets, err := tasks.Presets(ptb.New(), ptb.NewGrammar())
	if err != nil {
		fmt.Println(err)
		return
	}
	known, err := cells.Catalogue(cells.All()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	q := tasks.Query{
		Presets: presets, Cells: known,
		File:     "mine.json",
		Document: []byte(`{"preset": "ptb-small", "model": {"hidden": [100, 50]}}`),
		Sets:     []string{"train.epochs=3", "train.schedule.kind=constant"},
	}
	c, err := tasks.Resolve(q)
	fmt.Println(c.Model.Cell, c.Model.Hidden, c.Train.Epochs, c.Train.Schedule.Kind, err)

	q.Sets = append(q.Sets, "model.hiden=[7]")
	_, err = tasks.Resolve(q)
	fmt.Println(err)
	// Output:
	// lstm [100 50] 3 constant <nil>
	// --set 3: model.hiden: no such field; nearest is model.hidden
}
