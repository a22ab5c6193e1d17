package web

import (
	"net/http"
	"net/url"

	"accordo.dev/internal/chart"
	"accordo.dev/internal/governance/survey"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/stat"
	"accordo.dev/internal/web/ui"
)

// surveyView is the survey: what it showed, what the data show, the round that goes on.
type surveyView struct {
	Verdict  string
	Chart    *chart.Chart // of the newest round that is over
	Gaps     *chart.Chart // of all rounds
	Areas    []surveyLine
	List     ui.List
	Open     *survey.Row // the round that goes on
	Fields   []ui.Input  // of a new round; nil when the reader may not open one
	MayClose bool
	Err      error
}

// surveyLine is an area: what both sides say, and what the data show beside it.
type surveyLine struct {
	Area, IT, Security, Gap string
	State                   ui.State
	Word                    string
	Measured                []ui.Fact
	Texts                   []string
}

// surveyPage shows the survey.
func (s *Server) surveyPage(w http.ResponseWriter, q *request) error {
	results, err := op.Ask(q.Context(), s.Run, q.Actor, survey.OpResults, survey.ResultsIn{})
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return exportSurvey(w, q, results)
	}
	view, err := s.surveyView(q, results, nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, surveyShow(q.Page, view))
}

func (s *Server) surveyView(q *request, results []survey.Result, typed url.Values, wrong error) (surveyView, error) {
	p := q.Page
	q.title("roles", q.T("survey.title"), ui.Crumb{Title: q.T("shell.nav.roles"), Href: "/roles"})
	view := surveyView{Err: wrong, MayClose: s.refusal(q, survey.OpClose.Name) == "", Verdict: p.T("survey.verdict.none")}
	rows, err := op.Ask(q.Context(), s.Run, q.Actor, survey.OpRounds, struct{}{})
	if err != nil {
		return view, err
	}
	for i := range rows {
		if rows[i].State == survey.Open {
			view.Open = &rows[i]
		}
	}
	view.List = surveyRounds(p, rows)
	measured, err := op.Ask(q.Context(), s.Run, q.Actor, survey.OpMeasure, struct{}{})
	if err != nil {
		return view, err
	}
	if len(results) > 0 {
		last := results[len(results)-1]
		view.Verdict = surveyVerdict(p, last)
		pairs, gaps := surveyPairs(p, last), surveyGaps(p, results)
		view.Chart, view.Gaps = &pairs, &gaps
		for _, area := range last.Areas {
			view.Areas = append(view.Areas, surveyAreaLine(p, area, measured))
		}
	} else {
		for _, area := range survey.Areas {
			view.Areas = append(view.Areas, surveyAreaLine(p, survey.AreaResult{Area: area, Verdict: survey.NotShown}, measured))
		}
	}
	if s.refusal(q, survey.OpOpen.Name) == "" && view.Open == nil {
		view.Fields = fill(p, typed, wrong, []ui.Input{
			{Name: "title", Label: p.T("survey.f.title"), Required: true},
			{Name: "titleIt", Label: p.T("survey.f.title-it")},
			{Name: "from", Label: p.T("survey.f.from"), Type: "date", Required: true},
			{Name: "to", Label: p.T("survey.f.to"), Type: "date", Required: true},
		})
	}
	return view, nil
}

// surveyVerdict says in which areas the sides see more or less friction, and where nobody can tell.
func surveyVerdict(p ui.Page, r survey.Result) string {
	by := map[survey.Verdict][]string{}
	for _, a := range r.Areas {
		by[a.Verdict] = append(by[a.Verdict], p.T("survey.word."+a.Area))
	}
	text := ""
	for _, v := range []survey.Verdict{survey.SecurityHigher, survey.ITHigher, survey.CannotTell} {
		if len(by[v]) > 0 {
			text += p.T("survey.verdict."+string(v), "areas", listed(p, by[v])) + " "
		}
	}
	if len(by[survey.NotShown]) > 0 {
		text += p.T("survey.verdict.not-shown", "least", survey.MinN)
	}
	return text
}

func surveyAreaLine(p ui.Page, a survey.AreaResult, m survey.Measured) surveyLine {
	states := map[survey.Verdict]ui.State{survey.SecurityHigher: ui.Warn, survey.ITHigher: ui.Warn, survey.CannotTell: ui.Unk, survey.NotShown: ui.Unk}
	line := surveyLine{
		Area: p.T("survey.area." + a.Area), IT: sideWords(p, a.IT), Security: sideWords(p, a.Security), Gap: estimateWords(p, a.Gap),
		State: states[a.Verdict], Word: p.T("survey.gap." + string(a.Verdict)), Measured: measuredFacts(p, a.Area, m),
	}
	for _, t := range a.Texts {
		line.Texts = append(line.Texts, p.T("survey.side."+string(t.Side))+": "+t.Text)
	}
	return line
}

func sideWords(p ui.Page, m *survey.SideMean) string {
	if m == nil {
		return p.T("survey.too-few", "least", survey.MinN)
	}
	return estimateWords(p, m.Friction) + ", n " + p.Integer(m.N)
}

// estimateWords writes a value with its interval; one that is not known is a dash.
func estimateWords(p ui.Page, e stat.Estimate) string {
	switch {
	case !e.Value.Known:
		return "–"
	case !e.Low.Known || !e.High.Known:
		return p.Number(e.Value.X, 1)
	}
	return p.T("survey.interval", "value", p.Number(e.Value.X, 1), "low", p.Number(e.Low.X, 1), "high", p.Number(e.High.X, 1))
}

// measuredFacts are what the data show about an area; language has no counterpart.
func measuredFacts(p ui.Page, area string, m survey.Measured) []ui.Fact {
	fact := func(key, text string) ui.Fact { return ui.Fact{Term: p.T("survey.measured." + key), Text: text} }
	switch area {
	case "priorities":
		days := p.T("survey.unknown", "n", m.DaysN)
		if m.Days.Value.Known {
			days = p.T("survey.days", "days", estimateWords(p, m.Days), "n", m.DaysN, "open", m.DaysOpen)
		}
		return []ui.Fact{fact("deadlocks", surveyShare(p, m.Deadlocks)), fact("days", days)}
	case "budget":
		if m.Reactive == nil {
			return []ui.Fact{fact("reactive", p.T("survey.unknown", "n", 0))}
		}
		return []ui.Fact{fact("reactive", p.T("survey.reactive", "share", p.Percent(*m.Reactive, 0), "year", m.ReactiveYear, "known", p.Euro(m.SpentEUR), "unsaid", p.Euro(m.UnsaidEUR)))}
	case "hierarchy":
		return []ui.Fact{fact("bypasses", surveyShare(p, m.Bypasses)), fact("emergencies", p.Integer(m.Emergencies))}
	case "silos":
		return []ui.Fact{fact("late", surveyShare(p, m.Late))}
	}
	return []ui.Fact{fact("none", "–")}
}

func surveyShare(p ui.Page, s survey.Share) string {
	if s.N == 0 {
		return p.T("survey.unknown", "n", 0)
	}
	return p.T("survey.share", "share", p.Percent(float64(s.K)/float64(s.N), 0), "k", s.K, "n", s.N, "low", p.Percent(s.Low, 0), "high", p.Percent(s.High, 0))
}

func measure(m *survey.SideMean) chart.Measure {
	if m == nil {
		return chart.Measure{Value: unset, Low: unset, High: unset}
	}
	return chart.Measure{Value: known(m.Friction.Value), Low: known(m.Friction.Low), High: known(m.Friction.High)}
}

func known(n stat.Number) float64 {
	if !n.Known {
		return unset
	}
	return n.X
}

// surveyPairs sets the two sides of a round beside each other.
func surveyPairs(p ui.Page, r survey.Result) chart.Chart {
	plot := chart.Pairs{
		Low: 1, High: 5, Axis: chart.Axis{Label: p.T("survey.scale"), Number: func(x float64) string { return p.Number(x, 1) }},
		Left: chart.Series{Label: p.T("survey.side.it"), Role: chart.CIO}, Right: chart.Series{Label: p.T("survey.side.security"), Role: chart.CISO},
	}
	for _, a := range r.Areas {
		plot.Items = append(plot.Items, chart.Pair{Label: p.T("survey.area." + a.Area), Left: measure(a.IT), Right: measure(a.Security)})
	}
	return chart.Chart{Frame: frame(p, "survey-sides", p.T("survey.chart", "round", r.Name()), surveyVerdict(p, r), 640), Plot: plot}
}

// surveyGaps shows the gap of each area, round after round.
func surveyGaps(p ui.Page, all []survey.Result) chart.Chart {
	plot := chart.Ranking{Dots: true, Limit: unset, Axis: chart.Axis{Label: p.T("survey.gap.axis"), Number: func(x float64) string { return p.Number(x, 1) }}}
	for i, area := range survey.Areas {
		for _, r := range all {
			gap := r.Areas[i].Gap
			plot.Items = append(plot.Items, chart.RankItem{Label: p.T("survey.area."+area) + ", " + r.Name().In(p.Lang), Value: known(gap.Value), Low: known(gap.Low), High: known(gap.High)})
		}
	}
	return chart.Chart{Frame: frame(p, "survey-gaps", p.T("survey.gaps"), p.T("survey.gaps.text"), 640), Plot: plot}
}

func surveyRounds(p ui.Page, rows []survey.Row) ui.List {
	list := ui.List{
		Caption: p.T("survey.rounds"), Total: len(rows), Exports: true, Nothing: p.T("survey.rounds.none"),
		Columns: []ui.Column{{Title: p.T("survey.f.title")}, {Title: p.T("survey.f.state")}, {Title: p.T("survey.f.from"), Short: true}, {Title: p.T("survey.f.to"), Short: true}, {Title: p.T("survey.f.shown")}},
	}
	for _, row := range rows {
		shown := "–"
		if row.State == survey.Over {
			shown = p.T("survey.too-few", "least", survey.MinN)
		}
		if len(row.Shown) > 0 {
			var sides []string
			for _, side := range row.Shown {
				sides = append(sides, p.T("survey.side."+string(side)))
			}
			shown = listed(p, sides)
		}
		list.Rows = append(list.Rows, ui.Cells(ui.Words(row.Name().In(p.Lang)), ui.Words(p.T("survey.state."+string(row.State))), ui.Words(dayWords(p.Lang, row.From)), ui.Words(dayWords(p.Lang, row.To)), ui.Words(shown)))
	}
	return list
}

// exportSurvey writes the aggregated results only.
func exportSurvey(w http.ResponseWriter, q *request, results []survey.Result) error {
	header := []string{"round", q.T("survey.f.area")}
	for _, side := range []string{"it", "security"} {
		name := q.T("survey.side." + side)
		header = append(header, name+" n", name, name+" low", name+" high")
	}
	header = append(header, q.T("survey.gap"), q.T("survey.gap")+" low", q.T("survey.gap")+" high", q.T("survey.f.gap"))
	var rows [][]any
	cell := func(n stat.Number) any {
		if !n.Known {
			return nil
		}
		return n.X
	}
	for _, r := range results {
		for _, a := range r.Areas {
			row := []any{r.ID, q.T("survey.area." + a.Area)}
			for _, m := range []*survey.SideMean{a.IT, a.Security} {
				if m == nil {
					row = append(row, nil, nil, nil, nil)
					continue
				}
				row = append(row, m.N, cell(m.Friction.Value), cell(m.Friction.Low), cell(m.Friction.High))
			}
			rows = append(rows, append(row, cell(a.Gap.Value), cell(a.Gap.Low), cell(a.Gap.High), q.T("survey.gap."+string(a.Verdict))))
		}
	}
	return export(w, q, "survey", header, rows)
}

// surveyAct opens or closes a round.
func (s *Server) surveyAct(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	switch f.text("do") {
	case "open":
		err = doNamed(s, q, survey.OpOpen, survey.OpenIn{Title: f.text("title"), TitleIT: f.text("titleIt"), From: f.text("from"), To: f.text("to")})
	case "close":
		err = doNamed(s, q, survey.OpClose, survey.CloseIn{Round: f.text("round")})
	default:
		err = problem.New(problem.Invalid, "web.error.form")
	}
	if err == nil {
		return q.redirect(w, "/roles/survey", "survey.notice."+f.text("do"))
	}
	results, failed := op.Ask(q.Context(), s.Run, q.Actor, survey.OpResults, survey.ResultsIn{})
	if failed != nil {
		return failed
	}
	view, failed := s.surveyView(q, results, f.Values, err)
	if failed != nil {
		return failed
	}
	return q.again(w, err, surveyShow(q.Page, view))
}
