package cmd

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) groupsWhyCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "why MODEL VAR PLACE…",
		Short: "Say why a row or column of a weight belongs to its class",
		Long: `Print the shortest path of operations by which a row or column of a variable
hangs together with its class. A PLACE is row=N, column=N, element=N (of a
variable with one axis) or, on axis K from the front, K:N.`,
		Example: `  iss groups why ptb-large Model/softmax_w row=3
  iss groups why ptb-large Model/RNN/multi_rnn_cell/cell_0/basic_lstm_cell/weights column=1502`,
		Args:              arguments(3, -1, "a MODEL, a VAR and a PLACE such as row=3"),
		ValidArgsFunction: a.completeModels,
	}
	s := settingsFlag(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		m, err := a.find(args[0], s)
		if err != nil {
			return err
		}
		d, err := m.Derivation()
		if err != nil {
			return err
		}
		for _, arg := range args[2:] {
			axis, index, err := place(arg)
			if err != nil {
				return err
			}
			reasons, err := d.Why(args[1], axis, index)
			if err != nil {
				return wrong(err)
			}
			if len(reasons) == 0 {
				fmt.Fprintf(a.Out, "%s of %s belongs to no class\n", arg, args[1])
			}
			for _, r := range reasons {
				fmt.Fprintln(a.Out, r)
			}
		}
		return nil
	}
	return c
}

// place reads row=3, column=3, element=3 or, for any axis from the front, 2:3.
func place(s string) (axis, index int, err error) {
	what, number, ok := strings.Cut(s, "=")
	switch {
	case !ok:
		what, number, ok = strings.Cut(s, ":")
		if ok {
			axis, err = strconv.Atoi(what)
		}
	case what == "row", what == "element":
		axis = 0
	case what == "col", what == "column":
		axis = 1
	default:
		ok = false
	}
	if ok && err == nil {
		index, err = strconv.Atoi(number)
	}
	if !ok || err != nil {
		return 0, 0, wrongf("%q is no place in a variable; write row=3, column=3, element=3 or AXIS:3", s)
	}
	return axis, index, nil
}
