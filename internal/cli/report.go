package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/report"
	"accordo.dev/internal/report/document"
)

// ReportCmd is the unified report to the board.
type ReportCmd struct {
	Compose  ReportComposeCmd  `cmd:"" help:"Write a draft: the figures as they are now, without freezing them."`
	Freeze   ReportFreezeCmd   `cmd:"" help:"Freeze the figures, enter their hash in the record and render both PDFs."`
	List     ReportListCmd     `cmd:"" help:"List the reports."`
	PDF      ReportPDFCmd      `cmd:"" name:"pdf" help:"Write the PDF of a report, with the signatures given so far."`
	Snapshot ReportSnapshotCmd `cmd:"" help:"Write the frozen figures of a report as JSON."`
	Sign     ReportSignCmd     `cmd:"" help:"Sign both PDFs of a report for an office (with --as PERSON)."`
	Withdraw ReportWithdrawCmd `cmd:"" help:"Withdraw a report that nobody has signed."`
	Verify   ReportVerifyCmd   `cmd:"" help:"Verify the PDF of a report offline. Exit status: 0 valid, 1 not valid, 3 cannot be told (unknown authority, missing signature)."`
}

func (e *Env) desk() report.Desk {
	return report.Desk{Run: e.Run, Key: e.Key, Store: report.StoreIn(e.Data)}
}

// ReportComposeCmd writes a draft.
type ReportComposeCmd struct {
	Period string `help:"Quarter, such as 2026-Q4; the running one unless told."`
	Report string `name:"language" help:"Language of the report: en or it." enum:"en,it" default:"en"`
	Format string `help:"pdf, html or json." enum:"pdf,html,json" default:"pdf"`
	Out    string `help:"File to write." required:"" type:"path"`
}

// Run writes the draft.
func (c *ReportComposeCmd) Run(env *Env) error {
	s, err := op.Ask(env.Context, env.Run, env.Actor, report.OpDraft, report.DraftIn{Period: c.Period})
	if err != nil {
		return err
	}
	var data []byte
	switch d := report.Document(s, i18n.Lang(c.Report), report.Extras{}); c.Format {
	case "json":
		data, err = s.JSON()
	case "html":
		data = []byte(document.HTML(d))
	default:
		var paper document.Paper
		paper, err = document.PDF(d)
		data = paper.Bytes
	}
	if err != nil {
		return err
	}
	return env.write(c.Out, data)
}

// write writes a file and says so.
func (e *Env) write(path string, data []byte) error {
	if err := os.WriteFile(path, data, 0o644); err != nil { //nolint:gosec // made to be handed on
		return err
	}
	e.Say("cli.report.written", "file", path)
	return nil
}

// ReportFreezeCmd freezes a report.
type ReportFreezeCmd struct {
	Period string `help:"Quarter, such as 2026-Q4; the running one unless told."`
}

// Run freezes and prints the id.
func (c *ReportFreezeCmd) Run(env *Env) error {
	r, err := env.desk().Freeze(env.Context, env.Actor, report.FreezeIn{Period: c.Period})
	if err == nil {
		fmt.Fprintln(env.Out, r.ID)
	}
	return err
}

// ReportListCmd lists reports.
type ReportListCmd struct {
	Open bool `help:"Only those that wait for a signature."`
}

// Run prints one line a report.
func (c *ReportListCmd) Run(env *Env) error {
	all, err := op.Ask(env.Context, env.Run, env.Actor, report.OpList, report.Filter{Open: c.Open})
	for _, r := range all {
		var signers []string
		for _, s := range r.Signatures {
			signers = append(signers, strings.ToUpper(s.Office)+": "+s.Name)
		}
		fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\n", r.ID, i18n.DateTime(env.Lang, r.AsOf), env.T("report.state."+string(r.State)), strings.Join(signers, ", "))
	}
	return err
}

// ReportPDFCmd writes a PDF.
type ReportPDFCmd struct {
	ID     string `arg:"" help:"Report."`
	Report string `name:"language" help:"Language of the report: en or it." enum:"en,it" default:"en"`
	Out    string `help:"File to write." required:"" type:"path"`
}

// Run writes the file.
func (c *ReportPDFCmd) Run(env *Env) error {
	r, err := op.Ask(env.Context, env.Run, env.Actor, report.OpGet, report.GetIn{ID: c.ID})
	if err != nil {
		return err
	}
	data, err := env.desk().PDF(r, i18n.Lang(c.Report))
	if err != nil {
		return err
	}
	return env.write(c.Out, data)
}

// ReportSnapshotCmd writes the frozen figures.
type ReportSnapshotCmd struct {
	ID string `arg:"" help:"Report."`
}

// Run prints the JSON.
func (c *ReportSnapshotCmd) Run(env *Env) error {
	r, err := op.Ask(env.Context, env.Run, env.Actor, report.OpGet, report.GetIn{ID: c.ID})
	if err != nil {
		return err
	}
	data, err := env.desk().Store.Get(r.Snapshot)
	if err != nil {
		return err
	}
	_, err = env.Out.Write(data)
	return err
}

// ReportSignCmd signs a report.
type ReportSignCmd struct {
	ID        string `arg:"" help:"Report."`
	Office    string `help:"cio or ciso; the person of --as holds it." enum:"cio,ciso" required:""`
	Key       string `help:"PKCS#12 file, or PEM file with certificate and key; the person's stored key unless told." type:"existingfile"`
	PassStdin bool   `help:"Read the passphrase from the first line of standard input."`
}

// Run signs and says what the signatures are worth.
func (c *ReportSignCmd) Run(env *Env) error {
	in := report.SignIn{ID: c.ID, Office: c.Office, Store: report.StoreIn(env.Data)}
	if c.PassStdin {
		line, err := bufio.NewReader(io.LimitReader(env.In, 4096)).ReadString('\n')
		if err != nil && line == "" {
			return err
		}
		in.Passphrase = strings.TrimRight(line, "\r\n")
	}
	if c.Key != "" {
		data, err := os.ReadFile(c.Key)
		if err != nil {
			return err
		}
		in.Key = data
	}
	r, err := op.Do(env.Context, env.Run, env.Actor, report.OpSign, in)
	if err != nil {
		return err
	}
	s := r.Signature(c.Office)
	env.Say("cli.report.signed", "id", r.ID, "name", s.Name, "level", s.Level, "kind", env.T(s.KindKey()), "state", env.T("report.state."+string(r.State)))
	return nil
}

// ReportWithdrawCmd withdraws a report.
type ReportWithdrawCmd struct {
	ID string `arg:"" help:"Report."`
}

// Run withdraws.
func (c *ReportWithdrawCmd) Run(env *Env) error {
	_, err := op.Do(env.Context, env.Run, env.Actor, report.OpWithdraw, report.WithdrawIn{ID: c.ID})
	return err
}

// ReportVerifyCmd verifies a PDF; it needs no database and no network.
type ReportVerifyCmd struct {
	File      string   `arg:"" help:"PDF of a report." type:"existingfile"`
	Roots     []string `help:"PEM files of authorities to trust, besides those in the folder trust of the data folder." type:"existingfile"`
	RecordKey string   `help:"Public key that the record must have; the one in the document otherwise."`
	JSON      bool     `name:"json" help:"Print everything that was found as JSON."`
}

// RunOffline verifies and says what was found.
func (c *ReportVerifyCmd) RunOffline(env *Env) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	roots, err := report.Roots(env.Data, c.Roots...)
	if err != nil {
		return err
	}
	v, err := report.Verify(report.VerifyIn{PDF: data, Roots: roots, RecordKey: c.RecordKey, Now: time.Now()})
	if err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(env.Out)
		out.SetIndent("", "  ")
		err = out.Encode(v)
	} else {
		c.say(env, v)
	}
	if code := v.Exit(); err == nil && code != 0 {
		return exit(code)
	}
	return err
}

func (c *ReportVerifyCmd) say(env *Env, v report.Verification) {
	env.Say("cli.report.status", "status", v.Status, "word", env.T("pades.status."+string(v.Status)))
	if v.Report != "" {
		env.Say("cli.report.of", "id", v.Report, "org", v.Organisation, "period", report.PeriodName(env.Lang, v.Period), "when", i18n.DateTime(env.Lang, v.AsOf))
	}
	for _, s := range v.Signatures {
		env.Say("cli.report.signature", "field", s.Field, "name", s.Name, "subject", s.Subject, "when", i18n.DateTime(env.Lang, s.At),
			"level", s.Level, "kind", env.T("report.signature.kind."+s.Kind), "status", s.Status)
		fmt.Fprintln(env.Out, "  "+env.T("pades.chain."+string(s.Chain)))
	}
	for _, check := range v.Checks {
		fmt.Fprintf(env.Out, "%s\t%s\n", check.Status, check.Detail.In(env.Lang))
	}
	for _, f := range v.Findings {
		fmt.Fprintf(env.Out, "! %s\t%s\n", f.Code, f.Text.In(env.Lang))
	}
}
