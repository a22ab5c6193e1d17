package web

import (
	"strconv"
	"time"

	"accordo.dev/internal/i18n"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/web/ui"
)

// span writes minutes as a length of time; empty when nobody has said.
func span(p ui.Page, minutes *int64) string {
	if minutes == nil {
		return ""
	}
	return p.Duration(time.Duration(*minutes) * time.Minute)
}

// day writes a day that is kept as text; empty stays empty.
func day(p ui.Page, text string) string {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return p.Date(t.Add(12 * time.Hour))
}

func kindWord(p ui.Page, kind landscape.Kind) string { return p.T("landscape.kind." + string(kind)) }

func levelWord(p ui.Page, family string, level *int64) string {
	if level == nil {
		return ""
	}
	return p.T("landscape." + family + "." + strconv.FormatInt(*level, 10))
}

// said is a cell of words; unknown is shown as unknown.
func said(p ui.Page, text string) ui.Cell {
	if text == "" {
		return ui.Is(ui.Unk, p.T("landscape.unsaid"))
	}
	return ui.Words(text)
}

// orUnsaid is a fact; unknown is shown as unknown.
func orUnsaid(p ui.Page, term, text string) ui.Fact {
	if text == "" {
		return ui.Fact{Term: term, Show: ui.Chip(ui.Unk, p.T("landscape.unsaid"))}
	}
	return ui.Fact{Term: term, Text: text}
}

func yesNo(p ui.Page, answer *bool) string {
	switch {
	case answer == nil:
		return ""
	case *answer:
		return p.T("landscape.yes")
	default:
		return p.T("landscape.no")
	}
}

// expiry says how an agreement stands on a day.
func expiry(p ui.Page, a landscape.Agreement, today string) (ui.State, string) {
	switch {
	case a.Until == "":
		return ui.Unk, p.T("landscape.agreement.open")
	case a.ExpiredOn(today):
		return ui.Bad, p.T("landscape.agreement.expired", "when", day(p, a.Until))
	case a.ExpiresWithin(today, 90):
		return ui.Warn, p.T("landscape.agreement.soon", "when", day(p, a.Until))
	default:
		return ui.OK, p.T("landscape.agreement.until", "when", day(p, a.Until))
	}
}

// findingWords says what a finding is about.
func findingWords(p ui.Page, f landscape.Incoherence) string {
	family := "criticality"
	if f.Rule == landscape.RuleConfidentiality || f.Rule == landscape.RuleClassGap {
		family = "level"
	}
	return p.T("landscape.finding."+string(f.Rule), "name", nameOr(f.Name, f.Element), "other", nameOr(f.OtherName, f.Other),
		"minutes", span(p, f.Minutes), "other_minutes", span(p, f.OtherMinutes), "level", levelWord(p, family, f.Level),
		"other_level", levelWord(p, family, f.OtherLevel), "title", f.Title, "since", day(p, f.Since), "count", f.Count)
}

func nameOr(name i18n.Text, id string) i18n.Text {
	if name.EN == "" && name.IT == "" {
		return i18n.Text{EN: id}
	}
	return name
}

func coherenceState(grade landscape.Grade) ui.State {
	switch grade {
	case landscape.CannotTell:
		return ui.Unk
	case landscape.Soon:
		return ui.Warn
	default:
		return ui.Bad
	}
}

func today(p ui.Page) string { return p.Now.Format(time.DateOnly) }
