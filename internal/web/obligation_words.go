package web

import (
	"strings"
	"time"

	"accordo.dev/internal/governance/obligation"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/law"
	"accordo.dev/internal/web/ui"
)

var obligationStates = map[obligation.State]ui.State{
	obligation.Overdue: ui.Bad, obligation.Never: ui.Unk, obligation.Due: ui.Warn, obligation.Done: ui.OK, obligation.Idle: ui.Plain, obligation.NotApplicable: ui.Plain,
}

// whoActs names the offices that act on an obligation, and who else does.
func whoActs(p ui.Page, o obligation.Obligation) string {
	var names []string
	for _, office := range o.Who {
		names = append(names, acting(p, office))
	}
	if other := o.Others().In(p.Lang); other != "" {
		names = append(names, other)
	}
	return strings.Join(names, ", ")
}

// acting names an office as it acts: the body as a whole, not one of its members.
func acting(p ui.Page, office string) string {
	if office == identity.OfficeBoard {
		return p.T("obligation.body")
	}
	return p.T("office." + office)
}

// provisions writes where an obligation comes from: the provisions, or the contract or rule.
func provisions(p ui.Page, o obligation.Obligation) string {
	return cited(p, o.Refs, o.Ground().In(p.Lang))
}

func cited(p ui.Page, refs []law.Citation, basis string) string {
	var all []string
	for _, cite := range refs {
		all = append(all, cite.In(p.Lang))
	}
	if basis != "" {
		all = append(all, basis)
	}
	return strings.Join(all, "; ")
}

// inForce says since when (and until when) each provision applies.
func inForce(p ui.Page, refs []law.Citation) string {
	var all []string
	for _, cite := range refs {
		since, until := cite.Since()
		text := cite.In(p.Lang) + " (" + p.T("obligation.since", "day", dayWords(p.Lang, since)) + ")"
		if until != "" {
			text = cite.In(p.Lang) + " (" + p.T("obligation.until", "since", dayWords(p.Lang, since), "until", dayWords(p.Lang, until)) + ")"
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

// often writes how often an obligation comes back, as the organisation meets it.
func often(p ui.Page, row obligation.Standing) string {
	f, own := row.Frequency, row.Setting.Months
	text := ""
	switch {
	case f.Kind == obligation.InWindow:
		text = windowWords(p, f)
	case f.Kind == obligation.Changed || f.Kind == obligation.OnEvents:
		text = p.T("obligation.kind." + string(f.Kind))
	case own > 0:
		text = p.N("obligation.every.months", own) + " (" + p.T("obligation.interval.own") + ")"
	case f.Kind == obligation.Periodic && f.Months == 0:
		text = p.N("obligation.every.months", obligation.OwnMonths) + " (" + p.T("obligation.interval.default") + ")"
	case f.Weeks > 0:
		text = p.N("obligation.every.weeks", f.Weeks)
	default:
		text = p.N("obligation.every.months", f.Months)
	}
	for _, also := range f.Also {
		text += ", " + p.T("obligation.also."+string(also))
	}
	return text
}

func windowWords(p ui.Page, f obligation.Frequency) string {
	var parts []string
	for _, w := range f.Windows {
		parts = append(parts, p.T("obligation.window", "from", dayOfYear(p, w.From), "to", dayOfYear(p, w.To)))
	}
	return p.T("obligation.kind.window") + " " + listed(p, parts)
}

// dayOfYear writes a day without a year.
func dayOfYear(p ui.Page, monthDay string) string {
	return strings.TrimSuffix(dayWords(p.Lang, "2024-"+monthDay), " 2024")
}

// obligationSentence says how an obligation stands.
func obligationSentence(p ui.Page, row obligation.Standing, called names) string {
	who := whoActs(p, row.Obligation)
	switch {
	case row.State == obligation.NotApplicable:
		w := row.Setting.Waived
		by := p.T("obligation.somebody")
		if w.By != "" {
			by = called.person(p.Lang, w.By)
		}
		return p.T("obligation.stands.not-applicable", "reason", strings.TrimSuffix(w.Why().In(p.Lang), "."), "who", by, "day", dayWords(p.Lang, w.On))
	case row.Trigger != nil && row.State != obligation.Never:
		return p.T("obligation.stands."+string(row.State), "day", dayWords(p.Lang, row.Due), "who", who) + " " + p.T("obligation.because", "what", strings.TrimSuffix(row.Trigger.Told().In(p.Lang), "."), "day", dayWords(p.Lang, row.Trigger.Day))
	case row.State == obligation.Done && row.Due == "":
		return p.T("obligation.stands.until-changed", "last", dayWords(p.Lang, row.Last.Day))
	case row.State == obligation.Done:
		return p.T("obligation.stands.done", "last", dayWords(p.Lang, row.Last.Day), "day", dayWords(p.Lang, row.Due))
	default:
		return p.T("obligation.stands."+string(row.State), "day", dayWords(p.Lang, row.Due), "who", who)
	}
}

// monthName writes a month with its year.
func monthName(p ui.Page, first time.Time) string {
	words := strings.Fields(p.LongDate(first.Add(12 * time.Hour)))
	return strings.Join(words[len(words)-2:], " ")
}
