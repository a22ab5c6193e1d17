package web

import (
	"strings"

	"accordo.dev/internal/evidence"
	"accordo.dev/internal/web/ui"
)

// evidenceVerdict says in words how much of the evidence still speaks: which scopes are fresh, which are stale and
// since when, what is unmatched, which files are partial.
func evidenceVerdict(p ui.Page, scopes []evidence.Freshness, unmatched, partial int) string {
	if len(scopes) == 0 {
		return p.T("evidence.verdict.none")
	}
	var stale, never []string
	for _, f := range scopes {
		switch f.State {
		case evidence.Stale:
			stale = append(stale, p.T("evidence.verdict.since", "scope", f.Scope, "day", p.Date(f.Complete)))
		case evidence.Never:
			never = append(never, f.Scope)
		}
	}
	said := []string{p.T("evidence.verdict.fresh", "n", len(scopes)-len(stale)-len(never), "total", len(scopes))}
	if len(stale) > 0 {
		said = append(said, p.N("evidence.verdict.stale", len(stale), "which", few(p, stale)))
	}
	if len(never) > 0 {
		said = append(said, p.N("evidence.verdict.never", len(never), "which", few(p, never)))
	}
	if unmatched > 0 {
		said = append(said, p.N("evidence.verdict.unmatched", unmatched))
	}
	if partial > 0 {
		said = append(said, p.N("evidence.verdict.partial", partial))
	}
	return strings.Join(said, " ")
}

// few names up to three and counts the rest.
func few(p ui.Page, all []string) string {
	if len(all) <= 3 {
		return strings.Join(all, ", ")
	}
	return strings.Join(all[:3], ", ") + " " + p.T("evidence.verdict.more", "n", len(all)-3)
}

func freshList(q *request, fresh []evidence.Freshness) ui.List {
	list := ui.List{
		Caption: q.T("evidence.scopes"), Total: len(fresh), Nothing: q.T("evidence.scopes.none"),
		Columns: []ui.Column{
			{Title: q.T("evidence.file.scope")},
			{Title: q.T("evidence.state")},
			{Title: q.T("evidence.tier"), Right: true},
			{Title: q.T("evidence.last-complete"), Right: true},
			{Title: q.T("evidence.limit"), Right: true},
			{Title: q.T("evidence.runs"), Right: true},
			{Title: q.T("evidence.open"), Right: true},
		},
	}
	for _, f := range fresh {
		last := ui.Words("–")
		if !f.Complete.IsZero() {
			last = ui.Words(q.Page.DateTime(f.Complete))
		}
		list.Rows = append(list.Rows, ui.Cells(ui.Words(f.Scope).Below(q.T("evidence.format."+f.Scanner)), freshCell(q.Page, f), ui.Words(tierText(f.Tier)), last,
			ui.Words(q.Page.Integer(f.Limit)), ui.Words(q.Page.Integer(f.Runs)), ui.Words(q.Page.Integer(f.Open))))
	}
	return list
}

// freshCell says how a scope stands, and what to do about it.
func freshCell(p ui.Page, f evidence.Freshness) ui.Cell {
	switch f.State {
	case evidence.Fresh:
		return ui.Is(ui.OK, p.T("evidence.fresh"))
	case evidence.Never:
		return ui.Is(ui.Unk, p.T("evidence.fresh.never")).Below(p.T("evidence.fresh.never.do"))
	default:
		return ui.Is(ui.Warn, p.N("evidence.fresh.stale", f.Days)).Below(p.T("evidence.fresh.stale.do"))
	}
}
