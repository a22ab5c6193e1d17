package cli

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"text/tabwriter"

	"accordo.dev/demo"
	"accordo.dev/internal/db"
	"accordo.dev/internal/folder"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
)

// demoPassword is printed for everybody who tries the product; therefore the demonstration listens on
// this machine only, unless another password is given in ACCORDO_DEMO_PASSWORD.
const demoPassword = "accordo-demo-2026"

// demoOffices are the offices whose holders may sign in to the demonstration.
var demoOffices = []string{
	identity.OfficeCIO, identity.OfficeCISO, identity.OfficeCRO, identity.OfficeCEO, identity.OfficeBoard,
	identity.OfficeInternalAudit, identity.OfficeAdministrator,
}

// makeDemo creates the demonstration organisation in an empty database; it leaves any other alone.
func (e *Env) makeDemo(listen string) error {
	password, given := os.LookupEnv("ACCORDO_DEMO_PASSWORD")
	if !given {
		password = demoPassword
	}
	if !given && !onThisMachine(listen) {
		return problem.New(problem.Forbidden, "cli.demo.open", "listen", listen)
	}
	empty, err := e.empty()
	if err != nil || !empty {
		return err
	}
	e.Say("cli.demo.creating")
	dir := filepath.Join(e.Data, "demo-organisation")
	if err := demo.Write(dir, e.DB.Now()); err != nil {
		return err
	}
	system := db.System("demo")
	if _, err := op.Do(e.Context, e.Run, system, folder.OpApply, folder.ApplyIn{Dir: dir, Data: e.Data}); err != nil {
		return err
	}
	people, err := e.demoPeople()
	if err != nil {
		return err
	}
	for _, p := range people {
		if _, err := op.Do(e.Context, e.Run, system, identity.OpSetPassword, identity.SetPasswordInput{Person: p.person.ID, Password: password}); err != nil {
			return err
		}
	}
	return e.makeDemoReport(people)
}

func (e *Env) empty() (bool, error) {
	var own organisation.Organisation
	err := e.DB.View(e.Context, e.Actor, func(r db.Reader) (err error) {
		own, err = organisation.Get(e.Context, r, struct{}{})
		return err
	})
	return own.Name == "", err
}

func onThisMachine(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	return err == nil && (host == "localhost" || net.ParseIP(host).IsLoopback())
}

// demoPerson is somebody who may sign in to the demonstration.
type demoPerson struct {
	office string
	person identity.Person
}

func (e *Env) demoPeople() ([]demoPerson, error) {
	var found []demoPerson
	err := e.DB.View(e.Context, e.Actor, func(r db.Reader) error {
		holders, err := identity.Holders(e.Context, r, identity.Day(r.Now()))
		if err != nil {
			return err
		}
		for _, office := range demoOffices {
			for _, id := range holders[office] {
				p, err := identity.Get(e.Context, r, identity.GetInput{ID: id})
				if err != nil {
					return err
				}
				found = append(found, demoPerson{office, p})
			}
		}
		return nil
	})
	return found, err
}

// printDemoPeople prints who may sign in.
func (e *Env) printDemoPeople() error {
	people, err := e.demoPeople()
	if err != nil {
		return err
	}
	e.Say("cli.demo.people", "password", demoPassword)
	e.Say("cli.report.demo-key", "passphrase", demoPassphrase)
	table := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	for _, p := range people {
		fmt.Fprintf(table, "  %s\t%s\t%s\n", identity.OfficeName(p.office).In(e.Lang), p.person.Name, p.person.Email)
	}
	return table.Flush()
}
