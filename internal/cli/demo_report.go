package cli

import (
	"path/filepath"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/report"
)

// demoPassphrase opens the signing keys of the demonstration; it is printed, as the password is.
const demoPassphrase = "accordo-demo-key-2026"

// makeDemoReport gives both officers a signing key of the demonstration authority and freezes the first
// report, whose PDFs lie beside the database.
func (e *Env) makeDemoReport(people []demoPerson) error {
	var officers []report.DemoPerson
	for _, p := range people {
		if p.office == identity.OfficeCIO || p.office == identity.OfficeCISO {
			officers = append(officers, report.DemoPerson{ID: p.person.ID, Passphrase: demoPassphrase})
		}
	}
	if err := report.DemoKeys(e.Context, e.Run, e.Data, officers); err != nil {
		return err
	}
	r, err := e.desk().Freeze(e.Context, db.System("demo"), report.FreezeIn{})
	if err != nil {
		return err
	}
	for _, lang := range i18n.Langs {
		data, err := e.desk().PDF(r, lang)
		if err != nil {
			return err
		}
		if err := e.write(filepath.Join(e.Data, "board-report."+string(lang)+".pdf"), data); err != nil {
			return err
		}
	}
	return nil
}
