package web

import (
	"accordo.dev/internal/governance/committee"
	"accordo.dev/internal/web/ui"
)

// refusedHere tells whether a form was refused, by its fields.
func refusedHere(fields []ui.Input) bool {
	for _, f := range fields {
		if f.Error != "" {
			return true
		}
	}
	return false
}

func sendLook(do string) string {
	if do == "cancel" {
		return "dan"
	}
	return ""
}

func agendaVerdict(p ui.Page, v sittingView) string {
	if v.One.State == committee.Planned {
		return p.T("committee.agenda.live")
	}
	return ""
}

func agendaMeta(p ui.Page, v sittingView) string {
	return p.T("committee.agenda.time", "minutes", v.One.Agenda, "length", v.One.Length())
}

func (v *sittingView) attendanceVerdict(p ui.Page) string {
	if v.One.Held() {
		return v.quorum(p)
	}
	return p.T("committee.quorum.rule", "n", v.One.Of.Quorum)
}

func carried(r committee.Resolution) ui.State {
	if r.Carried() {
		return ui.OK
	}
	return ui.Bad
}

func votes(p ui.Page, r committee.Resolution) string {
	key := "committee.resolution.not-carried"
	if r.Carried() {
		key = "committee.resolution.carried"
	}
	return p.T(key, "for", r.For, "against", r.Against, "abstained", r.Abstained)
}
