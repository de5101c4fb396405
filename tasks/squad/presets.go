package squad

import (
	"embed"

	"github.com/seed391906a2/iss/tasks"
)

//go:embed presets/*.json
var documents embed.FS

func preset(name, doc string) tasks.Preset { return tasks.EmbeddedPreset(documents, name, doc) }

// squadPresets are the published experiments on SQuAD (Wen et al., ICLR 2018,
// tables 3 to 5), but that the paper does not tell the λ of its tables.
func squadPresets() []tasks.Preset {
	return []tasks.Preset{
		preset("bidaf", "BiDAF, the paper's baseline on SQuAD: hidden 100, keep 0.8; published EM 67.98, F1 77.85."),
		preset("bidaf-iss", "ISS of tables 3 and 4: the modelling and output layers (g0, g1, g2), keep 0.9, λ 0.001 as in the public code."),
		preset("bidaf-direct", "bidaf with the dropout of its ISS trained afresh at learned sizes: give them with --units-from RUN."),
		preset("bidaf-iss-all", "bidaf-iss with the contextual layer (u1) too."),
	}
}

// embeddedPresets need no data.
func embeddedPresets() []tasks.Preset {
	return []tasks.Preset{
		preset("bidaf-tiny", "A small BiDAF on the embedded questions learns, loses units, is cut and verified."),
		preset("bidaf-tiny-dense", "The dense twin of bidaf-tiny: the same, without group Lasso."),
	}
}
