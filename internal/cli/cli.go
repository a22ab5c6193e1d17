// Package cli is the command line: `accordo <area> <verb>`. Each command fills the input of an
// operation, runs it and prints the result; it holds no rule.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"accordo.dev/internal/access"
	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/record"
)

// CLI is the whole command line.
type CLI struct {
	Data     string           `help:"Folder of the database, raw evidence, reports and keys." default:"data" env:"ACCORDO_DATA" type:"path"`
	Database string           `help:"Database address; the embedded one in the data folder unless told (postgres://...)." env:"ACCORDO_DATABASE"`
	As       string           `help:"Act as this person (id); the machine's operator otherwise." env:"ACCORDO_AS"`
	Lang     string           `help:"Language of messages: en or it." env:"ACCORDO_LANG" default:"${lang}"`
	Version  kong.VersionFlag `help:"Print the version."`

	Run    RunCmd    `cmd:"" help:"Serve the pages and the API."`
	Export ExportCmd `cmd:"" help:"Write the whole organisation as readable files."`
	Apply  ApplyCmd  `cmd:"" help:"Make the organisation what a folder of files says."`
	Record RecordCmd `cmd:"" help:"The record of everything that changed."`
	Report ReportCmd `cmd:"" help:"The unified report to the board, its signatures and their verification."`

	Landscape LandscapeCmd `cmd:"" help:"What exists, what runs between it, and imports of it."`
	Evidence  EvidenceCmd  `cmd:"" help:"Evidence: files of scanners, monitors and service desks."`

	Risk     RiskCmd     `cmd:"" help:"Risk scenarios and the yearly loss."`
	Project  ProjectCmd  `cmd:"" help:"Projects and their design gates."`
	Decision DecisionCmd `cmd:"" help:"Decisions of two keys."`
	Fund     FundCmd     `cmd:"" help:"The shared fund."`
	Raci     RaciCmd     `cmd:"" help:"Who does and answers for what."`

	Obligation ObligationCmd `cmd:"" help:"What bodies and offices must do again and again."`
	Survey     SurveyCmd     `cmd:"" help:"Where both offices rub, asked of both sides without names."`
	Committee  CommitteeCmd  `cmd:"" help:"Committees, their sittings, minutes and invitations."`

	People     PeopleCmd     `cmd:"" help:"People."`
	Office     OfficeCmd     `cmd:"" help:"Offices and who holds them."`
	Governance GovernanceCmd `cmd:"" help:"How the offices are cut: independence."`
	Token      TokenCmd      `cmd:"" help:"API tokens."`
	Password   PasswordCmd   `cmd:"" help:"Passwords."`

	Indicator  IndicatorCmd  `cmd:"" help:"Indicators, computed from evidence."`
	Dictionary DictionaryCmd `cmd:"" help:"Words of both officers and the figures between them."`
	Calc       CalcCmd       `cmd:"" help:"Calculators: a file in, figures out, no database."`
}

// Env is what commands work with.
type Env struct {
	Context context.Context
	DB      *db.DB
	Run     *op.Runner
	Key     record.Key
	Actor   db.Actor
	Lang    i18n.Lang
	Data    string
	Version string
	In      io.Reader
	Out     io.Writer
	Err     io.Writer
	Log     *slog.Logger

	clock func() time.Time // of tests; that of the machine otherwise
}

// T gives a message in the language of the reader.
func (e *Env) T(key string, args ...any) string { return i18n.T(e.Lang, key, args...) }

// Say prints a message on a line of its own.
func (e *Env) Say(key string, args ...any) { fmt.Fprintln(e.Out, e.T(key, args...)) }

// offline is a command that needs no database, such as the verification of a file.
type offline interface{ RunOffline(*Env) error }

// exit is the status of a command that has said already what it found.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// Main runs one command line and returns the exit status: 0 done, 1 a problem, 2 wrong usage, 3 cannot be told.
func Main(args []string, in io.Reader, out, errOut io.Writer, version string) int {
	return MainAt(nil, args, in, out, errOut, version)
}

// MainAt is Main with a clock of its own, with which stories of several days are told; nil is that of the machine.
func MainAt(clock func() time.Time, args []string, in io.Reader, out, errOut io.Writer, version string) int {
	var cli CLI
	status := -1
	parser, err := kong.New(&cli, kong.Name("accordo"), kong.Description("One system for the CIO and the CISO."),
		kong.Writers(out, errOut), kong.Exit(func(code int) { status = code }), kong.UsageOnError(),
		kong.Vars{"lang": defaultLang(), "version": version}, kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(errOut, err)
		return 2
	}
	parsed, err := parser.Parse(args)
	if status >= 0 { // help or version was printed
		return status
	}
	if err != nil {
		fmt.Fprintln(errOut, "accordo:", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	env := &Env{
		Context: ctx, Lang: i18n.ParseLang(cli.Lang), Data: cli.Data, Version: version, In: in, Out: out, Err: errOut,
		Log: slog.New(slog.NewTextHandler(errOut, nil)), clock: clock,
	}
	err = run(env, &cli, parsed)
	var verdict exit
	if errors.As(err, &verdict) {
		return int(verdict)
	}
	if err != nil {
		fmt.Fprintln(errOut, "accordo:", Sentence(env.Lang, err))
		return 1
	}
	return 0
}

func run(env *Env, cli *CLI, parsed *kong.Context) error {
	if selected := parsed.Selected(); selected != nil {
		if cmd, ok := selected.Target.Addr().Interface().(offline); ok {
			return cmd.RunOffline(env)
		}
	}
	if err := env.open(cli); err != nil {
		return err
	}
	defer env.DB.Close()
	return parsed.Run(env)
}

// open opens and migrates the database and finds who acts.
func (e *Env) open(cli *CLI) error {
	address := cli.Database
	if address == "" {
		address = "sqlite:" + filepath.Join(cli.Data, "accordo.db")
	}
	var err error
	if e.DB, err = db.Open(e.Context, address); err != nil {
		return err
	}
	if e.clock != nil {
		e.DB.Now = e.clock
	}
	if err := e.DB.Migrate(e.Context); err != nil {
		return err
	}
	if e.Key, err = record.LoadKey(cli.Data); err != nil {
		return err
	}
	policies, err := access.Load(identity.Offices)
	if err != nil {
		return err
	}
	e.Run = &op.Runner{DB: e.DB, Access: policies}
	e.Actor, err = e.actor(cli.As)
	return err
}

// Sentence writes an error for people: the words of a problem with all its causes, one a line; any other
// error on one line.
func Sentence(lang i18n.Lang, err error) string {
	p, ok := problem.As(err)
	if !ok {
		return strings.Join(strings.Fields(err.Error()), " ")
	}
	lines := []string{i18n.Problem(lang, p)}
	for _, cause := range p.Causes {
		lines = append(lines, "  "+i18n.Problem(lang, cause))
	}
	return strings.Join(lines, "\n")
}

func defaultLang() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := os.Getenv(name); value != "" {
			return string(i18n.ParseLang(value))
		}
	}
	return string(i18n.EN)
}
