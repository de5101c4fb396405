package squad

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const wanted = "a folder of SQuAD holds a file train*.json and a file dev*.json, such as train-v1.1.json and dev-v1.1.json; fetch them with: iss data get squad"

// Parts are the files of a folder; "" where there is none.
type Parts struct{ Train, Dev string }

// Find finds the files of a folder. It is an error if there is neither, or more
// than one of a part.
func Find(dir string) (p Parts, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return p, fmt.Errorf("squad: folder %s does not exist; %s", dir, wanted)
	}
	if err != nil {
		return p, fmt.Errorf("squad: %w", err)
	}
	for _, e := range entries {
		part := partOf(e.Name())
		into := map[string]*string{"train": &p.Train, "dev": &p.Dev}[part]
		switch {
		case into == nil:
		case *into != "":
			return p, fmt.Errorf("squad: folder %s holds both %s and %s; keep one of them", dir, filepath.Base(*into), e.Name())
		default:
			*into = filepath.Join(dir, e.Name())
		}
	}
	if p == (Parts{}) {
		return p, fmt.Errorf("squad: folder %s holds no questions; %s", dir, wanted)
	}
	return p, nil
}

// partOf returns the part that a file's name tells, or "".
func partOf(name string) string {
	for _, part := range []string{"train", "dev"} {
		if strings.HasPrefix(name, part) && strings.HasSuffix(name, ".json") {
			return part
		}
	}
	return ""
}

// Holds reports whether a folder holds a file that is named as those of SQuAD.
func Holds(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if partOf(e.Name()) != "" {
			return true
		}
	}
	return false
}

// Open reads train and dev of a folder, both of which must be there. Without a
// folder ("") they are the embedded questions.
func Open(dir string, o Options) (train, dev *Set, err error) {
	if dir == "" {
		return Demo("train", DemoTrain, 1), Demo("dev", DemoDev, 1), nil
	}
	p, err := Find(dir)
	if err != nil {
		return nil, nil, err
	}
	if p.Train == "" || p.Dev == "" {
		missing := "train*.json"
		if p.Dev == "" {
			missing = "dev*.json"
		}
		return nil, nil, fmt.Errorf("squad: folder %s lacks %s; %s", dir, missing, wanted)
	}
	if train, err = ReadFile(p.Train, o); err != nil {
		return nil, nil, err
	}
	dev, err = ReadFile(p.Dev, o)
	return train, dev, err
}

// OpenDev reads dev of a folder, where it may be alone; "" is Open's.
func OpenDev(dir string, o Options) (*Set, error) {
	if dir == "" {
		return Demo("dev", DemoDev, 1), nil
	}
	p, err := Find(dir)
	if err != nil {
		return nil, err
	}
	if p.Dev == "" {
		return nil, fmt.Errorf("squad: folder %s lacks dev*.json; %s", dir, wanted)
	}
	return ReadFile(p.Dev, o)
}
