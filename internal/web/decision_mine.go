package web

import (
	"net/http"
	"strconv"
	"strings"

	"accordo.dev/internal/chart"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/op"
	"accordo.dev/internal/web/ui"
)

// mineView is what waits for the reader, group by group.
type mineView struct {
	Verdict string
	Waiting int
	Gaps    []string
	Groups  []mineGroup
}

type mineGroup struct {
	Title string
	Tasks []ui.Task
}

// decisionMine shows what waits for the reader.
func (s *Server) decisionMine(w http.ResponseWriter, q *request) error {
	duties, err := op.Ask(q.Context(), s.Run, q.Actor, decision.OpDuties, struct{}{})
	if err != nil {
		return err
	}
	view := mineView{Waiting: len(duties), Verdict: q.T("decision.mine.none")}
	if view.Gaps, err = s.gaps(q); err != nil {
		return err
	}
	late := 0
	for _, why := range []string{"ratify", "key", "arbitrate", "answer", "review", "draft"} {
		var of []decision.Duty
		for _, d := range duties {
			if d.Why == why {
				of = append(of, d)
				if until := d.Until(); !until.IsZero() && until.Before(q.Page.Now) {
					late++
				}
			}
		}
		if len(of) == 0 {
			continue
		}
		tasks, err := s.dutyTasks(q, of)
		if err != nil {
			return err
		}
		view.Groups = append(view.Groups, mineGroup{q.T("decision.why." + why), tasks})
	}
	if len(duties) > 0 {
		view.Verdict = q.Page.N("decision.mine.some", len(duties))
	}
	if late > 0 {
		view.Verdict += " " + q.Page.N("decision.mine.late", late)
	}
	q.title("decisions", q.T("decision.tab.mine"), ui.Crumb{Title: q.T("decision.list.title"), Href: "/decisions"})
	return q.render(w, minePage(q.Page, view))
}

// dutyTasks shows what waits, with its disc and its clock, and in whose place it is done.
func (s *Server) dutyTasks(q *request, duties []decision.Duty) ([]ui.Task, error) {
	var ids []string
	for _, d := range duties {
		ids = append(ids, d.For)
	}
	called, err := s.called(q, people(ids...)...)
	if err != nil {
		return nil, err
	}
	var tasks []ui.Task
	for _, d := range duties {
		task := decisionTasks(q.Page, []decision.Row{d.Row})[0]
		if d.For != "" {
			task.Text += " " + q.T("office."+d.Office) + ", " + q.T("decision.why.for", "other", called.person(q.Lang(), d.For))
		}
		if d.Why == "review" {
			task.Clock, task.State, task.Then = q.T("decision.why.due", "day", dayWords(q.Lang(), d.ReviewOn)), ui.Warn, ""
		}
		tasks = append(tasks, task)
	}
	return tasks, nil
}

// countWord is a count for a tab; none is left out.
func countWord(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// gaps says in words why decisions cannot be made today as the policy asks.
func (s *Server) gaps(q *request) ([]string, error) {
	gaps, err := op.Ask(q.Context(), s.Run, q.Actor, decision.OpGaps, struct{}{})
	said := make([]string, len(gaps))
	for i, g := range gaps {
		said[i] = q.T("decision.gap."+g.Why, "office", q.T("office."+g.Office))
	}
	return said, err
}

// toldGaps goes on with a notice, and says with it when decisions cannot be made any more as the policy asks.
func (s *Server) toldGaps(w http.ResponseWriter, q *request, to, notice string) error {
	gaps, err := s.gaps(q)
	if err != nil {
		return err
	}
	if len(gaps) > 0 {
		notice += " " + q.T("decision.gaps.notice", "what", strings.Join(gaps, " "))
	}
	s.sessions.Put(q.Context(), "notice", notice)
	return q.redirect(w, to, "")
}

// speedView is how long decisions take.
type speedView struct {
	N       int
	Verdict string
	Chart   chart.Chart
}

func (s *Server) speed(q *request) (speedView, error) {
	p := q.Page
	found, err := op.Ask(q.Context(), s.Run, q.Actor, decision.OpHowFast, decision.SpeedIn{Kind: decision.Kind(p.Query.Get("kind"))})
	if err != nil {
		return speedView{}, err
	}
	view := speedView{N: found.N, Verdict: p.T("decision.speed.none")}
	if found.N == 0 {
		return view, nil
	}
	view.Verdict = p.T("decision.speed.no-median")
	if found.Median != nil {
		view.Verdict = p.T("decision.speed.median", "days", p.Number(*found.Median, 1), "low", daysOr(p, found.Low), "high", daysOr(p, found.High))
	}
	view.Verdict += " " + p.T("decision.speed.deadlocks", "share", p.Percent(float64(found.Deadlocks)/float64(found.N), 0), "n", found.Deadlocks, "all", found.N)
	group := chart.SurvivalGroup{Label: p.T("decision.speed.group"), Role: chart.Ink}
	for _, step := range found.Steps {
		group.Steps = append(group.Steps, chart.SurvivalStep{Time: step.Days, Share: step.Share, Low: step.Low, High: step.High})
	}
	group.AtRisk = atRisk(found)
	plot := chart.Survival{
		Time:   chart.Axis{Label: p.T("decision.speed.days"), Number: func(x float64) string { return p.Number(x, 0) }},
		Share:  chart.Axis{Label: p.T("decision.speed.share"), Number: func(x float64) string { return p.Percent(x, 0) }},
		Groups: []chart.SurvivalGroup{group},
	}
	view.Chart = chart.Chart{Frame: frame(p, "decision-speed", p.T("decision.speed"), view.Verdict, 760), Plot: plot}
	return view, nil
}

// atRisk gives the numbers still undecided at the start and at every quarter of the time.
func atRisk(found decision.Speed) []chart.AtRisk {
	all := []chart.AtRisk{{Time: 0, N: found.N}}
	if len(found.Steps) == 0 {
		return all
	}
	end := found.Steps[len(found.Steps)-1].Days
	for quarter := 1; quarter <= 4; quarter++ {
		at, n := end*float64(quarter)/4, 0
		for i := len(found.Steps) - 1; i >= 0; i-- {
			if found.Steps[i].Days >= at {
				n = found.Steps[i].AtRisk
			}
		}
		all = append(all, chart.AtRisk{Time: at, N: n})
	}
	return all
}

func daysOr(p ui.Page, x *float64) string {
	if x == nil {
		return p.T("decision.speed.unbounded")
	}
	return p.Number(*x, 1)
}
