package main

import (
	"bytes"
	"crypto/rand"
	"crypto/x509/pkix"
	"database/sql"
	"encoding/pem"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding/charmap"

	"accordo.dev/internal/cli"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/report/pades"
)

// Stories are txtar files in testdata: the real program, its files, what it prints and its exit status.
// Run one with: go test ./cmd/accordo -run 'TestStories/main-job'

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"accordo": tell})
}

// tell is the program with the clock of the story: ACCORDO_STORY_NOW, or that of the machine.
func tell() {
	var clock func() time.Time
	if text := os.Getenv("ACCORDO_STORY_NOW"); text != "" {
		now, err := time.Parse(time.RFC3339, text)
		if err != nil {
			panic(err)
		}
		clock = func() time.Time { return now }
	}
	os.Exit(cli.MainAt(clock, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, currentVersion()))
}

func TestStories(t *testing.T) {
	testscript.Run(t, story(func(*testscript.Env) error { return nil }))
}

// TestMainJobOnPostgreSQL is the same story as on the embedded engine, word for word.
func TestMainJobOnPostgreSQL(t *testing.T) {
	server := os.Getenv("ACCORDO_TEST_POSTGRES")
	if server == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("ACCORDO_TEST_POSTGRES is not set")
		}
		t.Skip("PostgreSQL not found, skipped: run `make test`, which starts one")
	}
	main := freshDatabase(t, server)
	other := freshDatabase(t, server)
	params := story(func(env *testscript.Env) error {
		env.Setenv("ACCORDO_DATABASE", main)
		env.Setenv("OTHER_DATABASE", other)
		return nil
	})
	params.Dir, params.Files = "", []string{"testdata/main-job.txtar"}
	testscript.Run(t, params)
}

func story(more func(*testscript.Env) error) testscript.Params {
	return testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		ContinueOnError:     true,
		Setup: func(env *testscript.Env) error {
			for name, value := range map[string]string{"ACCORDO_LANG": "en", "ACCORDO_DATA": env.WorkDir + "/data", "TZ": "UTC"} {
				env.Setenv(name, value)
			}
			return more(env)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"alter": alter, "damage": damage, "keep": keep, "latin1": latin1, "makekeys": makeKeys, "repeat": repeat,
		},
	}
}

// makeKeys makes a test authority and a key for each name: `makekeys DIR NAME...` writes DIR/NAME.p12
// with the passphrase "story", and DIR/root.pem.
func makeKeys(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: makekeys DIR NAME...")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	start := time.Now().Add(-time.Hour)
	ca, err := pades.NewTestCA("Authority of the story", start, 48*time.Hour, rand.Reader)
	ts.Check(err)
	root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Certificate.Raw})
	ts.Check(os.WriteFile(dir+"/root.pem", root, 0o644))
	for i, name := range args[1:] {
		signer, err := ca.Issue(pades.Request{Subject: pkix.Name{CommonName: name}, Serial: int64(i + 2), NotBefore: start, Validity: 24 * time.Hour})
		ts.Check(err)
		file, err := signer.PKCS12(rand.Reader, "story")
		ts.Check(err)
		ts.Check(os.WriteFile(dir+"/"+name+".p12", file, 0o600))
	}
}

// damage copies a file with one byte changed: `damage FILE COPY TEXT` changes the first byte of the
// first TEXT, `damage FILE COPY` the byte in the middle.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: damage FILE COPY [TEXT]")
	}
	data := []byte(ts.ReadFile(args[0]))
	at := len(data) / 2
	if len(args) == 3 {
		at = bytes.Index(data, []byte(args[2]))
	}
	if at < 0 || len(data) == 0 {
		ts.Fatalf("%s does not hold %q", args[0], args[2])
	}
	data[at] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o644))
}

// latin1 writes a file anew in ISO 8859-1: `latin1 FILE`.
func latin1(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: latin1 FILE")
	}
	data, err := charmap.ISO8859_1.NewEncoder().String(ts.ReadFile(args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(data), 0o644))
}

// repeat writes a text many times into a file: `repeat FILE TEXT 200000`.
func repeat(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: repeat FILE TEXT TIMES")
	}
	times, err := strconv.Atoi(args[2])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), bytes.Repeat([]byte(args[1]), times), 0o644))
}

// alter makes a copy of an organisation folder in which one file has one text replaced:
// `alter FROM COPY FILE OLD NEW`. OLD must be there; FROM and COPY may be the same.
func alter(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 5 {
		ts.Fatalf("usage: alter FROM COPY FILE OLD NEW")
	}
	from, to := ts.MkAbs(args[0]), ts.MkAbs(args[1])
	if from != to {
		ts.Check(os.RemoveAll(to))
		ts.Check(os.CopyFS(to, os.DirFS(from)))
	}
	before := ts.ReadFile(to + "/" + args[2])
	after := strings.Replace(before, args[3], args[4], 1)
	if after == before {
		ts.Fatalf("%s does not hold %q", args[2], args[3])
	}
	ts.Check(os.WriteFile(to+"/"+args[2], []byte(after), 0o644))
}

// keep keeps what the last command printed in a variable: `keep NAME`.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: keep NAME")
	}
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// freshDatabase makes a database on the test server, gone after the test, and gives its address.
func freshDatabase(t *testing.T, server string) string {
	t.Helper()
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := "story" + strings.ReplaceAll(ref.NewID(), "-", "")
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
		admin.Close()
	})
	address, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	address.Path = "/" + name
	return address.String()
}
