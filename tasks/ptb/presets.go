package ptb

import (
	"embed"

	"github.com/seed391906a2/iss/tasks"
)

//go:embed presets/*.json
var documents embed.FS

func preset(name, doc string) tasks.Preset {
	d, err := documents.ReadFile("presets/" + name + ".json")
	if err != nil {
		panic(err) // embedded
	}
	return tasks.Preset{Name: name, Doc: doc, Document: d}
}

// treebankPresets are the published experiments on the Penn TreeBank (Wen et
// al., ICLR 2018, table 1; Zaremba et al., arXiv:1409.2329) and smaller ones
// of ours: λ, keep and schedule of ptb-small-iss and ptb-medium-iss are ours,
// since the paper has none for these sizes.
func treebankPresets() []tasks.Preset {
	return []tasks.Preset{
		preset("ptb-small", "2×200 LSTM of Zaremba et al.: no dropout, 13 epochs; published 121.39 valid, 115.91 test."),
		preset("ptb-medium", "2×650 LSTM of Zaremba et al.: keep 0.5, 39 epochs; published 86.16 valid, 82.07 test."),
		preset("ptb-large", "2×1500 LSTM, the paper's baseline: keep 0.35, 55 epochs; published 82.57 valid, 78.57 test."),
		preset("ptb-large-iss", "ISS of the paper's table 1: λ 0.00245, keep 0.6; published 373+315 units at 82.59 valid, 78.65 test."),
		preset("ptb-small-iss", "ISS on the 2×200 LSTM; λ, keep and schedule are ours."),
		preset("ptb-medium-iss", "ISS on the 2×650 LSTM; λ, keep and schedule are ours."),
		preset("ptb-small-direct", "ptb-small trained afresh at learned sizes: give them with --units-from RUN."),
		preset("ptb-medium-direct", "ptb-medium trained afresh at learned sizes: give them with --units-from RUN."),
		preset("ptb-large-direct", "ptb-large trained afresh at learned sizes, keep 0.55 as in table 1: give them with --units-from RUN."),
	}
}

// grammarPresets need no data.
func grammarPresets() []tasks.Preset {
	demo := preset("demo", "The main job: a 2×64 LSTM on the embedded grammar learns, loses units, is cut, verified and timed.")
	demo.WithTwin = true
	return []tasks.Preset{
		demo,
		preset("demo-dense", "The dense twin of demo: the same, without group Lasso."),
	}
}
