package registry

// Identity is how a plug-in of any kind names itself.
type Identity struct {
	Kind   string // "cell", "task"
	Name   string // as in configurations
	Source string // where it comes from: a paper, an import path
}
