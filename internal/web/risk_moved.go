package web

import (
	"cmp"
	"math"
	"net/http"
	"time"

	"accordo.dev/internal/chart"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/web/ui"
)

// movedView says why the expected loss is another one than before.
type movedView struct {
	Movement risk.Movement
	Verdict  string
	Chart    chart.Chart
	List     ui.List
	Fields   []ui.Input
	Presets  []ui.Tab
	Err      error
}

// riskMoved shows what moved the expected loss since a day.
func (s *Server) riskMoved(w http.ResponseWriter, q *request) error {
	org, err := op.Ask(q.Context(), s.Run, q.Actor, organisation.OpGet, struct{}{})
	if err != nil {
		return err
	}
	quarter := q.Page.Now.AddDate(0, -3, 0).Format(time.DateOnly)
	in := risk.MovedIn{Since: cmp.Or(q.URL.Query().Get("since"), org.LastSitting, quarter)}
	v := movedView{Fields: []ui.Input{{Name: "since", Label: q.T("risk.moved.since"), Type: "date", Value: in.Since}}}
	v.Presets = movedPresets(q.Page, in.Since, org.LastSitting, quarter)
	q.title("risks", q.T("risk.moved.title"), ui.Crumb{Title: q.T("risk.list.title"), Href: "/risks"})
	if v.Movement, err = op.Ask(q.Context(), s.Run, q.Actor, risk.OpMoved, in); err != nil {
		v.Err = err
		return q.again(w, err, movedPage(q.Page, v))
	}
	var about []ref.Ref
	for _, step := range v.Movement.Steps {
		for _, m := range step.Scenarios {
			about = append(about, refs("risk", m.ID)...)
		}
	}
	called, err := s.called(q, about...)
	if err != nil {
		return err
	}
	if wantsExport(q) {
		return exportMoved(w, q, v.Movement, called)
	}
	v.fill(q.Page, in.Since, called)
	return q.render(w, movedPage(q.Page, v))
}

func movedPresets(p ui.Page, since, sitting, quarter string) []ui.Tab {
	var tabs []ui.Tab
	for _, d := range [][2]string{{sitting, "landscape.compare.sitting"}, {p.Now.AddDate(0, -1, 0).Format(time.DateOnly), "landscape.compare.month"}, {quarter, "landscape.compare.quarter"}} {
		if d[0] != "" {
			tabs = append(tabs, ui.Tab{Title: p.T(d[1]), N: day(p, d[0]), Href: "/risks/changes?since=" + d[0], Current: since == d[0]})
		}
	}
	return tabs
}

// fill writes the movement in words, as a picture and as a list.
func (v *movedView) fill(p ui.Page, since string, called names) {
	m := v.Movement
	if len(m.Steps) == 0 {
		v.Verdict = p.T("risk.moved.nothing", "since", day(p, since), "now", p.Euro(m.After))
		return
	}
	key := "risk.moved.verdict.up"
	if m.After < m.Before {
		key = "risk.moved.verdict.down"
	}
	v.Verdict = p.T(key, "since", day(p, since), "before", p.Euro(m.Before), "now", p.Euro(m.After))
	falls := chart.Waterfall{
		From: chart.Total{Label: day(p, since), Value: m.Before}, To: chart.Total{Label: p.T("risk.moved.today"), Value: m.After},
		Axis:   chart.Axis{Label: p.T("risk.moved.axis"), Number: p.Euro},
		Signed: func(x float64) string { return signed(p, x) },
		Limit:  math.NaN(),
	}
	v.List = ui.List{
		Caption: p.T("risk.moved.list"), Exports: true,
		Columns: []ui.Column{{Title: p.T("risk.moved.why")}, {Title: p.T("risk.col.title")}, {Title: p.T("risk.moved.by"), Right: true}},
	}
	for _, step := range m.Steps {
		word := p.T("risk.moved.class." + string(step.Reason))
		falls.Moves = append(falls.Moves, chart.Move{Label: word, Delta: step.EURYear})
		for _, one := range step.Scenarios {
			v.List.Rows = append(v.List.Rows, ui.Cells(ui.Words(word), ui.To("/risks/"+one.ID+"#estimates", called.of(p.Lang, ref.New("risk", one.ID))), ui.Words(signed(p, one.EURYear))))
		}
	}
	v.List.Total = len(v.List.Rows)
	v.Chart = chart.Chart{Frame: frame(p, "moved", p.T("risk.moved.chart"), v.Verdict, 1040), Plot: falls}
}

// signed writes an amount with its sign.
func signed(p ui.Page, x float64) string {
	if x > 0 {
		return "+" + p.Euro(x)
	}
	return p.Euro(x)
}

func exportMoved(w http.ResponseWriter, q *request, m risk.Movement, called names) error {
	var rows [][]any
	for _, step := range m.Steps {
		for _, one := range step.Scenarios {
			rows = append(rows, []any{q.T("risk.moved.class." + string(step.Reason)), one.ID, called.of(q.Lang(), ref.New("risk", one.ID)), one.EURYear})
		}
	}
	return export(w, q, "risk-changes", []string{q.T("risk.moved.why"), "id", q.T("risk.col.title"), q.T("risk.moved.by.file")}, rows)
}
