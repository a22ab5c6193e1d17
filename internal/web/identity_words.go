package web

import (
	"time"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/web/ui"
)

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
