package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"accordo.dev/internal/governance/committee"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// committeeView is one committee: charter, seats, dates, sittings, actions.
type committeeView struct {
	One      committee.Page
	Verdict  string
	Charter  []ui.Fact
	Members  ui.List
	Dates    []string
	Sittings ui.List
	Actions  ui.List
	Plan     []ui.Input // of the form that plans a sitting; none when the reader does not lead
	Err      error
	History  []ui.Entry
}

// committeePage shows one committee.
func (s *Server) committeePage(w http.ResponseWriter, q *request) error {
	view, err := s.committeeView(q, nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, committeeDetail(q.Page, view))
}

func (s *Server) committeeView(q *request, typed url.Values, wrong error) (committeeView, error) {
	view := committeeView{Err: wrong}
	one, err := op.Ask(q.Context(), s.Run, q.Actor, committee.OpGet, committee.GetIn{ID: q.PathValue("id")})
	if err != nil {
		return view, err
	}
	view.One = one
	p := q.Page
	q.title("roles", one.Title().In(p.Lang), ui.Crumb{Title: q.T("committee.title"), Href: "/roles/committees"})
	called, err := s.called(q, seated(one.Seats)...)
	if err != nil {
		return view, err
	}
	view.Verdict = committeesVerdict(p, []committee.Row{one.Row})
	view.Charter = charter(p, one.Committee)
	view.Members = memberTable(p, one.Seats, called)
	for _, at := range one.Dates {
		view.Dates = append(view.Dates, p.LongDate(at)+", "+at.In(i18n.Rome).Format("15:04"))
	}
	view.Sittings = sittingTable(p, one)
	view.Actions = ui.List{Caption: p.T("committee.actions"), Total: len(one.Actions), Nothing: p.T("committee.actions.none"), Columns: actionColumns(p)}
	for _, a := range one.Actions {
		view.Actions.Rows = append(view.Actions.Rows, actionRow(p, lineOf(q, a, one.Manage, "/roles/committees/"+one.ID, "", nil, nil)))
	}
	if one.Manage && !one.Ended(identity.Day(p.Now)) {
		view.Plan = fill(p, typedOr(typed, planStart(one)), wrong, whenFields(p, "plan."))
	}
	view.History, err = s.history(q, one.Ref())
	return view, err
}

func actionColumns(p ui.Page) []ui.Column {
	return []ui.Column{{Title: p.T("committee.col.what")}, {Title: p.T("committee.col.owner")}, {Title: p.T("committee.col.due"), Short: true}, {Title: p.T("committee.col.state")}, {Title: p.T("committee.col.end"), Wide: true}}
}

func charter(p ui.Page, c committee.Committee) []ui.Fact {
	return []ui.Fact{
		{Term: p.T("committee.f.purpose"), Text: i18nText(c.Purpose, c.PurposeIT).In(p.Lang)},
		{Term: p.T("committee.f.decides"), Text: orDash(i18nText(c.Decides, c.DecidesIT).In(p.Lang))},
		{Term: p.T("committee.f.reports_to"), Text: orDash(c.ReportingTo().In(p.Lang))},
		{Term: p.T("committee.quorum"), Text: p.T("committee.quorum.rule", "n", c.Quorum)},
		{Term: p.T("committee.cadence"), Text: cadenceWords(p, c.Cadence) + " · " + p.T("committee.minutes.n", "n", c.Cadence.Minutes)},
		{Term: p.T("committee.f.place"), Text: orDash(c.Cadence.Location().In(p.Lang))},
		{Term: p.T("committee.f.link"), Text: orDash(c.Cadence.Link), Href: webLink(c.Cadence.Link)},
		{Term: p.T("committee.f.agenda_from"), Text: sourceWords(p, c)},
	}
}

// webLink lets only addresses of the web be links.
func webLink(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return address
}

func sourceWords(p ui.Page, c committee.Committee) string {
	var words []string
	for _, source := range committee.Sources {
		if c.Takes(source) {
			words = append(words, p.T("committee.source."+string(source)))
		}
	}
	return listed(p, words)
}

func memberTable(p ui.Page, seats []committee.Seat, called names) ui.List {
	list := ui.List{Caption: p.T("committee.members"), Total: len(seats), Columns: []ui.Column{{Title: p.T("committee.col.seat")}, {Title: p.T("committee.col.today")}, {Title: p.T("committee.col.role")}}}
	for _, seat := range seats {
		name := p.T("committee.seat.person")
		if seat.Office != "" {
			name = p.T("office." + seat.Office)
		}
		today := ui.Is(ui.Warn, p.T("committee.vacant"))
		if seat.Person != "" {
			today = ui.To("/people/"+seat.Person, called.person(p.Lang, seat.Person))
		}
		list.Rows = append(list.Rows, ui.Cells(ui.Words(name), today, ui.Words(p.T("committee.role."+string(seat.Role)))))
	}
	return list
}

func sittingTable(p ui.Page, one committee.Page) ui.List {
	list := ui.List{Caption: p.T("committee.sittings"), Total: len(one.Sittings), Nothing: p.T("committee.sittings.none"), Columns: []ui.Column{
		{Title: p.T("committee.sitting")}, {Title: p.T("committee.f.start")}, {Title: p.T("committee.col.state")}, {Title: p.T("committee.resolutions"), Right: true}, {Title: p.T("committee.approvals"), Right: true},
	}}
	for _, s := range one.Sittings {
		name := ui.Words(p.T("committee.sitting.n", "n", s.Number))
		if one.Reads {
			name = ui.To("/roles/sittings/"+s.ID, p.T("committee.sitting.n", "n", s.Number))
		}
		approvals := "–"
		if s.State == committee.Closed || s.State == committee.Approved {
			approvals = p.T("committee.approvals.of", "n", s.Approvals)
		}
		list.Rows = append(list.Rows, ui.Cells(name, ui.Words(p.DateTime(s.Start)), sittingState(p, s.State), ui.Words(p.Integer(s.Resolutions)), ui.Words(approvals)))
	}
	return list
}

func sittingState(p ui.Page, state committee.State) ui.Cell {
	look := map[committee.State]ui.State{committee.Approved: ui.OK, committee.Closed: ui.Warn, committee.Open: ui.Warn, committee.Cancelled: ui.Plain}[state]
	if look == "" {
		look = ui.Plain
	}
	return ui.Is(look, p.T("committee.state."+string(state)))
}

// whenFields are the fields of a date, hour, length and place.
func whenFields(p ui.Page, prefix string) []ui.Input {
	return []ui.Input{
		{Name: prefix + "day", Label: p.T("committee.f.day"), Type: "date", Required: true},
		{Name: prefix + "at", Label: p.T("committee.f.at"), Type: "time", Required: true},
		{Name: prefix + "minutes", Label: p.T("committee.f.minutes"), Mode: "numeric", Required: true},
		{Name: prefix + "place", Label: p.T("committee.f.place")},
		{Name: prefix + "place_it", Label: p.T("committee.f.place_it")},
		{Name: prefix + "link", Label: p.T("committee.f.link")},
	}
}

// planStart fills the form with the next date that has no sitting yet.
func planStart(one committee.Page) url.Values {
	c := one.Cadence
	v := url.Values{"plan.at": {c.At}, "plan.minutes": {strconv.Itoa(c.Minutes)}, "plan.place": {c.Place}, "plan.place_it": {c.PlaceIT}, "plan.link": {c.Link}}
	taken := map[string]bool{}
	for _, s := range one.Sittings {
		taken[identity.Day(s.Start)] = s.State != committee.Cancelled
	}
	for _, at := range one.Dates {
		if day := identity.Day(at); !taken[day] {
			v.Set("plan.day", day)
			break
		}
	}
	return v
}

// when reads a date, hour, length and place.
func (f *form) when(prefix string) committee.When {
	w := committee.When{Minutes: f.whole(prefix + "minutes"), Place: f.text(prefix + "place"), PlaceIT: f.text(prefix + "place_it"), Link: f.text(prefix + "link")}
	at, err := time.ParseInLocation("2006-01-02 15:04", f.text(prefix+"day")+" "+f.text(prefix+"at"), i18n.Rome)
	if err != nil {
		f.wrong = append(f.wrong, problem.Field(prefix+"day", "committee.error.start", "value", f.text(prefix+"day")+" "+f.text(prefix+"at")))
	}
	w.Start = at
	return w
}

// committeePlan plans a sitting.
func (s *Server) committeePlan(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	when := f.when("plan.")
	if wrong := f.err(); wrong != nil {
		return s.planAgain(w, q, f.Values, wrong)
	}
	made, err := op.Do(q.Context(), s.Run, q.Actor, committee.OpPlan, committee.PlanIn{Committee: q.PathValue("id"), When: when})
	if err != nil {
		return s.planAgain(w, q, f.Values, startAsDay(under(err, "plan."), "plan."))
	}
	return q.redirect(w, "/roles/sittings/"+made.ID, "committee.notice.plan")
}

// startAsDay shows what is wrong with a start at the field of the day.
func startAsDay(err error, prefix string) error {
	if p, ok := problem.As(err); ok && p.Field == prefix+"start" {
		p.Field = prefix + "day"
	}
	return err
}

func (s *Server) planAgain(w http.ResponseWriter, q *request, typed url.Values, wrong error) error {
	view, err := s.committeeView(q, typed, wrong)
	if err != nil {
		return err
	}
	return q.again(w, wrong, committeeDetail(q.Page, view))
}
