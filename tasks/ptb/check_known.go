package ptb

import "fmt"

// knownPart is what is known of a part of the Penn TreeBank.
type knownPart struct {
	tokens int // words and <eos>
	bytes  int64
	sha256 string
}

// knownPTB is the Penn TreeBank (Wall Street Journal) as Mikolov prepared it:
// lower case, numbers as N, 10,000 types with <unk> and <eos>. It is the folder
// data of his simple-examples.tgz, and what the paper trained on.
//
// Source: sizes as in Zaremba et al., arXiv:1409.2329, section 4.1 (929k, 73k
// and 82k words), counted exactly with one <eos> a line; sums as sha256sum
// prints them for the three files of that archive.
var knownPTB = [3]knownPart{
	{929589, 5101618, "fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf"},
	{73760, 399782, "c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2"},
	{82430, 449945, "dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0"},
}

// knownTypes is the size of the Penn TreeBank's vocabulary, <eos> included.
const knownTypes = 10000

// differences says, part by part, how a corpus differs from the Penn TreeBank.
func differences(r Report) (differs []string) {
	if len(r.Files) != len(knownPTB) || r.Unit != Word {
		return []string{fmt.Sprintf("it is %d file(s) read as %ss, the Penn TreeBank 3 files of words", len(r.Files), r.Unit)}
	}
	for i, known := range knownPTB {
		file, part := r.Files[i], r.Parts[i]
		switch {
		case file.SHA256 == known.sha256:
		case part.Tokens != known.tokens:
			differs = append(differs, fmt.Sprintf("%s: %s tokens here, %s there", part.Name, thousands(part.Tokens), thousands(known.tokens)))
		case file.Bytes != known.bytes:
			differs = append(differs, fmt.Sprintf("%s: as many tokens, but %s bytes here, %s there", part.Name, thousands(file.Bytes), thousands(known.bytes)))
		default:
			differs = append(differs, fmt.Sprintf("%s: as many bytes and tokens, but another text", part.Name))
		}
	}
	return differs
}
