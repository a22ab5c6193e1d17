package web

import (
	"net/http"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// landscapeList lists what exists.
func (s *Server) landscapeList(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	filter := landscape.Filter{
		Page: db.Page{Sort: query.Get("sort"), After: query.Get("after")}, Text: query.Get("text"), Kind: query.Get("kind"), Outside: query.Get("outside"),
		Criticality: query.Get("criticality"), Owner: query.Get("owner"), Tag: query.Get("tag"), Source: query.Get("source"), Gap: query.Get("gap"), Ended: query.Get("ended") == "yes",
	}
	if wantsExport(q) {
		filter.After, filter.Limit = "", db.Unlimited
	}
	page, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpListElements, filter)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		header, rows := elementTable(page.Items)
		return export(w, q, "landscape", header, rows)
	}
	count, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpCount, struct{}{})
	if err != nil {
		return err
	}
	q.title("landscape", q.T("shell.nav.landscape"))
	return q.render(w, landscapePage(q.Page, count, elementList(q, page, count), s.refusal(q, "landscape.add-element")))
}

// landscapeTitle gives a page of the landscape its title and its place below the list.
func (q *request) landscapeTitle(title string, more ...ui.Crumb) {
	q.title("landscape", title, append([]ui.Crumb{{Title: q.T("shell.nav.landscape"), Href: "/landscape"}}, more...)...)
}

// elementTable writes elements with the columns of the import, so that an edited export can be imported again.
func elementTable(all []landscape.ElementRow) ([]string, [][]any) {
	header := []string{
		"id", "kind", "name", "name_it", "layer", "outside", "criticality", "owner", "rto_min", "rpo_min", "mtpd_min", "confidentiality",
		"integrity", "availability", "lifecycle", "end_of_life", "cost_eur_year", "tags",
	}
	rows := make([][]any, len(all))
	for i, e := range all {
		outside := "no"
		if e.Outside {
			outside = "yes"
		}
		rows[i] = []any{
			e.ID, string(e.Kind), e.Name, e.NameIT, e.Layer, outside, cell(e.Criticality), e.Owner, cell(e.RTO), cell(e.RPO), cell(e.MTPD),
			cell(e.Confidentiality), cell(e.Integrity), cell(e.Availability), e.Lifecycle, e.EndOfLife, cell(e.CostEURYear), strings.Join(e.Tags, "|"),
		}
	}
	return header, rows
}

// cell is a number for an export; one that nobody has said leaves the cell empty.
func cell[T any](n *T) any {
	if n == nil {
		return nil
	}
	return *n
}

func elementList(q *request, page db.PageOf[landscape.ElementRow], count landscape.Summary) ui.List {
	p := q.Page
	list := ui.List{
		Caption: q.T("shell.nav.landscape"), Sort: q.URL.Query().Get("sort"), Next: page.Next, Total: page.Total, Exports: true,
		Nothing: q.T("landscape.list.none"), Action: ui.Link("/landscape/import", "plus", q.T("landscape.import.title"), "pri"),
		Columns: []ui.Column{
			{Key: "name", Title: q.T("landscape.field.name")},
			{Key: "kind", Title: q.T("landscape.field.kind")},
			{Key: "criticality", Title: q.T("landscape.field.criticality")},
			{Key: "rto", Title: q.T("landscape.field.rto_min"), Right: true},
			{Key: "owner", Title: q.T("landscape.field.owner")},
			{Title: q.T("landscape.field.outside")},
		},
		Filters: []ui.Input{
			{Name: "text", Label: q.T("landscape.list.text")},
			{Name: "kind", Label: q.T("landscape.field.kind"), Type: "select", Options: anyOf(p, "landscape.kind.", wordsOf(landscape.Kinds)...)},
			{Name: "criticality", Label: q.T("landscape.field.criticality"), Type: "select", Options: anyOf(p, "landscape.criticality.", "1", "2", "3", "4", "unset")},
			{Name: "outside", Label: q.T("landscape.field.outside"), Type: "select", Options: anyOf(p, "landscape.outside.", "no", "yes")},
			{Name: "gap", Label: q.T("landscape.list.gap"), Type: "select", Options: anyOf(p, "landscape.gap.", "owner", "rto", "criticality", "kind")},
		},
	}
	if tag := q.URL.Query().Get("tag"); tag != "" {
		list.Filters = append(list.Filters, ui.Input{Name: "tag", Label: q.T("landscape.field.tags")})
	}
	if list.Sort == "" {
		list.Sort = "name"
	}
	for _, e := range page.Items {
		list.Rows = append(list.Rows, ui.Cells(
			ui.To("/landscape/"+e.ID, p.In(e.Title())).Below(e.ID), ui.Words(kindWord(p, e.Kind)), askedFor(p, e.Kind.Recovers(), levelWord(p, "criticality", e.Criticality)),
			askedFor(p, e.Kind.Recovers() && !e.Outside, span(p, e.RTO)), askedFor(p, e.Kind.Answered() && !e.Outside, ownerWord(p, e)), ui.Words(outsideWord(p, e.Outside)),
		))
	}
	return list
}

// wordsOf gives the words of a list of some type of word.
func wordsOf[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, one := range all {
		out[i] = string(one)
	}
	return out
}

// askedFor is a cell; only what should be known is shown as unknown.
func askedFor(p ui.Page, must bool, text string) ui.Cell {
	if text == "" && !must {
		return ui.Words("–")
	}
	return said(p, text)
}

func ownerWord(p ui.Page, e landscape.ElementRow) string {
	if name := p.In(e.OwnerName); name != "" {
		return name
	}
	return e.Owner
}

func outsideWord(p ui.Page, outside bool) string {
	if outside {
		return p.T("landscape.outside.yes")
	}
	return p.T("landscape.outside.no")
}

// landscapeBorders lists the connections that cross to the outside.
func (s *Server) landscapeBorders(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	filter := landscape.ConnectionFilter{
		Page: db.Page{Sort: query.Get("sort"), After: query.Get("after")}, Border: query.Get("all") != "yes",
		Text: query.Get("text"), Kind: query.Get("kind"), State: query.Get("state"), Element: query.Get("element"),
	}
	if wantsExport(q) {
		filter.After, filter.Limit = "", db.Unlimited
	}
	page, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpListConnections, filter)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		header, rows := connectionTable(page.Items)
		return export(w, q, "connections", header, rows)
	}
	count, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpCount, struct{}{})
	if err != nil {
		return err
	}
	q.landscapeTitle(q.T("landscape.borders.title"))
	return q.render(w, bordersPage(q.Page, count, connectionList(q, page)))
}

func connectionTable(all []landscape.ConnectionRow) ([]string, [][]any) {
	header := []string{"from", "kind", "to", "dependency", "strength", "protocol", "data", "encrypted", "authenticated", "phase", "agreement"}
	rows := make([][]any, len(all))
	for i, c := range all {
		rows[i] = []any{
			c.From, string(c.Kind), c.To, string(c.Dependency), string(c.Strength), c.Protocol, strings.Join(c.Data, "|"),
			truth(c.Encrypted), truth(c.Authenticated), map[landscape.Phase]string{"planned": "planning", "live": "maintaining"}[c.Phase], c.Agreement,
		}
		if rows[i][9] == "" {
			rows[i][9] = string(c.Phase)
		}
	}
	return header, rows
}

func truth(answer *bool) any {
	switch {
	case answer == nil:
		return nil
	case *answer:
		return "yes"
	default:
		return "no"
	}
}

func connectionList(q *request, page db.PageOf[landscape.ConnectionRow]) ui.List {
	p := q.Page
	list := ui.List{
		Caption: q.T("landscape.borders.title"), Sort: q.URL.Query().Get("sort"), Next: page.Next, Total: page.Total, Exports: true,
		Nothing: q.T("landscape.borders.none"), Action: ui.Link("/landscape/import", "plus", q.T("landscape.import.title"), "pri"),
		Columns: []ui.Column{
			{Key: "from", Title: q.T("landscape.connection.from")},
			{Key: "to", Title: q.T("landscape.connection.to")},
			{Key: "kind", Title: q.T("landscape.connection.kind")},
			{Title: q.T("landscape.connection.data"), Wide: true},
			{Title: q.T("landscape.connection.encrypted")},
			{Title: q.T("landscape.connection.authenticated")},
			{Key: "until", Title: q.T("landscape.connection.agreement"), Wide: true},
		},
		Filters: []ui.Input{
			{Name: "text", Label: q.T("landscape.list.text")},
			{Name: "all", Label: q.T("landscape.borders.which"), Type: "select", Options: []ui.Option{{Text: q.T("landscape.borders.crossing")}, {Value: "yes", Text: q.T("landscape.borders.all")}}},
			{Name: "state", Label: q.T("landscape.borders.state"), Type: "select", Options: anyOf(p, "landscape.borders.state.", "unagreed", "expired", "unencrypted", "unauthenticated", "unsaid")},
		},
	}
	if list.Sort == "" {
		list.Sort = "from"
	}
	for _, c := range page.Items {
		list.Rows = append(list.Rows, ui.Cells(
			ui.To("/landscape/"+c.From, p.In(c.FromName)).Below(outsideWord(p, c.FromOutside)), ui.To("/landscape/"+c.To, p.In(c.ToName)).Below(outsideWord(p, c.ToOutside)),
			ui.Words(p.T("landscape.tie."+string(c.Kind))).Below(p.T("landscape.phase."+string(c.Phase))), said(p, dataWords(c.Connection)),
			secured(p, c.Encrypted), secured(p, c.Authenticated), agreementCell(p, c),
		))
	}
	return list
}

func dataWords(c landscape.Connection) string {
	parts := append([]string{}, c.Data...)
	if c.Protocol != "" {
		parts = append(parts, c.Protocol)
	}
	return strings.Join(parts, ", ")
}

func secured(p ui.Page, answer *bool) ui.Cell {
	if answer != nil && !*answer {
		return ui.Is(ui.Bad, yesNo(p, answer))
	}
	return said(p, yesNo(p, answer))
}

func agreementCell(p ui.Page, c landscape.ConnectionRow) ui.Cell {
	if !c.AgreementExists {
		return ui.Is(ui.Unk, p.T("landscape.agreement.none"))
	}
	state, text := expiry(p, landscape.Agreement{Until: c.AgreementUntil}, today(p))
	return ui.Is(state, text).Below(p.In(c.AgreementTitle))
}
