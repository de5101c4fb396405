package cmd

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

const modulePath = "github.com/seed391906a2/iss"

// version is what the build knows of itself: the module's version, or the
// commit it was built from.
func version() string {
	v := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		v = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && (v == "" || v == "(devel)") {
				v = s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return fmt.Sprintf("%s %s %s/%s", v, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
