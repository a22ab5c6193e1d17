package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/chart"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// initiativeView is one initiative: what it costs, what it does to losses, what was paid.
type initiativeView struct {
	One      budget.Page
	Verdict  string
	Figures  []ui.Figure
	Facts    []ui.Fact
	Notes    []string
	Chart    chart.Chart
	Costs    ui.List
	Effects  ui.List
	Benefits ui.List
	Payments ui.List
	Pay      []ui.Input // of the form of a payment; none when nothing can be paid
	Err      error
	Refused  string
	History  []ui.Entry
}

// initiativePage shows one initiative.
func (s *Server) initiativePage(w http.ResponseWriter, q *request) error {
	view, err := s.initiativeView(q, nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, initiativeDetail(q.Page, view))
}

func (s *Server) initiativeView(q *request, typed url.Values, wrong error) (initiativeView, error) {
	view := initiativeView{Err: wrong, Refused: s.refusal(q, budget.OpPay.Name)}
	one, err := op.Ask(q.Context(), s.Run, q.Actor, budget.OpGet, budget.GetIn{ID: q.PathValue("id")})
	if err != nil {
		return view, err
	}
	view.One = one
	s.fundTitle(q, one.Name().In(q.Lang()), ui.Crumb{Title: q.T("budget.initiatives"), Href: "/fund/initiatives"})
	about := append(refs("initiative", one.Requires...), refs("initiative", one.NeededBy...)...)
	about = append(append(about, refs("initiative", one.Against...)...), refs("decision", one.Decision)...)
	about = append(append(about, people(one.Owner)...), causes(one)...)
	for _, e := range one.Effects {
		about = append(about, people(e.By)...)
	}
	called, err := s.called(q, about...)
	if err != nil {
		return view, err
	}
	view.fill(q.Page, called)
	if one.Committed() && view.Refused == "" {
		start := url.Values{"day": {q.Page.Now.Format("2006-01-02")}, "kind": {"running"}}
		view.Pay = fill(q.Page, typedOr(typed, start), wrong, payFields(q.Page))
	}
	view.History, err = s.history(q, one.Ref())
	return view, err
}

// causes are what an initiative and its payments follow.
func causes(one budget.Page) []ref.Ref {
	var all []ref.Ref
	if one.Cause != "" {
		all = append(all, one.Cause)
	}
	for _, p := range one.Payments {
		if p.Cause != "" {
			all = append(all, p.Cause)
		}
	}
	return all
}

func (v *initiativeView) fill(p ui.Page, called names) {
	one := v.One.Row
	v.Verdict = p.T("budget.initiative.verdict.unknown", "cost", p.Euro(one.TotalEUR))
	if one.RemovesEUR != nil {
		v.Verdict = p.T("budget.initiative.verdict", "cost", p.Euro(one.TotalEUR), "removes", p.Euro(*one.RemovesEUR))
	}
	if one.State == budget.Done {
		v.Verdict += " " + p.T("budget.initiative.done")
	}
	v.Figures = []ui.Figure{
		{Label: p.T("budget.col.cost"), Value: p.Euro(one.TotalEUR), N: p.N("budget.years.n", len(one.Costs)), Interval: p.T("budget.days.n", "days", p.Number(one.StaffDays(), 0))},
		{Label: p.T("budget.col.removes"), Value: maybeOf(p, one.RemovesEUR, p.Euro), N: p.N("budget.effects.n", len(one.Changes)), Unknown: one.RemovesEUR == nil},
		{Label: p.T("budget.col.worth"), Value: p.Euro(one.WorthEUR), N: p.N("budget.unpriced", one.Unpriced)},
		{Label: p.T("budget.spent.short"), Value: p.Euro(one.SpentEUR), N: p.N("budget.payments.n", len(v.One.Payments))},
	}
	v.Facts = initiativeFacts(p, v.One, called)
	v.Notes = sanity(p, one)
	v.Chart = changeChart(p, one, v.Verdict)
	v.Costs = costTable(p, one)
	v.Effects = effectTable(p, one, called)
	v.Benefits = benefitTable(p, one)
	v.Payments = paymentTable(p, v.One, called)
}

func initiativeFacts(p ui.Page, one budget.Page, called names) []ui.Fact {
	nature := p.T("budget.nature." + string(one.Nature))
	facts := []ui.Fact{
		{Term: p.T("budget.col.state"), Text: p.T("budget.state." + string(one.State))},
		{Term: p.T("budget.owner"), Text: orDash(called.person(p.Lang, one.Owner)), Href: personHref(one.Owner)},
		{Term: p.T("budget.nature"), Text: nature},
	}
	if one.Cause != "" {
		facts = append(facts, ui.Fact{Term: p.T("budget.cause"), Show: itemLinks(p, called, []ref.Ref{one.Cause})})
	}
	if one.CauseNote != "" {
		facts = append(facts, ui.Fact{Term: p.T("budget.cause"), Text: one.CauseNote})
	}
	if one.Mandatory != nil {
		facts = append(facts, ui.Fact{Term: p.T("budget.mandatory." + one.Mandatory.By), Text: one.Mandatory.Reference})
	}
	yes := map[bool]string{true: p.T("web.yes"), false: p.T("web.no")}
	joint := p.T("chart.unknown")
	if one.Joint != nil {
		joint = yes[*one.Joint]
	}
	return append(facts,
		ui.Fact{Term: p.T("budget.security"), Text: yes[one.Security]},
		ui.Fact{Term: p.T("budget.joint.fact"), Text: joint},
		ui.Fact{Term: p.T("budget.requires"), Show: itemLinks(p, called, refs("initiative", one.Requires...))},
		ui.Fact{Term: p.T("budget.needed-by"), Show: itemLinks(p, called, refs("initiative", one.NeededBy...))},
		ui.Fact{Term: p.T("budget.against"), Show: itemLinks(p, called, refs("initiative", one.Against...))},
		ui.Fact{Term: p.T("budget.decision"), Show: itemLinks(p, called, refs("decision", one.Decision))},
	)
}

// sanity are two checks of an investment, each with what it takes for granted.
func sanity(p ui.Page, one budget.Row) []string {
	var notes []string
	if rosi := one.ROSI(); rosi != nil {
		notes = append(notes, p.T("budget.rosi", "rosi", p.Percent(*rosi, 0), "years", len(one.Costs)))
	}
	bound := one.GordonLoeb()
	if bound == nil {
		return append(notes, p.T("budget.gordon.unknown"))
	}
	key := "budget.gordon.inside"
	if one.YearlyEUR() > *bound {
		key = "budget.gordon.above"
	}
	return append(notes, p.T(key, "cost", p.Euro(one.YearlyEUR()), "bound", p.Euro(*bound)))
}

// changeChart shows for each scenario the yearly loss before and after.
func changeChart(p ui.Page, one budget.Row, desc string) chart.Chart {
	ranking := chart.Ranking{Axis: chart.Axis{Label: p.T("budget.axis.loss"), Number: p.Euro}, Limit: unset}
	for _, c := range one.Changes {
		after := unset
		if c.After != nil {
			after = *c.After
		}
		title := c.Title.In(p.Lang)
		ranking.Items = append(ranking.Items,
			chart.RankItem{Label: title, Value: c.Before, Low: unset, High: unset, Role: chart.Muted, Note: p.T("budget.before")},
			chart.RankItem{Label: p.T("budget.after"), Value: after, Low: unset, High: unset, Role: chart.Second})
	}
	return chart.Chart{Frame: frame(p, "changes", p.T("budget.changes"), desc, 640), Plot: ranking}
}

func costTable(p ui.Page, one budget.Row) ui.List {
	list := ui.List{Caption: p.T("budget.costs"), Total: len(one.Costs), Nothing: p.T("budget.costs.none"), Columns: []ui.Column{
		{Title: p.T("budget.col.year")}, {Title: p.T("budget.capital"), Right: true}, {Title: p.T("budget.running"), Right: true}, {Title: p.T("budget.days"), Right: true},
	}}
	for _, c := range one.Costs {
		list.Rows = append(list.Rows, ui.Cells(ui.Words(strconv.Itoa(c.Year)), ui.Words(p.Euro(c.CapitalEUR)), ui.Words(p.Euro(c.RunningEUR)), ui.Words(p.Number(c.StaffDays, 0))))
	}
	return list
}

func effectTable(p ui.Page, one budget.Row, called names) ui.List {
	list := ui.List{Caption: p.T("budget.effects"), Total: len(one.Effects), Nothing: p.T("budget.effects.none"), Columns: []ui.Column{
		{Title: p.T("budget.col.risk")}, {Title: p.T("budget.col.factor")}, {Title: p.T("budget.col.share"), Right: true}, {Title: p.T("budget.col.why"), Wide: true}, {Title: p.T("budget.col.who")},
	}}
	titles := map[string]string{}
	for _, c := range one.Changes {
		titles[c.ID] = c.Title.In(p.Lang)
	}
	for _, e := range one.Effects {
		title := titles[e.Risk]
		if title == "" {
			title = e.Risk
		}
		share := func(x float64) string { return p.Percent(x, 0) }
		who := strings.TrimPrefix(strings.TrimSuffix(called.person(p.Lang, e.By)+", "+dayWords(p.Lang, e.On), ", "), ", ")
		list.Rows = append(list.Rows, ui.Cells(ui.To("/risks/"+e.Risk, title), ui.Words(p.T("budget.factor."+string(e.Factor))), ui.Words(maybeOf(p, e.Share, share)),
			ui.Words(orDash(i18nText(e.Why, e.WhyIT).In(p.Lang))), ui.Words(orDash(who))))
	}
	return list
}

func benefitTable(p ui.Page, one budget.Row) ui.List {
	list := ui.List{Caption: p.T("budget.benefits"), Total: len(one.Benefits), Nothing: p.T("budget.benefits.none"), Columns: []ui.Column{
		{Title: p.T("budget.benefits")}, {Title: p.T("budget.col.amount"), Right: true},
	}}
	for _, b := range one.Benefits {
		amount := p.Number(b.Amount, 0)
		if b.Kind == "cost" {
			amount = p.Euro(b.Amount)
		}
		list.Rows = append(list.Rows, ui.Cells(ui.Words(p.T("budget.benefit."+b.Kind)), ui.Words(amount)))
	}
	return list
}

func paymentTable(p ui.Page, one budget.Page, called names) ui.List {
	list := ui.List{Caption: p.T("budget.payments"), Total: len(one.Payments), Nothing: p.T("budget.payments.none"), Columns: []ui.Column{
		{Title: p.T("budget.f.day"), Short: true}, {Title: p.T("budget.f.amount_eur"), Right: true}, {Title: p.T("budget.f.kind")}, {Title: p.T("budget.nature")}, {Title: p.T("budget.cause")},
	}}
	for _, pay := range one.Payments {
		nature, cause := pay.Nature, pay.CauseNote
		if nature == "" {
			nature = one.Nature
		}
		if pay.Cause != "" {
			cause = strings.Trim(called.of(p.Lang, pay.Cause)+" · "+cause, " ·")
		}
		list.Rows = append(list.Rows, ui.Cells(ui.Words(dayWords(p.Lang, pay.Day)), ui.Words(p.Euro(pay.AmountEUR)), ui.Words(p.T("budget."+pay.Kind)), ui.Words(p.T("budget.nature."+string(nature))), ui.Words(orDash(cause))))
	}
	return list
}

func payFields(p ui.Page) []ui.Input {
	return []ui.Input{
		{Name: "day", Label: p.T("budget.f.day"), Type: "date", Required: true},
		{Name: "amount_eur", Label: p.T("budget.f.amount_eur"), Hint: p.T("budget.f.amount_eur.hint"), Mode: "decimal", Required: true},
		{Name: "kind", Label: p.T("budget.f.kind"), Type: "select", Required: true, Options: choices(p, "budget.", budget.PaymentKinds...)},
		{Name: "nature", Label: p.T("budget.nature"), Hint: p.T("budget.f.nature.hint"), Type: "select", Options: append([]ui.Option{{Text: p.T("budget.f.nature.same")}}, choices(p, "budget.nature.", "preventive", "reactive")...)},
		{Name: "cause", Label: p.T("budget.f.cause"), Hint: p.T("budget.f.cause.hint")},
		{Name: "cause_note", Label: p.T("budget.f.cause_note")},
	}
}

// initiativePay notes a payment.
func (s *Server) initiativePay(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	id := q.PathValue("id")
	in := budget.PayIn{
		Initiative: id, Day: f.text("day"), Kind: f.text("kind"), AmountEUR: f.number("amount_eur"), Nature: budget.Nature(f.text("nature")),
		Cause: ref.Ref(f.text("cause")), CauseNote: f.text("cause_note"),
	}
	wrong := f.err()
	if wrong == nil {
		wrong = doNamed(s, q, budget.OpPay, in)
	}
	if wrong == nil {
		return q.redirect(w, "/fund/initiatives/"+id, "budget.notice.paid")
	}
	view, err := s.initiativeView(q, f.Values, wrong)
	if err != nil {
		return err
	}
	return q.again(w, wrong, initiativeDetail(q.Page, view))
}
