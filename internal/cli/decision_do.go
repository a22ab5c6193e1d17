package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"accordo.dev/internal/decision"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// DecisionProposeCmd proposes a decision to both offices.
type DecisionProposeCmd struct {
	Title        string `help:"What is to be decided." required:""`
	TitleIT      string `name:"title-it" help:"The same in Italian."`
	Kind         string `help:"accept-risk, fund, gate, exception, policy, change or other." default:"other"`
	Materiality  string `help:"low, medium or high: how long both offices have." default:"medium"`
	About        string `help:"Item it concerns (kind:id)."`
	Draft        bool   `help:"Keep it as a draft."`
	DecisionText `embed:""`
}

// DecisionText is what exactly is decided.
type DecisionText struct {
	Content      string   `help:"What exactly is decided." required:""`
	ContentIT    string   `name:"content-it" help:"The same in Italian."`
	Money        *float64 `help:"Yearly loss removed, EUR; a minus adds."`
	Minutes      *float64 `help:"Minutes of critical service saved a year."`
	ExposureDays *float64 `help:"Weighted exposure-days removed a quarter."`
	Effect       string   `help:"Expected effect in words."`
	ReviewOn     string   `help:"Day from which the outcome is graded (2026-12-31)."`
	AskedBy      string   `help:"Of a change: it, security or business asked for it."`
	BuiltBy      string   `help:"Of a change: it, security or business builds it."`
}

func (t DecisionText) onto(terms decision.Terms) decision.Terms {
	terms.Content, terms.ContentIT = t.Content, t.ContentIT
	terms.MoneyEUR, terms.Minutes, terms.ExposureDays = t.Money, t.Minutes, t.ExposureDays
	terms.Effect, terms.ReviewOn, terms.AskedBy, terms.BuiltBy = t.Effect, t.ReviewOn, t.AskedBy, t.BuiltBy
	return terms
}

// Run prints the id of the decision.
func (c *DecisionProposeCmd) Run(env *Env) error {
	d, err := op.Do(env.Context, env.Run, env.Actor, decision.OpPropose, decision.ProposeIn{
		Title: c.Title, TitleIT: c.TitleIT, Kind: decision.Kind(c.Kind), Materiality: c.Materiality, About: ref.Ref(c.About), Draft: c.Draft, Terms: c.onto(decision.Terms{}),
	})
	if err == nil {
		fmt.Fprintln(env.Out, d.ID)
	}
	return err
}

// DecisionAnswer is the answer of an office on exactly one content.
type DecisionAnswer struct {
	ID     string `arg:"" help:"Id of the decision."`
	Office string `help:"cio, ciso or approver." enum:"cio,ciso,approver" required:""`
	Hash   string `help:"Fingerprint of the content that was read, as show prints it." required:""`
}

// DecisionGiveCmd gives the key of an office.
type DecisionGiveCmd struct {
	DecisionAnswer `embed:""`
	Emergency      string `help:"Put it in force before the other office answers, for this reason."`
}

// Run gives the key and says how the decision stands.
func (c *DecisionGiveCmd) Run(env *Env) error {
	if c.Emergency != "" {
		return didDecide(env, decision.OpEmergency, decision.EmergencyIn{ID: c.ID, Office: c.Office, Hash: c.Hash, Reason: c.Emergency})
	}
	return didDecide(env, decision.OpGiveKey, decision.GiveKeyIn{ID: c.ID, Office: c.Office, Hash: c.Hash})
}

// DecisionRefuseCmd refuses for an office.
type DecisionRefuseCmd struct {
	DecisionAnswer `embed:""`
	Reason         string `help:"What would go wrong." required:""`
	Counter        string `help:"To what the office would say yes." required:""`
}

// Run refuses and says how the decision stands.
func (c *DecisionRefuseCmd) Run(env *Env) error {
	return didDecide(env, decision.OpRefuse, decision.RefuseIn{ID: c.ID, Office: c.Office, Hash: c.Hash, Reason: c.Reason, Counter: c.Counter})
}

// DecisionReviseCmd changes the content; options that were weighed stay.
type DecisionReviseCmd struct {
	ID           string `arg:"" help:"Id of the decision."`
	DecisionText `embed:""`
}

// Run changes the content and says how the decision stands.
func (c *DecisionReviseCmd) Run(env *Env) error {
	d, err := op.Ask(env.Context, env.Run, env.Actor, decision.OpGet, decision.GetIn{ID: c.ID})
	if err != nil {
		return err
	}
	return didDecide(env, decision.OpRevise, decision.ReviseIn{ID: c.ID, Version: d.Version, Terms: c.onto(d.Text())})
}

// DecisionOneCmd names a decision.
type DecisionOneCmd struct {
	ID string `arg:"" help:"Id of the decision."`
}

// DecisionEscalateCmd sends a deadlock up at once.
type DecisionEscalateCmd struct {
	DecisionOneCmd `embed:""`
}

// Run sends it up and says how the decision stands.
func (c *DecisionEscalateCmd) Run(env *Env) error {
	return didDecide(env, decision.OpEscalate, decision.OneIn{ID: c.ID})
}

// DecisionWithdrawCmd takes a proposal back.
type DecisionWithdrawCmd struct {
	DecisionOneCmd `embed:""`
}

// Run takes it back and says how the decision stands.
func (c *DecisionWithdrawCmd) Run(env *Env) error {
	return didDecide(env, decision.OpWithdraw, decision.OneIn{ID: c.ID})
}

// DecisionArbitrateCmd ends a deadlock.
type DecisionArbitrateCmd struct {
	ID      string `arg:"" help:"Id of the decision."`
	Hash    string `help:"Fingerprint of the content that was read, as show prints it." required:""`
	Approve bool   `help:"Approve as proposed." xor:"answer" required:""`
	Reject  bool   `help:"Reject." xor:"answer" required:""`
	Reason  string `help:"Why." required:""`
}

// Run ends it and says how the decision stands.
func (c *DecisionArbitrateCmd) Run(env *Env) error {
	return didDecide(env, decision.OpArbitrate, decision.ArbitrateIn{ID: c.ID, Hash: c.Hash, Approve: c.Approve, Reason: c.Reason})
}

// DecisionDelegateCmd lets somebody answer for the office of who acts.
type DecisionDelegateCmd struct {
	Office string `help:"cio or ciso." enum:"cio,ciso" required:""`
	To     string `help:"Id of the person who answers." required:""`
	From   string `help:"First day (2026-12-01)." required:""`
	Until  string `help:"Last day; at most 92 days in all." required:""`
	Reason string `help:"Why."`
}

// Run prints the id of the delegation.
func (c *DecisionDelegateCmd) Run(env *Env) error {
	d, err := op.Do(env.Context, env.Run, env.Actor, decision.OpDelegate, decision.DelegateIn{Office: c.Office, To: c.To, FirstDay: c.From, LastDay: c.Until, Reason: c.Reason})
	if err == nil {
		fmt.Fprintln(env.Out, d.ID)
	}
	return err
}

// DecisionRevokeCmd ends a delegation.
type DecisionRevokeCmd struct {
	ID string `arg:"" help:"Id of the delegation."`
}

// Run ends it.
func (c *DecisionRevokeCmd) Run(env *Env) error {
	_, err := op.Do(env.Context, env.Run, env.Actor, decision.OpRevoke, decision.RevokeIn{ID: c.ID})
	return err
}

// didDecide runs a command on a decision and says in one line how it stands: id, status, office that it waits for, fingerprint.
func didDecide[In any](env *Env, command op.Command[In, decision.Decision], in In) error {
	d, err := op.Do(env.Context, env.Run, env.Actor, command, in)
	if err != nil {
		return err
	}
	row := decision.AsOf(d, env.DB.Now())
	fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\n", d.ID, row.StatusNow, row.Escalation, d.Hash())
	return nil
}

// DecisionExportCmd writes a decision with its proofs.
type DecisionExportCmd struct {
	ID  string `arg:"" help:"Id of the decision."`
	Out string `help:"File to write; standard output otherwise." type:"path"`
}

// Run writes the file.
func (c *DecisionExportCmd) Run(env *Env) error {
	file, err := op.Ask(env.Context, env.Run, env.Actor, decision.OpExport(env.Key), decision.GetIn{ID: c.ID})
	if err != nil {
		return err
	}
	if c.Out == "" {
		return env.print(file)
	}
	data, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Out, append(data, '\n'), 0o600); err != nil {
		return err
	}
	env.Say("cli.decision.exported", "id", c.ID, "file", c.Out, "key", env.Key.Public)
	return nil
}

// DecisionVerifyCmd verifies an exported decision; it needs no database.
type DecisionVerifyCmd struct {
	File string `arg:"" help:"File of decision export." type:"existingfile"`
	Key  string `help:"Public key that must have signed it; the one in the file otherwise."`
}

// RunOffline verifies the file and says statement by statement what was found.
func (c *DecisionVerifyCmd) RunOffline(env *Env) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	var file decision.Exported
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields()
	err = in.Decode(&file)
	if _, rest := in.Token(); err != nil || file.Format != decision.ExportFormat || !errors.Is(rest, io.EOF) {
		return problem.New(problem.Invalid, "cli.decision.no-export", "file", c.File)
	}
	status := 0
	for _, p := range file.Verify(c.Key) {
		switch {
		case !p.OK:
			status = 1
		case p.Told && status == 0:
			status = 3
		}
		sayProven(env, file, p)
	}
	env.Say("cli.decision.verdict."+strconv.Itoa(status), "id", file.Decision.ID, "status", env.T("decision.status."+string(file.Status)), "when", i18n.DateTime(env.Lang, file.At))
	if c.Key == "" {
		env.Say("cli.record.unpinned", "key", file.Public)
	}
	if status != 0 {
		return exit(status)
	}
	return nil
}

func sayProven(env *Env, file decision.Exported, p decision.Proven) {
	word := "cli.decision.holds"
	if !p.OK {
		word = "cli.decision.fails"
	} else if p.Told {
		word = "cli.decision.told"
	}
	who := p.Who
	if name := file.People[who]; name != "" {
		who = name
	}
	what := env.T("cli.decision.proven."+p.What, "who", who, "office", p.Office, "n", p.Seq)
	env.Say(word, "what", what, "why", p.Why)
}
