// Command accordo is the system that a CIO and a CISO share: it serves the pages and the API, and
// does from the command line what they do.
package main

import (
	"os"
	"runtime/debug"

	"accordo.dev/internal/cli"
)

// version is set at build time; a plain `go build` takes it from the module.
var version = ""

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, currentVersion()))
}

func currentVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "development"
}
