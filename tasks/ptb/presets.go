package ptb

import (
	"embed"

	"github.com/seed391906a2/iss/tasks"
)

//go:embed presets/*.json
var documents embed.FS

func preset(name, doc string) tasks.Preset { return tasks.EmbeddedPreset(documents, name, doc) }

// treebankPresets are the published experiments on the Penn TreeBank (Wen et
// al., ICLR 2018, table 1; Zaremba et al., arXiv:1409.2329) and smaller ones
// of ours: the paper has no ISS for other sizes than the large LSTM's and the
// highway network's, and no GRU or tanh RNN, so λ, keep and schedule there are
// ours. rhn-830 is that of table 2 (Zilly et al., arXiv:1607.03474).
func treebankPresets() []tasks.Preset {
	return []tasks.Preset{
		preset("ptb-small", "2×200 LSTM of Zaremba et al.: no dropout, 13 epochs; published 121.39 valid, 115.91 test."),
		preset("ptb-medium", "2×650 LSTM of Zaremba et al.: keep 0.5, 39 epochs; published 86.16 valid, 82.07 test."),
		preset("ptb-large", "2×1500 LSTM, the paper's baseline: keep 0.35, 55 epochs; published 82.57 valid, 78.57 test."),
		preset("ptb-large-iss", "ISS of the paper's table 1: λ 0.00245, keep 0.6; published 373+315 units at 82.59 valid, 78.65 test."),
		preset("ptb-small-iss", "ISS on the 2×200 LSTM; λ, keep and schedule are ours."),
		preset("ptb-small-l1", "l1 on a trained ptb-small (appendix A): start it with --init RUN; λ is the large model's, keep and schedule are ours."),
		preset("ptb-medium-iss", "ISS on the 2×650 LSTM; λ, keep and schedule are ours."),
		preset("ptb-small-direct", "ptb-small trained afresh at learned sizes: give them with --units-from RUN."),
		preset("ptb-medium-direct", "ptb-medium trained afresh at learned sizes: give them with --units-from RUN."),
		preset("gru-650", "ptb-medium with GRUs."),
		preset("gru-650-iss", "ISS on gru-650; λ, keep and schedule are ours."),
		preset("gru-650-direct", "gru-650 trained afresh at learned sizes: give them with --units-from RUN."),
		preset("gru-small", "ptb-small with GRUs."),
		preset("gru-small-iss", "ISS on gru-small; λ, keep and schedule are ours."),
		preset("rnn-650", "ptb-medium with tanh RNNs; the rate is ours."),
		preset("rnn-650-iss", "ISS on rnn-650; λ, keep and schedule are ours."),
		preset("rnn-650-direct", "rnn-650 trained afresh at learned sizes: give them with --units-from RUN."),
		preset("rnn-small", "ptb-small with tanh RNNs; the rate is ours."),
		preset("rnn-small-iss", "ISS on rnn-small; λ, keep and schedule are ours."),
		preset("rhn-830", "Recurrent highway network of table 2: depth 10, width 830, tied; published 67.9 valid, 65.4 test."),
		preset("rhn-830-iss", "ISS of table 2: λ 0.005, drop rates times 0.6; published 517 units at 68.1 valid, 65.4 test."),
		preset("rhn-830-direct", "rhn-830 with the dropout of its ISS trained afresh at a learned size: give it with --units-from RUN."),
		preset("rhn-small", "Recurrent highway network of depth 4 and width 200, 13 epochs; all of it ours."),
		preset("rhn-small-iss", "ISS on rhn-small; λ is ours."),
		preset("shakespeare", "2×128 LSTM over characters, the shape of the trained model in docs/import.md; forget bias 1."),
		preset("shakespeare-iss", "ISS on a trained shakespeare: start from its weights with --init; λ, rate and epochs are ours."),
		preset("shakespeare-tune", "A compact shakespeare trained on without group Lasso: --init RUN --units-from RUN; rate and epochs are ours."),
		preset("ptb-large-direct", "ptb-large trained afresh at learned sizes, keep 0.55 as in table 1: give them with --units-from RUN."),
	}
}

// grammarPresets need no data.
func grammarPresets() []tasks.Preset {
	demo := preset("demo", "The main job: a 2×64 LSTM on the embedded grammar learns, loses units, is cut, verified and timed.")
	demo.WithTwin = true
	return []tasks.Preset{
		demo,
		preset("demo-gru", "demo with GRUs, no dense twin."),
		preset("demo-rnn", "demo with tanh RNNs, no dense twin."),
		preset("demo-rhn", "demo with a recurrent highway network of depth 3, tied, no dense twin."),
		preset("demo-dense", "The dense twin of demo: the same, without group Lasso."),
	}
}
