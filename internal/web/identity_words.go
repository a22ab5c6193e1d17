package web

import (
	"strings"
	"time"

	"accordo.dev/internal/governance"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/web/ui"
)

// findingArgs gives the placeholders of a finding's message.
func findingArgs(f governance.Finding) []any {
	var args []any
	for name, value := range f.Args {
		args = append(args, name, value)
	}
	return args
}

func findingText(p ui.Page, f governance.Finding) string { return p.T(f.Key, findingArgs(f)...) }

func findingMeaning(p ui.Page, f governance.Finding) string {
	return p.T(f.Key+".means", findingArgs(f)...)
}

// findingMissing lists the measures that a finding misses, in words.
func findingMissing(p ui.Page, f governance.Finding) []string {
	missing, _ := f.Args["missing"].([]string)
	words := make([]string, len(missing))
	for i, one := range missing {
		words[i] = p.T("governance.compensation." + one)
	}
	return words
}

func findingState(p ui.Page, f governance.Finding) (ui.State, string) {
	switch {
	case f.Unknown:
		return ui.Unk, p.T("shell.unknown")
	case f.Severity == governance.High:
		return ui.Bad, p.T("governance.severity.high")
	default:
		return ui.Warn, p.T("governance.severity.medium")
	}
}

// findingBasis says what a finding rests on: the provisions, and how sure the rule is.
func findingBasis(p ui.Page, f governance.Finding) string {
	return f.Rule + " · " + strings.Join(lawWords(f.Refs), "; ") + " · " + p.T("governance.basis."+string(f.Basis)) + ", " + p.T("governance.certainty."+string(f.Certainty))
}

// lawWords writes provisions as people cite them: 2022/2554#6.4 is "2022/2554 art. 6(4)".
func lawWords(refs []string) []string {
	words := make([]string, len(refs))
	for i, ref := range refs {
		act, place, _ := strings.Cut(ref, "#")
		article, paragraph, _ := strings.Cut(place, ".")
		words[i] = act + " art. " + article
		if paragraph != "" {
			words[i] += "(" + paragraph + ")"
		}
	}
	return words
}

// vacant counts the offices that an organisation cannot do without and that nobody holds.
func vacant(rows []officeRow) int {
	n := 0
	for _, row := range rows {
		if len(row.Holders) == 0 && needed(row.Office) {
			n++
		}
	}
	return n
}

// needed tells whether decisions come to a stop without a holder of the office.
func needed(office string) bool {
	switch office {
	case identity.OfficeBoard, identity.OfficeCEO, identity.OfficeCIO, identity.OfficeCISO, identity.OfficeCRO, identity.OfficeAdministrator:
		return true
	}
	return false
}

func lastUse(p ui.Page, at time.Time) string {
	if at.IsZero() {
		return p.T("identity.used.never")
	}
	return p.T("identity.used.last", "when", p.DateTime(at))
}

func tokenLife(p ui.Page, t identity.Token) string {
	if !t.Valid(p.Now) {
		return p.T("identity.account.token.expired", "when", p.Date(t.ExpiresAt))
	}
	return p.T("identity.account.token.until", "when", p.Date(t.ExpiresAt))
}

// dayWords writes a day as it is kept in the language of the reader.
func dayWords(lang i18n.Lang, day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return i18n.Date(lang, t)
}
