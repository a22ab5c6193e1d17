package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// PeopleCmd is about people.
type PeopleCmd struct {
	List PeopleListCmd `cmd:"" help:"List people with the offices they hold today."`
	Add  PeopleAddCmd  `cmd:"" help:"Add a person."`
	End  PeopleEndCmd  `cmd:"" help:"Let a person leave: offices, sessions and tokens end."`
}

// PeopleListCmd lists people.
type PeopleListCmd struct {
	Text   string `arg:"" optional:"" help:"Part of name, e-mail or unit."`
	Office string `help:"Only who holds this office today."`
}

// Run prints one line a person.
func (c *PeopleListCmd) Run(env *Env) error {
	filter := identity.Filter{Page: db.Page{Limit: db.Unlimited}, Text: c.Text, Office: c.Office}
	page, err := op.Ask(env.Context, env.Run, env.Actor, identity.OpList, filter)
	for _, p := range page.Items {
		fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\t%s\n", p.ID, p.Name, p.Email, p.Unit, strings.Join(p.Offices, ","))
	}
	return err
}

// PeopleAddCmd adds a person.
type PeopleAddCmd struct {
	Name      string `arg:"" help:"Name."`
	ID        string `help:"Id; made out of the name unless told."`
	Email     string `help:"E-mail address, needed to sign in with a password."`
	Unit      string `help:"Unit of the organisation."`
	ReportsTo string `help:"Id of the superior, or board."`
	Language  string `help:"en or it." default:"en"`
}

// Run adds the person and prints the id.
func (c *PeopleAddCmd) Run(env *Env) error {
	p, err := op.Do(env.Context, env.Run, env.Actor, identity.OpAddPerson, identity.AddPersonInput{
		ID: c.ID, Name: c.Name, Email: c.Email, Unit: c.Unit, ReportsTo: c.ReportsTo, Language: i18n.Lang(c.Language),
	})
	if err == nil {
		fmt.Fprintln(env.Out, p.ID)
	}
	return err
}

// PeopleEndCmd lets a person leave.
type PeopleEndCmd struct {
	Person string `arg:"" help:"Id of the person."`
}

// Run ends the person.
func (c *PeopleEndCmd) Run(env *Env) error {
	p, err := op.Do(env.Context, env.Run, env.Actor, identity.OpEndPerson, identity.EndPersonInput{ID: c.Person})
	if err == nil {
		env.Say("cli.people.ended", "person", p.Name)
	}
	return err
}

// OfficeCmd is about offices.
type OfficeCmd struct {
	List    OfficeListCmd    `cmd:"" help:"List who holds which office."`
	Appoint OfficeAppointCmd `cmd:"" help:"Appoint a person to an office."`
	End     OfficeEndCmd     `cmd:"" help:"End a person's time in an office."`
}

// OfficeListCmd lists holdings.
type OfficeListCmd struct {
	Office string `arg:"" optional:"" help:"Only this office."`
}

// Run prints one line a holding.
func (c *OfficeListCmd) Run(env *Env) error {
	all, err := op.Ask(env.Context, env.Run, env.Actor, identity.OpHoldings, identity.HoldingsInput{Office: c.Office})
	for _, h := range all {
		fmt.Fprintf(env.Out, "%s\t%s\t%s\t%s\n", h.Office, h.Person, h.From, h.Until)
	}
	return err
}

// OfficeAppointCmd appoints.
type OfficeAppointCmd struct {
	Office string `arg:"" help:"Code of the office, such as ciso."`
	Person string `arg:"" help:"Id of the person."`
	From   string `help:"First day; today unless told."`
	Until  string `help:"First day on which it is held no more."`
}

// Run appoints the person.
func (c *OfficeAppointCmd) Run(env *Env) error {
	h, err := op.Do(env.Context, env.Run, env.Actor, identity.OpAppoint, identity.AppointInput{Office: c.Office, Person: c.Person, From: c.From, Until: c.Until})
	if err == nil {
		env.Say("cli.office.appointed", "person", h.Person, "office", identity.OfficeName(h.Office), "from", h.From)
	}
	return err
}

// OfficeEndCmd ends a holding.
type OfficeEndCmd struct {
	Office string `arg:"" help:"Code of the office."`
	Person string `arg:"" help:"Id of the person."`
	Until  string `help:"First day on which it is held no more; today unless told."`
}

// Run ends the holding.
func (c *OfficeEndCmd) Run(env *Env) error {
	h, err := op.Do(env.Context, env.Run, env.Actor, identity.OpEndOffice, identity.EndOfficeInput{Office: c.Office, Person: c.Person, Until: c.Until})
	if err == nil {
		env.Say("cli.office.ended", "person", h.Person, "office", identity.OfficeName(h.Office), "until", h.Until)
	}
	return err
}

// TokenCmd is about API tokens.
type TokenCmd struct {
	Make TokenMakeCmd `cmd:"" help:"Make an API token; it is printed this once."`
}

// TokenMakeCmd makes a token.
type TokenMakeCmd struct {
	Person string   `arg:"" help:"Id of the person for whom it acts."`
	Name   string   `help:"What it is for." required:""`
	Scope  []string `help:"read, write, or an area such as evidence." required:""`
	Days   int      `help:"Days that it works." default:"90"`
}

// Run makes the token and prints it.
func (c *TokenMakeCmd) Run(env *Env) error {
	made, err := op.Do(env.Context, env.Run, env.Actor, identity.OpMakeToken, identity.MakeTokenInput{
		Person: c.Person, Name: c.Name, Scopes: c.Scope, Days: c.Days,
	})
	if err == nil {
		fmt.Fprintln(env.Out, made.Secret)
	}
	return err
}

// PasswordCmd is about passwords.
type PasswordCmd struct {
	Set PasswordSetCmd `cmd:"" help:"Give a person the password that is read from standard input."`
}

// PasswordSetCmd sets a password.
type PasswordSetCmd struct {
	Person string `arg:"" help:"Id of the person."`
}

// Run reads one line and sets it as password.
func (c *PasswordSetCmd) Run(env *Env) error {
	line, err := bufio.NewReader(io.LimitReader(env.In, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the password: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return problem.New(problem.Invalid, "cli.password.empty")
	}
	p, err := op.Do(env.Context, env.Run, env.Actor, identity.OpSetPassword, identity.SetPasswordInput{Person: c.Person, Password: line})
	if err == nil {
		env.Say("cli.password.set", "person", p.Name)
	}
	return err
}

// setupLink prints the link of the first start when nobody is there yet.
func (e *Env) setupLink(origin string) error {
	link, err := op.Do(e.Context, e.Run, db.System("setup"), identity.OpStartSetup, struct{}{})
	if err == nil && link.Secret != "" {
		e.Say("cli.run.setup", "link", origin+"/setup?link="+link.Secret)
	}
	return err
}
