package web

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/indicator"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/project"
	"accordo.dev/internal/record"
	"accordo.dev/internal/record/browse"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/report"
	"accordo.dev/internal/web/ui"
)

// homeView is what the first page shows.
type homeView struct {
	Lead    string
	Tasks   []ui.Task
	Clocks  []clock
	Steps   []firstStep // of a first start; empty once there is something to show
	Verdict string
	Scales  []scaleCard
	Cards   []indicatorCard
	Since   string
	Moves   []moveLine
	Changes []changeLine
	Unknown []unknownLine
	Hidden  int // unknowns that are not shown
}

// clock is something that runs out on a day.
type clock struct {
	What, Sub, Href string
	Left            string
	State           ui.State
	When            string
	at              time.Time
}

// firstStep is one thing to do before the figures say something.
type firstStep struct {
	Title, Text, Href, Action string
	Done                      bool
}

// home says what needs both offices today, whether the organisation is inside appetite, what changed, and what
// nobody knows.
func (s *Server) home(w http.ResponseWriter, q *request) error {
	now, err := s.current(q)
	if err != nil {
		return err
	}
	own, err := op.Ask(q.Context(), s.Run, q.Actor, organisation.OpGet, struct{}{})
	if err != nil {
		return err
	}
	q.title("today", q.T("shell.nav.today"))
	q.Page.AsOf = now.Scales.AsOf
	view := homeView{Lead: sittings(q.Page, own), Steps: firstSteps(q.Page, now), Verdict: scalesVerdict(q.Page, now.Scales), Scales: scaleCards(q.Page, now)}
	if err := s.addTasks(q, &view); err != nil {
		return err
	}
	if err := s.addEscalations(q, &view); err != nil {
		return err
	}
	if err := s.addClocks(q, &view, own, now); err != nil {
		return err
	}
	if err := s.addChanges(q, &view, now); err != nil {
		return err
	}
	if err := s.addUnknowns(q, &view, now); err != nil {
		return err
	}
	return q.render(w, homePage(q.Page, view))
}

// addTasks gathers open decisions, reports that wait for a signature, and projects past their gate.
func (s *Server) addTasks(q *request, view *homeView) error {
	open, err := s.openDecisions(q)
	if err != nil {
		return err
	}
	slices.SortStableFunc(open, func(a, b decision.Row) int { return cmp.Compare(rank(q, a), rank(q, b)) })
	view.Tasks = decisionTasks(q.Page, open)
	reports, err := op.Ask(q.Context(), s.Run, q.Actor, report.OpList, report.Filter{Open: true})
	if err != nil {
		return err
	}
	for _, r := range reports {
		view.Tasks = append(view.Tasks, ui.Task{
			CIO: keyOf(r, identity.OfficeCIO), CISO: keyOf(r, identity.OfficeCISO), Href: "/reports/" + r.ID,
			Title: q.T("home.task.report", "period", report.PeriodName(q.Lang(), r.Period)), Text: q.T("report.state." + string(r.State)),
		})
	}
	overdue, err := op.Ask(q.Context(), s.Run, q.Actor, project.OpList, project.Filter{Page: db.Page{Limit: 20, Sort: "gate"}, State: "overdue"})
	for _, one := range overdue.Items {
		view.Tasks = append(view.Tasks, gateTask(q.Page, one))
	}
	return err
}

// rank puts what waits for the reader first.
func rank(q *request, r decision.Row) int {
	if waitsFor(q, r) {
		return 0
	}
	return 1
}

func gateTask(p ui.Page, one project.Project) ui.Task {
	task := ui.Task{Title: p.T("home.task.gate", "project", one.Name()), Href: "/projects/" + one.ID, Text: p.T("home.task.gate.text"), State: ui.Bad}
	if due, err := time.Parse(time.DateOnly, one.DesignGateDue); err == nil {
		task.Clock, task.Then = p.T("decision.clock.over", "time", p.Duration(p.Now.Sub(due))), p.Date(due)
	}
	return task
}

// addClocks gathers what runs out: escalations, sittings, agreements that end within 90 days or have ended.
func (s *Server) addClocks(q *request, view *homeView, own organisation.Organisation, now figures) error {
	p := q.Page
	open, err := s.openDecisions(q)
	if err != nil {
		return err
	}
	for _, d := range open {
		if office, until := d.Decision.Escalation(p.Now); office != "" {
			view.Clocks = append(view.Clocks, running(p, clock{What: p.T("home.clock.answer", "office", p.T("office."+office)), Sub: d.Name().In(p.Lang), Href: "/decisions/" + d.ID, at: until}))
		}
	}
	committees, err := s.committeeClocks(q, own)
	if err != nil {
		return err
	}
	view.Clocks = append(view.Clocks, committees...)
	if at, err := time.Parse(time.DateOnly, own.NextBoard); err == nil && !at.Before(p.Now.Truncate(24*time.Hour)) {
		view.Clocks = append(view.Clocks, running(p, clock{What: p.T("home.clock.board"), Href: "/reports", at: at}))
	}
	today := p.Now.Format(time.DateOnly)
	for _, a := range now.Agreements {
		at, err := time.Parse(time.DateOnly, a.Until)
		if err != nil || !a.ExpiredOn(today) && !a.ExpiresWithin(today, 90) {
			continue
		}
		href := ""
		if a.Party != "" {
			href = "/landscape/" + a.Party
		}
		view.Clocks = append(view.Clocks, running(p, clock{What: a.Name().In(p.Lang), Sub: p.T("home.clock.agreement"), Href: href, at: at.AddDate(0, 0, 1)}))
	}
	if err := s.addObligations(q, view); err != nil {
		return err
	}
	slices.SortStableFunc(view.Clocks, func(a, b clock) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.What, b.What)) })
	return nil
}

// running writes how long a clock still has.
func running(p ui.Page, c clock) clock {
	left := c.at.Sub(p.Now)
	c.When = p.Date(c.at)
	switch {
	case left < 0:
		c.Left, c.State = p.T("decision.clock.over", "time", p.Duration(-left)), ui.Bad
	case left < 72*time.Hour:
		c.Left, c.State = p.T("decision.clock.left", "time", p.Duration(left)), ui.Warn
	default:
		c.Left, c.State = p.T("decision.clock.left", "time", p.Duration(left)), ui.Plain
	}
	return c
}

// changeLine is all entries of one operation since the last sitting.
type changeLine struct {
	Text, Sub, Href string
	N               int
}

// homeChanges bounds the groups on the page; the record has them all.
const homeChanges = 8

// addChanges compares figures with the last sitting and groups what was recorded since.
func (s *Server) addChanges(q *request, view *homeView, now figures) error {
	at, err := time.Parse(time.DateOnly, now.Moves.Since)
	if err != nil {
		return nil // no sitting is known: the page says so
	}
	view.Since, view.Moves = q.Page.Date(at), moveLines(q.Page, now.Moves)
	page, err := op.Ask(q.Context(), s.Run, q.Actor, browse.OpList, record.Filter{Page: db.Page{Limit: 1000}})
	if err != nil {
		return err
	}
	place := map[string]int{}
	for _, e := range page.Items {
		if e.At.Before(at.AddDate(0, 0, 1)) {
			break
		}
		if !i18n.Has("op."+e.Operation) || e.Operation == identity.OpSignIn.Name {
			continue // bookkeeping of another entry; and coming in changes nothing
		}
		i, known := place[e.Operation]
		if !known {
			i = len(view.Changes)
			place[e.Operation] = i
			view.Changes = append(view.Changes, changeLine{
				Text: operationWords(q.Page, e.Operation), Sub: q.T("home.changes.last", "who", e.ActorName, "when", q.Page.DateTime(e.At)),
				Href: q.Page.Href("/record", "operation", e.Operation),
			})
		}
		view.Changes[i].N++
	}
	view.Changes = view.Changes[:min(len(view.Changes), homeChanges)]
	return nil
}

// unknownLine is something that nobody knows, with what would make it known.
type unknownLine struct {
	Icon, Title, Sub, Href, Action string
}

// shownUnknowns bounds the list on the page.
const shownUnknowns = 8

func (s *Server) addUnknowns(q *request, view *homeView, now figures) error {
	all := unrated(now)
	all = append(all, oneForScopes(now.Unknowns)...)
	var of []ref.Ref
	for _, u := range all {
		if u.Ref != "" {
			of = append(of, u.Ref)
		}
	}
	called, err := s.called(q, of...)
	for _, u := range all {
		view.Unknown = append(view.Unknown, unknownWords(q.Page, u, called))
	}
	view.Hidden = max(0, len(view.Unknown)-shownUnknowns)
	view.Unknown = view.Unknown[:len(view.Unknown)-view.Hidden]
	return err
}

// unrated lists the indicators without a value.
func unrated(now figures) []indicator.Unknown {
	var all []indicator.Unknown
	for _, r := range now.Readings {
		if !r.Known() {
			all = append(all, indicator.Unknown{Kind: indicator.NotRated, Ref: ref.New("indicator", r.ID), Reason: r.Reason})
		}
		if r.Resilience == nil {
			continue
		}
		n := 0
		for _, one := range r.Resilience.Services {
			n += one.NotWritten
		}
		if n > 0 {
			all = append(all, indicator.Unknown{Kind: indicator.NotWritten, N: n})
		}
	}
	return all
}

// oneForScopes keeps the oldest of many stale scopes, with how many there are.
func oneForScopes(all []indicator.Unknown) []indicator.Unknown {
	var out []indicator.Unknown
	stale := -1
	for _, u := range all {
		switch {
		case u.Kind != indicator.StaleScope:
			out = append(out, u)
		case stale < 0:
			stale, u.N = len(out), 1
			out = append(out, u)
		default:
			out[stale].N++
		}
	}
	return out
}
