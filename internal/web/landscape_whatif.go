package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// whatIfView is what the page of a loss shows: what was picked, what could be, and what would happen.
type whatIfView struct {
	In      landscape.WhatIfIn
	Text    string // what was looked for
	Found   []landscape.ElementRow
	Offered []landscape.ElementRow // suppliers, partners and sites, while nothing is picked
	Out     landscape.WhatIf
}

// landscapeWhatIf tells what stops when elements go.
func (s *Server) landscapeWhatIf(w http.ResponseWriter, q *request) error {
	query := q.URL.Query()
	v := whatIfView{
		In:   landscape.WhatIfIn{Elements: picked(query["element"]), Gone: query.Get("gone") == "yes", Soft: query.Get("soft") == "yes", Planned: query.Get("planned") == "yes"},
		Text: strings.TrimSpace(query.Get("text")),
	}
	var err error
	if v.Out, err = op.Ask(q.Context(), s.Run, q.Actor, landscape.OpWhatIf, v.In); err != nil {
		return err
	}
	if wantsExport(q) {
		header, rows := whatIfTable(q.Page, v.Out)
		return export(w, q, "what-if", header, rows)
	}
	if err := s.whatIfChoices(q, &v); err != nil {
		return err
	}
	q.landscapeTitle(q.T("landscape.what-if.title"))
	return q.render(w, whatIfPage(q.Page, v))
}

// picked drops what was picked twice and what is empty.
func picked(ids []string) (out []string) {
	for _, id := range ids {
		if id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// whatIfChoices looks for elements to pick.
func (s *Server) whatIfChoices(q *request, v *whatIfView) error {
	list := func(f landscape.Filter) ([]landscape.ElementRow, error) {
		page, err := op.Ask(q.Context(), s.Run, q.Actor, landscape.OpListElements, f)
		return slices.DeleteFunc(page.Items, func(e landscape.ElementRow) bool { return slices.Contains(v.In.Elements, e.ID) }), err
	}
	var err error
	if v.Text != "" {
		v.Found, err = list(landscape.Filter{Page: db.Page{Limit: 12}, Text: v.Text})
		return err
	}
	if len(v.In.Elements) > 0 {
		return nil
	}
	for _, kind := range []landscape.Kind{landscape.KindSupplier, landscape.KindSite, landscape.KindPartner} {
		some, err := list(landscape.Filter{Page: db.Page{Limit: 8, Sort: "criticality"}, Kind: string(kind)})
		if err != nil {
			return err
		}
		v.Offered = append(v.Offered, some...)
	}
	return nil
}

// whatIfQuery is the address of the page with other elements picked.
func whatIfQuery(p ui.Page, ids []string) string {
	query := url.Values{}
	for key, values := range p.Query {
		if key != "element" && key != "text" && key != "format" {
			query[key] = values
		}
	}
	query["element"] = ids
	return "/landscape/what-if?" + query.Encode()
}

func whatIfWith(p ui.Page, v whatIfView, id string) string {
	return whatIfQuery(p, append(slices.Clone(v.In.Elements), id))
}

func whatIfWithout(p ui.Page, v whatIfView, id string) string {
	return whatIfQuery(p, slices.DeleteFunc(slices.Clone(v.In.Elements), func(one string) bool { return one == id }))
}

// whatIfVerdict says in a sentence what happens.
func whatIfVerdict(p ui.Page, v whatIfView) string {
	names := make([]string, len(v.Out.Down))
	for i, one := range v.Out.Down {
		names[i] = p.In(one.Name)
	}
	down := strings.Join(names, ", ")
	if len(v.Out.Services) == 0 {
		return p.T("landscape.what-if.verdict.none", "down", down, "n", len(v.Out.Stopped)+len(v.Out.Unserved))
	}
	over := 0
	for _, one := range v.Out.Services {
		if one.Tolerance == landscape.Breaks || one.Tolerance == landscape.Depends || one.Tolerance == landscape.Never {
			over++
		}
	}
	key := "landscape.what-if.verdict"
	if v.In.Gone {
		key = "landscape.what-if.verdict.gone"
	}
	return p.N(key, len(v.Out.Services), "down", down, "over", over, "loss", p.Euro(v.Out.LossEURHour))
}

// back writes minutes until something is back; at least so much where somebody has not said.
func back(p ui.Page, minutes *int64, atLeast bool) string {
	switch {
	case minutes == nil:
		return p.T("landscape.what-if.never")
	case atLeast && *minutes == 0:
		return p.T("landscape.unsaid")
	case atLeast:
		return p.T("landscape.what-if.at-least", "value", span(p, minutes))
	default:
		return span(p, minutes)
	}
}

func toleranceState(t landscape.Tolerance) ui.State {
	switch t {
	case landscape.Kept:
		return ui.OK
	case landscape.Late, landscape.Depends:
		return ui.Warn
	case landscape.NoAnswer:
		return ui.Unk
	default:
		return ui.Bad
	}
}

// moneySpan writes what is lost between two ways of recovering.
func moneySpan(p ui.Page, low, high *float64) string {
	switch {
	case low == nil || high == nil:
		return "–"
	case *low == *high:
		return p.Euro(*low)
	default:
		return p.Euro(*low) + " – " + p.Euro(*high)
	}
}

func whatIfServices(p ui.Page, v whatIfView) ui.List {
	list := ui.List{
		Caption: p.T("landscape.what-if.services"), Total: len(v.Out.Services), Exports: true, Nothing: p.T("landscape.what-if.services.none"),
		Columns: []ui.Column{
			{Title: p.T("landscape.what-if.services")},
			{Title: p.T("landscape.what-if.answer"), Wide: true},
			{Title: p.T("landscape.what-if.at-once"), Right: true},
			{Title: p.T("landscape.what-if.in-turn"), Right: true},
			{Title: p.T("landscape.what-if.tolerates"), Right: true},
			{Title: p.T("landscape.what-if.hour"), Right: true},
			{Title: p.T("landscape.what-if.until-back"), Right: true},
		},
	}
	for _, one := range v.Out.Services {
		hour := ui.Is(ui.Unk, p.T("landscape.unsaid"))
		if one.LossEURHour != nil {
			hour = ui.Words(p.Euro(*one.LossEURHour))
		}
		list.Rows = append(list.Rows, ui.Cells(
			ui.Of(lostName(p, one.Lost, p.T("landscape.what-if.why"))), ui.Is(toleranceState(one.Tolerance), p.T("landscape.what-if.tolerance."+string(one.Tolerance))),
			ui.Words(back(p, one.AtOnce, one.AtLeast)), ui.Words(back(p, one.InTurn, one.AtLeast)),
			said(p, span(p, one.MTPD)).Below(promiseWords(p, one.RTO)), hour, ui.Words(moneySpan(p, one.LossAtOnce, one.LossInTurn)),
		))
	}
	return list
}

func promiseWords(p ui.Page, rto *int64) string {
	if rto == nil {
		return ""
	}
	return p.T("landscape.what-if.promises", "value", span(p, rto))
}

// whatIfOrder is what stops, in the order in which it can come back.
func whatIfOrder(p ui.Page, v whatIfView) ui.List {
	list := ui.List{
		Caption: p.T("landscape.what-if.order"), Total: len(v.Out.Stopped), Nothing: p.T("landscape.what-if.order.none"),
		Columns: []ui.Column{
			{Title: p.T("landscape.what-if.element")},
			{Title: p.T("landscape.what-if.wave"), Right: true},
			{Title: p.T("landscape.what-if.starts"), Right: true},
			{Title: p.T("landscape.field.rto_min"), Right: true},
			{Title: p.T("landscape.what-if.in-turn"), Right: true},
		},
	}
	for _, one := range v.Out.Stopped[:min(len(v.Out.Stopped), mostLost)] {
		wave := "–"
		if one.Wave > 0 {
			wave = p.Integer(one.Wave)
		}
		list.Rows = append(list.Rows, ui.Cells(
			ui.Of(lostName(p, one, p.T("landscape.what-if.why"))), ui.Words(wave), ui.Words(starts(p, one)), said(p, span(p, one.RTO)), ui.Words(back(p, one.InTurn, one.AtLeast)),
		))
	}
	return list
}

// mostLost bounds the rows of one table on the page; the export has all.
const mostLost = 200

func starts(p ui.Page, one landscape.Lost) string {
	switch {
	case one.Starts == nil:
		return "–"
	case *one.Starts == 0:
		return p.T("landscape.what-if.now")
	default:
		return p.T("landscape.what-if.after", "value", p.Duration(time.Duration(*one.Starts)*time.Minute))
	}
}

// whatIfOthers is what does not stop and is not well either, or is outside.
func whatIfOthers(p ui.Page, title, none string, all []landscape.Lost) ui.List {
	list := ui.List{
		Caption: title, Total: len(all), Nothing: none,
		Columns: []ui.Column{{Title: title}, {Title: p.T("landscape.field.kind")}, {Title: p.T("landscape.what-if.through"), Wide: true}},
	}
	for _, one := range all[:min(len(all), mostLost)] {
		through := ""
		if len(one.Chain) > 1 {
			through = p.In(nameOr(one.Chain[1].Name, one.Chain[1].Element))
		}
		list.Rows = append(list.Rows, ui.Cells(ui.Of(lostName(p, one, p.T("landscape.coherence.chain"))), ui.Words(kindWord(p, one.Kind)), ui.Words(through)))
	}
	return list
}

// whatIfTable writes everything that is touched for a spreadsheet.
func whatIfTable(p ui.Page, out landscape.WhatIf) ([]string, [][]any) {
	header := []string{"what", "wave", "id", "name", "kind", "rto_min", "mtpd_min", "back_at_once_min", "back_in_turn_min", "at_least", "tolerance", "loss_eur_hour", "loss_eur_at_once", "loss_eur_in_turn", "chain"}
	var rows [][]any
	add := func(what string, one landscape.Lost, rest ...any) {
		ids := make([]string, len(one.Chain))
		for i, step := range one.Chain {
			ids[i] = step.Element
		}
		row := []any{what, one.Wave, one.ID, p.In(one.Name), string(one.Kind), cell(one.RTO), nil, cell(one.AtOnce), cell(one.InTurn), one.AtLeast, nil, nil, nil, nil, strings.Join(ids, " > ")}
		if len(rest) > 0 {
			row[6] = rest[0]
			copy(row[10:], rest[1:])
		}
		rows = append(rows, row)
	}
	for _, one := range out.Services {
		add("service", one.Lost, cell(one.MTPD), string(one.Tolerance), cell(one.LossEURHour), cell(one.LossAtOnce), cell(one.LossInTurn))
	}
	for _, group := range []struct {
		what string
		all  []landscape.Lost
	}{{"stops", out.Stopped}, {"outside", out.Unserved}, {"worse", out.Degraded}, {"no-reserve", out.NoReserve}} {
		for _, one := range group.all {
			add(group.what, one)
		}
	}
	return header, rows
}

// lossBasis says of how many services the loss is known.
func lossBasis(p ui.Page, out landscape.WhatIf) string {
	return p.T("landscape.what-if.loss-basis", "known", len(out.Services)-len(out.LossUnknown), "n", len(out.Services))
}

// untilBack is what is lost until all is back: at best, everything at once, and at worst, one after another.
func untilBack(p ui.Page, v whatIfView) ui.Figure {
	f := ui.Figure{Small: true, Label: p.T("landscape.what-if.until-back"), N: p.T("landscape.what-if.until-back.note")}
	if v.In.Gone {
		f.Unknown, f.Word, f.N = true, p.T("landscape.what-if.never"), ""
		return f
	}
	f.Value = moneySpan(p, &v.Out.LossAtOnce, &v.Out.LossInTurn)
	if v.Out.AtLeast {
		f.Value = p.T("landscape.what-if.at-least", "value", f.Value)
	}
	return f
}

func whatIfOrderVerdict(p ui.Page, v whatIfView) string {
	if v.In.Gone {
		return p.T("landscape.what-if.order.gone")
	}
	return p.N("landscape.what-if.order.verdict", v.Out.Waves)
}
