package ptb

import (
	"math"

	"github.com/seed391906a2/iss/registry"
	"github.com/seed391906a2/iss/tasks"
)

// Part implements tasks.Problem: the windows on which a part is measured, by
// the conventions of the published code: valid in batches of the preset's size,
// the tail dropped; test, and tasks.ValidStream, as one stream at batch 1, with
// all n-1 predictions.
func (p *problem) Part(name string) (tasks.Batches, error) {
	if b, ok := p.parts[name]; ok {
		return b, nil
	}
	return nil, registry.Unknown("part", name, []string{"test", "valid"})
}

// Judge implements tasks.Problem.
func (p *problem) Judge(part string) tasks.Judge {
	return &judge{terms: p.Terms(), part: p.parts[part], floor: p.floors[part]}
}

// judge adds up the loss of all predictions.
type judge struct {
	terms tasks.Terms
	part  *batches
	floor float64
	total float64
}

// See implements tasks.Judge: the loss is summed over steps and averaged over
// the batch.
func (j *judge) See(_ int, m tasks.Outputs) {
	j.total += float64(m.Output("loss")[0]) * float64(j.part.batch)
}

// Score implements tasks.Judge.
func (j *judge) Score() tasks.Score {
	s := j.terms.OfLoss(j.total/float64(j.part.Predictions()), j.part.Predictions())
	s.Floor = j.floor
	return s
}

// findFloors computes what the grammar itself reaches on exactly the tokens
// that are predicted.
func (p *problem) findFloors() error {
	for name, ids := range map[string][]int32{"valid": p.corpus.Valid.IDs, tasks.ValidStream: p.corpus.Valid.IDs, "test": p.corpus.Test.IDs} {
		logs, err := GrammarLogProbs(p.corpus.Vocab, ids)
		if err != nil {
			return err
		}
		p.floors[name] = math.Exp(-p.parts[name].Mean(logs))
	}
	return nil
}
