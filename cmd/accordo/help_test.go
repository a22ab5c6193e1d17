package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"accordo.dev/internal/cli"
)

// TestEveryCommandExplainsItself asks each command for help: it prints and exits 0.
func TestEveryCommandExplainsItself(t *testing.T) {
	for _, command := range commands(t) {
		status, out, errOut := call(append(words(command), "--help")...)
		if status != 0 || errOut != "" || !strings.HasPrefix(out, "Usage: accordo "+strings.Join(words(command), " ")) {
			t.Errorf("%s --help: got status %d, %q, %q", command.FullPath(), status, out, errOut)
		}
		if command.Help == "" {
			t.Errorf("%s: got no help, want a sentence", command.FullPath())
		}
		for _, flag := range command.Flags {
			if flag.Help == "" {
				t.Errorf("%s --%s: got no help, want a sentence", command.FullPath(), flag.Name)
			}
		}
	}
}

// TestEveryCommandRefusesWhatItDoesNotKnow: wrong usage exits 2 with one sentence.
func TestEveryCommandRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, command := range commands(t) {
		status, out, errOut := call(append(words(command), "--no-such-flag")...)
		if status != 2 || out != "" || !oneSentence(errOut) {
			t.Errorf("%s --no-such-flag: got status %d, %q, %q, want 2 and one sentence", command.FullPath(), status, out, errOut)
		}
	}
}

// TestEveryCommandSaysInOneSentenceWhatFailed runs each command on a database that is not there; commands
// that need none get a file that is not theirs.
func TestEveryCommandSaysInOneSentenceWhatFailed(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("nothing that accordo knows\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	away := []string{"--data", filepath.Join(file, "data"), "--database", "postgres://nobody@127.0.0.1:1/none?connect_timeout=2"}
	for _, command := range commands(t) {
		args := append(words(command), fill(command, dir, file)...)
		status, out, errOut := call(append(args, away...)...)
		if strings.Join(words(command), " ") == "report verify" {
			errOut = "accordo: " + strings.SplitN(out, "\n", 2)[0] // its verdict is what it was asked for
		}
		if status == 0 || !oneSentence(errOut) {
			t.Errorf("%v: got status %d, %q, want another than 0 and one sentence", args, status, errOut)
		}
	}
}

func commands(t *testing.T) []*kong.Node {
	t.Helper()
	parser, err := kong.New(&cli.CLI{}, kong.Name("accordo"), kong.Vars{"lang": "en", "version": ""})
	if err != nil {
		t.Fatal(err)
	}
	all := parser.Model.Leaves(false)
	if len(all) < 20 {
		t.Fatalf("got %d commands, want all of them", len(all))
	}
	return all
}

// words are what one types to name the command.
func words(command *kong.Node) []string {
	var path []string
	for n := command; n.Parent != nil; n = n.Parent {
		path = append([]string{n.Name}, path...)
	}
	return path
}

// fill gives what the command needs: each argument and each required flag.
func fill(command *kong.Node, dir, file string) []string {
	value := func(v *kong.Value) string {
		switch {
		case v.Enum != "":
			return strings.Split(v.Enum, ",")[0]
		case v.Tag.Type == "existingdir":
			return dir
		case strings.HasPrefix(v.Tag.Type, "existing"):
			return file
		case v.Tag.Type == "path":
			return filepath.Join(file, "new") // cannot be written: file is no folder
		}
		return "1"
	}
	var args []string
	for _, p := range command.Positional {
		args = append(args, value(p))
	}
	for _, f := range command.Flags {
		if f.Required {
			args = append(args, "--"+f.Name, value(f.Value))
		}
	}
	return args
}

func call(args ...string) (status int, out, errOut string) {
	var o, e bytes.Buffer
	status = cli.Main(args, strings.NewReader(""), io.Writer(&o), &e, "test")
	return status, o.String(), e.String()
}

// oneSentence tells whether a message is one line that begins with the name of the program.
func oneSentence(message string) bool {
	return strings.HasPrefix(message, "accordo: ") && strings.Count(strings.TrimSpace(message), "\n") == 0 && len(message) > len("accordo: \n")
}
