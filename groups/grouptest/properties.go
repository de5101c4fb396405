package grouptest

// Property is something that is so for every model.
type Property struct {
	Name  string
	Check func(s *Subject) error
}

// Properties are all there are. The numbers are those of the derivation of
// groups, section 7, or the section that a property follows from.
var Properties = []Property{
	{"every index is in one class per factor (7.1, 7.5)", (*Subject).partition},
	{"any units can be cut out (7.2)", (*Subject).fits},
	{"cutting twice is cutting once, in any order (6)", (*Subject).composes},
	{"zero components go bit by bit (7.3)", (*Subject).removal},
	{"each class alone goes bit by bit (7.3)", (*Subject).alone},
	{"a living reader keeps its unit (7.4a, 7.8)", (*Subject).readers},
	{"certified units go, others matter (4, 7.8)", (*Subject).needed},
	{"a forgotten owner does not fit (7.4b)", (*Subject).owners},
	{"silent units go (7.4c)", (*Subject).silent},
	{"units that feed only each other go (4)", (*Subject).closed},
	{"group files say the same (7.6)", (*Subject).files},
	{"lint finds one wrong entry (7.7)", (*Subject).lint},
	{"the penalty's gradient is exact (6)", (*Subject).penalty},
	{"sealing changes nothing and gradients are cut like weights (6)", (*Subject).sealed},
}
