package committee

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/governance"
	"accordo.dev/internal/governance/obligation"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/project"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
)

// Source is where points of an agenda come from.
type Source string

// The sources, in the order in which their points stand on an agenda.
const (
	Decisions    Source = "decisions"    // that wait for a key, or are in deadlock
	Appetite     Source = "appetite"     // statements of the board that are breached, and their escalations
	Gates        Source = "gates"        // projects past their design gate
	Exceptions   Source = "exceptions"   // to policies: asked for, or about to end
	Plans        Source = "plans"        // of the shared fund that wait
	Obligations  Source = "obligations"  // that are overdue
	Independence Source = "independence" // findings on how the offices are cut
	Actions      Source = "actions"      // of earlier sittings that are open
	Added        Source = "added"        // by the chairs or the secretary
)

// Sources lists those that are computed.
var Sources = []Source{Decisions, Appetite, Gates, Exceptions, Plans, Obligations, Independence, Actions}

var sourceNames = func() []string {
	names := make([]string, len(Sources))
	for n, s := range Sources {
		names[n] = string(s)
	}
	return names
}()

// times are the minutes that a point of a source may take, unless somebody says otherwise.
var times = map[Source]int{Decisions: 10, Appetite: 10, Gates: 5, Exceptions: 5, Plans: 15, Obligations: 5, Independence: 5, Actions: 5}

// deadlocked is what a decision in deadlock takes: both sides must be heard.
const deadlocked = 15

// soonDays is how long before its last day an exception comes on the agenda.
const soonDays = 30

// gatherer collects what is open.
type gatherer struct {
	ctx   context.Context
	r     db.Reader
	c     Committee
	today string
	items []Item
	about map[ref.Ref]bool // that a decision on the agenda is about
}

// gather builds the agenda of a committee from what is open at this moment.
func gather(ctx context.Context, r db.Reader, c Committee) ([]Item, error) {
	g := gatherer{ctx: ctx, r: r, c: c, today: identity.Day(r.Now()), about: map[ref.Ref]bool{}}
	for _, source := range []struct {
		of   Source
		from func() error
	}{
		{Decisions, g.decisions},
		{Appetite, g.appetite},
		{Gates, g.gates},
		{Exceptions, g.exceptions},
		{Plans, g.plans},
		{Obligations, g.obligations},
		{Independence, g.independence},
		{Actions, g.actions},
	} {
		if !c.Takes(source.of) {
			continue
		}
		if err := source.from(); err != nil {
			return nil, err
		}
	}
	return g.items, nil
}

// add puts a point on the agenda; why is a message with its arguments.
func (g *gatherer) add(i Item, title i18n.Text, why string, args ...any) {
	i.ID = string(i.From) + "." + i.ID
	i.Title, i.TitleIT = title.In(i18n.EN), title.In(i18n.IT)
	i.Why, i.WhyIT = i18n.T(i18n.EN, why, args...), i18n.T(i18n.IT, why, args...)
	i.Minutes = cmp.Or(i.Minutes, times[i.From])
	g.items = append(g.items, i)
}

// decisions that somebody must still act on; those in deadlock come first.
func (g *gatherer) decisions() error {
	open, err := decision.List(g.ctx, g.r, decision.Filter{Page: db.Page{Sort: "deadline"}, Open: true})
	if err != nil {
		return err
	}
	slices.SortStableFunc(open, func(a, b decision.Row) int { return rank(a) - rank(b) })
	for _, d := range open {
		i := Item{ID: d.ID, From: Decisions, About: ref.New("decision", d.ID), Since: identity.Day(d.ProposedAt)}
		g.about[d.About] = d.About != ""
		if rank(d) == 0 {
			i.Minutes = deadlocked
			g.add(i, d.Name(), "committee.why.deadlock", "office", i18n.Key("office."+cmp.Or(d.Escalation, d.Way.First)))
			continue
		}
		g.add(i, d.Name(), "committee.why.waiting", "day", dayText(d.Deadline))
	}
	return nil
}

// rank is 0 for a decision on which the offices do not agree.
func rank(d decision.Row) int {
	if d.StatusNow.Stuck() {
		return 0
	}
	return 1
}

// appetite: open escalations, and breaches for which none was opened yet.
func (g *gatherer) appetite() error {
	all, err := risk.Escalations(g.ctx, g.r, risk.EscalationFilter{Sort: "opened"})
	if err != nil {
		return err
	}
	escalated := map[string]bool{}
	for _, e := range all {
		if e.StateNow == risk.EscalationClosed {
			continue
		}
		if escalated[e.Statement] = true; e.StateNow == risk.EscalationOpen {
			g.escalation(e)
		}
	}
	standings, err := risk.Standings(g.ctx, g.r, struct{}{})
	for _, s := range standings {
		if s.Position == risk.Breach && !escalated[s.Statement.ID] {
			g.add(Item{ID: s.Statement.ID, From: Appetite, About: s.Statement.Ref(), Since: identity.Day(g.r.Now())}, s.Statement.Name(), "committee.why.breach")
		}
	}
	return err
}

func (g *gatherer) escalation(e risk.EscalationRow) {
	i := Item{ID: e.ID, From: Appetite, About: e.Ref(), Since: identity.Day(e.OpenedAt)}
	if len(e.Due) == 0 {
		g.add(i, e.About.Name(), "committee.why.escalation")
		return
	}
	offices := make(i18n.Keys, len(e.Due))
	for n, office := range e.Due {
		offices[n] = i18n.Key("office." + office)
	}
	g.add(i, e.About.Name(), "committee.why.escalation-waits", "offices", offices)
}

// gates that are past while the project is still in design.
func (g *gatherer) gates() error {
	late, err := project.List(g.ctx, g.r, project.Filter{Page: db.Page{Limit: db.Unlimited, Sort: "gate"}, State: "overdue"})
	for _, p := range late.Items {
		g.add(Item{ID: p.ID, From: Gates, About: ref.New("project", p.ID), Since: p.DesignGateDue}, p.Name(), "committee.why.gate")
	}
	return err
}

// exceptions that are asked for, agreed and not in force, or end soon. One whose decision is on the agenda is not there twice.
func (g *gatherer) exceptions() error {
	rows, err := landscape.ListExceptions(g.ctx, g.r, landscape.ExceptionFilter{})
	soon := identity.Day(g.r.Now().AddDate(0, 0, soonDays))
	for _, e := range rows {
		title := i18n.Text{EN: e.PolicyTitle.EN + ": " + e.Title.In(i18n.EN), IT: e.PolicyTitle.In(i18n.IT) + ": " + e.Title.In(i18n.IT)}
		i := Item{ID: e.ID, From: Exceptions, About: e.Ref(), Since: identity.Day(e.AskedAt)}
		switch {
		case e.State == landscape.ExceptionPending && !g.about[e.Ref()]:
			g.add(i, title, "committee.why.exception-asked")
		case e.State == landscape.ExceptionGranted:
			g.add(i, title, "committee.why.exception-granted")
		case e.State == landscape.ExceptionInForce && e.Until <= soon:
			g.add(i, title, "committee.why.exception-ends", "day", dayText(instant(e.Until)))
		}
	}
	return err
}

// plans of the shared fund that wait for keys or for being adopted. One whose decision is on the agenda is not there twice.
func (g *gatherer) plans() error {
	rows, err := budget.Plans(g.ctx, g.r, struct{}{})
	for _, p := range rows {
		i := Item{ID: p.ID, From: Plans, About: p.Ref(), Since: identity.Day(p.SavedAt)}
		switch {
		case p.State == budget.Waiting && !g.about[p.Ref()]:
			g.add(i, p.Name(), "committee.why.plan-waits")
		case p.State == budget.Agreed:
			g.add(i, p.Name(), "committee.why.plan-agreed")
		}
	}
	return err
}

// obligations that are past their day. What was never recorded is for the calendar to say, not for every agenda.
func (g *gatherer) obligations() error {
	late, err := obligation.List(g.ctx, g.r, obligation.Filter{State: obligation.Overdue})
	for _, o := range late {
		g.add(Item{ID: o.ID, From: Obligations, About: obligation.Ref(o.ID), Since: o.Due}, o.Name(), "committee.why.obligation", "day", dayText(instant(o.Due)))
	}
	return err
}

// independence: findings on how the offices are cut. What cannot be told is none.
func (g *gatherer) independence() error {
	findings, err := governance.Independence(g.ctx, g.r, governance.IndependenceInput{Day: g.today})
	times := map[string]int{}
	for _, f := range findings {
		if f.Unknown {
			continue
		}
		id := f.Rule
		if times[f.Rule]++; times[f.Rule] > 1 {
			id += "-" + string(rune('a'+times[f.Rule]-2))
		}
		var args []any
		for name, value := range f.Args {
			args = append(args, name, value)
		}
		title := i18n.Text{EN: i18n.T(i18n.EN, f.Key, args...), IT: i18n.T(i18n.IT, f.Key, args...)}
		g.add(Item{ID: id, From: Independence}, title, "committee.why.independence", "rule", f.Rule, "severity", i18n.Key("governance.severity."+string(f.Severity)))
	}
	return err
}

// actions of this committee that nobody has done or dropped.
func (g *gatherer) actions() error {
	all, err := actionRows(g.ctx, g.r)
	for _, a := range all {
		if a.State != ActionOpen || a.Committee != g.c.ID {
			continue
		}
		why := "committee.why.action"
		if a.Late(g.today) {
			why = "committee.why.action-late"
		}
		i := Item{ID: a.ID, From: Actions, About: ref.New("sitting", a.Sitting), Since: a.GivenOn}
		g.add(i, a.Name(), why, "owner", cmp.Or(a.OwnerName, a.Owner), "day", dayText(instant(a.Due)), "n", a.Number)
	}
	return err
}

// dayText writes the day of an instant in both languages.
func dayText(t time.Time) i18n.Text {
	return i18n.Text{EN: i18n.Date(i18n.EN, t), IT: i18n.Date(i18n.IT, t)}
}

// instant is the beginning of a day, to be written as people do.
func instant(day string) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(day), i18n.Rome)
	if err != nil {
		return time.Time{}
	}
	return at
}
