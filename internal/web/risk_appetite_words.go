package web

import (
	"net/http"
	"slices"
	"strings"

	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/web/ui"
)

// shareWords writes a share so that small ones can be read.
func shareWords(p ui.Page, x float64) string {
	if x > 0 && x < 0.0001 {
		return p.T("risk.appetite.below", "share", p.Percent(0.0001, 2))
	}
	if x > 0 && x < 0.01 {
		return p.Percent(x, 2)
	}
	return p.Percent(x, 1)
}

// measureWords writes a figure of a statement in its unit.
func measureWords(p ui.Page, s risk.Statement, x float64) string {
	switch {
	case s.IsShare():
		return shareWords(p, x)
	case s.On == risk.OnService:
		return p.T("risk.appetite.minutes.n", "n", p.Number(x, 0))
	default:
		return p.Euro(x)
	}
}

// subjectWords says what a statement is about.
func subjectWords(p ui.Page, s risk.Statement, called names) string {
	switch s.On {
	case risk.OnCurve:
		return p.T("risk.appetite.subject.curve", "amount", p.Euro(s.AmountEUR))
	case risk.OnService:
		return p.T("risk.appetite.subject.service."+s.Reading, "service", called.of(p.Lang, ref.New("element", s.Of)))
	case risk.OnConcentration:
		return p.T("risk.appetite.subject.concentration." + s.Of)
	default:
		by, name := s.AreaOf()
		return p.T("risk.appetite.subject.area."+by, "name", name)
	}
}

// standingSay says in a sentence how a statement stands.
func standingSay(p ui.Page, s risk.Standing, called names) string {
	if s.Figure == nil {
		return p.T("risk.appetite.say.unknown", "subject", subjectWords(p, s.Statement, called), "why", reasonFor(p, s))
	}
	write := func(x float64) string { return measureWords(p, s.Statement, x) }
	text := p.T("risk.appetite.say."+string(s.Position), "subject", subjectWords(p, s.Statement, called), "value", write(s.Figure.Value), "limit", write(s.Statement.Breach), "warning", write(s.Statement.Warning))
	if s.Reason != "" {
		text += " " + reasonFor(p, s)
	}
	return text
}

// reasonFor says why nobody can tell.
func reasonFor(p ui.Page, s risk.Standing) string {
	if s.Reason == "" {
		return ""
	}
	return p.T("risk.appetite.reason." + s.Reason)
}

// standingsVerdict says how many statements stand how, and names those in breach.
func standingsVerdict(p ui.Page, all []risk.Standing) string {
	if len(all) == 0 {
		return p.T("risk.appetite.none.long")
	}
	n, breached := map[risk.Position]int{}, []string{}
	for _, s := range all {
		n[s.Position]++
		if s.Position == risk.Breach {
			breached = append(breached, p.T("risk.appetite.quoted", "sentence", strings.TrimSuffix(s.Statement.Name().In(p.Lang), ".")))
		}
	}
	var parts []string
	for _, position := range risk.Positions {
		if n[position] > 0 {
			parts = append(parts, p.T("risk.appetite.count."+string(position), "n", n[position]))
		}
	}
	text := p.N("risk.appetite.count", len(all), "parts", strings.Join(parts, ", "))
	if len(breached) > 0 {
		text += " " + p.N("risk.appetite.breached", len(breached), "which", listed(p, breached))
	}
	return text
}

func figureCell(p ui.Page, s risk.Standing) ui.Cell {
	if s.Figure == nil {
		return ui.Words("–").Below(reasonFor(p, s))
	}
	write := func(x float64) string { return measureWords(p, s.Statement, x) }
	below := p.T("risk.appetite.interval", "low", write(s.Figure.Low), "high", write(s.Figure.High))
	if s.Reason != "" {
		below += ". " + reasonFor(p, s)
	}
	return ui.Words(write(s.Figure.Value)).Below(below)
}

func thresholdWords(p ui.Page, s risk.Statement, x float64) string {
	if x == 0 {
		return "–"
	}
	return measureWords(p, s, x)
}

// validity says from when until when a statement holds.
func validity(p ui.Page, s risk.Statement) string {
	if s.Until == "" {
		return p.T("risk.appetite.from", "from", dayWords(p.Lang, s.From))
	}
	return p.T("risk.appetite.from-until", "from", dayWords(p.Lang, s.From), "until", dayWords(p.Lang, s.Until))
}

func standingsList(p ui.Page, all []risk.Standing, escalations []risk.EscalationRow) ui.List {
	position, on := p.Query.Get("position"), p.Query.Get("measure")
	list := ui.List{
		Caption: p.T("risk.appetite.statements"), Exports: true, Nothing: p.T("risk.appetite.statements.none"),
		Columns: []ui.Column{
			{Title: p.T("risk.appetite.statement"), Wide: true},
			{Title: p.T("risk.appetite.position")},
			{Title: p.T("risk.appetite.figure"), Right: true},
			{Title: p.T("risk.appetite.warning"), Right: true},
			{Title: p.T("risk.appetite.limit"), Right: true},
			{Title: p.T("risk.appetite.validity")},
			{Title: p.T("risk.appetite.escalation")},
		},
		Filters: []ui.Input{
			{Name: "position", Label: p.T("risk.appetite.position"), Type: "select", Options: anyOf(p, "risk.position.", wordsOf(risk.Positions)...)},
			{Name: "measure", Label: p.T("risk.appetite.measure"), Type: "select", Options: anyOf(p, "risk.appetite.measure.", wordsOf(risk.Measures)...)},
		},
	}
	for _, s := range all {
		if position != "" && string(s.Position) != position || on != "" && string(s.Statement.On) != on {
			continue
		}
		list.Rows = append(list.Rows, ui.Cells(
			ui.To("/risks/appetite/"+s.Statement.ID, s.Statement.Name().In(p.Lang)).Below(p.T("risk.appetite.measure."+string(s.Statement.On))),
			ui.Is(positionLook[s.Position], p.T("risk.position."+string(s.Position))), figureCell(p, s), ui.Words(thresholdWords(p, s.Statement, s.Statement.Warning)),
			ui.Words(thresholdWords(p, s.Statement, s.Statement.Breach)), ui.Words(validity(p, s.Statement)), escalationCell(p, s.Statement.ID, escalations),
		))
	}
	list.Total = len(list.Rows)
	return list
}

// escalationCell leads to the escalation of a statement that is not closed.
func escalationCell(p ui.Page, statement string, all []risk.EscalationRow) ui.Cell {
	at := slices.IndexFunc(all, func(e risk.EscalationRow) bool {
		return e.Statement == statement && e.StateNow != risk.EscalationClosed
	})
	if at < 0 {
		return ui.Words("–")
	}
	return ui.Cell{Href: "/risks/escalations/" + all[at].ID, Text: all[at].ID, Mono: true}.Below(p.T("risk.escalation.state." + string(all[at].StateNow)))
}

// statementsList is every statement that was ever set, with its days.
func statementsList(p ui.Page, all []risk.Statement) ui.List {
	list := ui.List{
		Caption: p.T("risk.appetite.past"), Nothing: p.T("risk.appetite.past.none"),
		Columns: []ui.Column{
			{Title: p.T("risk.appetite.statement"), Wide: true},
			{Title: p.T("risk.appetite.warning"), Right: true},
			{Title: p.T("risk.appetite.limit"), Right: true},
			{Title: p.T("risk.appetite.validity")},
		},
	}
	today := p.Now.Format("2006-01-02")
	for _, s := range all {
		if s.InForce(today) || s.ID == risk.Headline {
			continue
		}
		list.Rows = append(list.Rows, ui.Cells(ui.To("/risks/appetite/"+s.ID, s.Name().In(p.Lang)), ui.Words(thresholdWords(p, s, s.Warning)),
			ui.Words(thresholdWords(p, s, s.Breach)), ui.Words(validity(p, s))))
	}
	list.Total = len(list.Rows)
	return list
}

// exportStandings writes the statements in force with their figures as a file; shares as fractions.
func (s *Server) exportStandings(w http.ResponseWriter, q *request) error {
	all, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpStandings, struct{}{})
	if err != nil {
		return err
	}
	header := []string{
		"id", q.T("risk.appetite.statement"), q.T("risk.appetite.measure"), q.T("risk.appetite.of"), q.T("risk.appetite.position"), q.T("risk.appetite.figure"),
		q.T("risk.appetite.low"), q.T("risk.appetite.high"), q.T("risk.appetite.warning"), q.T("risk.appetite.limit"), q.T("risk.appetite.f.from"), q.T("risk.appetite.f.until"),
	}
	var cells [][]any
	for _, one := range all {
		row := []any{
			one.Statement.ID, one.Statement.Name().In(q.Lang()), q.T("risk.appetite.measure." + string(one.Statement.On)), one.Statement.Of,
			q.T("risk.position." + string(one.Position)), nil, nil, nil, one.Statement.Warning, one.Statement.Breach, one.Statement.From, one.Statement.Until,
		}
		if one.Figure != nil {
			row[5], row[6], row[7] = one.Figure.Value, one.Figure.Low, one.Figure.High
		}
		cells = append(cells, row)
	}
	return export(w, q, "appetite", header, cells)
}
