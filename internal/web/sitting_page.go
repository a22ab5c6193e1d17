package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/governance/committee"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// sittingView is one sitting: what is on the agenda, who is there, what is said, resolved and given to whom.
type sittingView struct {
	One       committee.SittingPage
	Verdict   string
	Facts     []ui.Fact
	Agenda    []pointView
	Dropped   []pointView
	Seats     ui.List
	Attend    []seatForm
	Actions   ui.List
	Approvals []approvalView
	Voided    []voidedView
	Others    []committee.Resolution // about no point
	Forms     sittingForms
	Next      string // what can be done next: call, open, close
	Err       error
	Fields    []ui.Input // of the form that was refused
	History   []ui.Entry
	called    names
}

// sittingForms are the forms of those who preside or write; none for others.
type sittingForms struct {
	Add, Move, Cancel, Resolve, Assign []ui.Input
}

// pointView is one point of the agenda.
type pointView struct {
	committee.Item
	N, Order    int
	Href        string
	Since       string
	Resolutions []committee.Resolution
	Note        []ui.Input // of the form of its minutes
	Minutes     ui.Input
	Place       ui.Input
	Drop        []ui.Input
}

// seatForm is one line of the form of attendance.
type seatForm struct {
	Name               string
	Key                string
	Presence, Delegate ui.Input
}

// approvalView is the word of one chair.
type approvalView struct {
	Seat, Key, Text string
	Given           bool
	Hash            string
	Mine            bool // the reader may give it now
}

// voidedView is what became of approvals that ended.
type voidedView struct {
	Text    string
	Changes []string
}

// typing is what was typed into the form that was refused, and what is wrong with it.
type typing struct {
	values url.Values
	wrong  error
	did    string // the form; with the point where there are several
}

func (t typing) fill(p ui.Page, did string, start url.Values, fields []ui.Input) []ui.Input {
	if t.did != did {
		return fill(p, start, nil, fields)
	}
	return fill(p, t.values, t.wrong, fields)
}

// sittingPage shows one sitting.
func (s *Server) sittingPage(w http.ResponseWriter, q *request) error {
	view, err := s.sittingView(q, typing{})
	if err != nil {
		return err
	}
	return q.render(w, sittingDetail(q.Page, view))
}

func (s *Server) sittingView(q *request, t typing) (sittingView, error) {
	view := sittingView{Err: t.wrong}
	one, err := op.Ask(q.Context(), s.Run, q.Actor, committee.OpSitting, committee.SittingIn{ID: q.PathValue("id")})
	if err != nil {
		return view, err
	}
	view.One = one
	q.title("roles", q.T("committee.sitting.n", "n", one.Number),
		ui.Crumb{Title: q.T("committee.title"), Href: "/roles/committees"}, ui.Crumb{Title: one.Of.Title().In(q.Lang()), Href: "/roles/committees/" + one.Committee})
	if view.called, err = s.called(q, view.names()...); err != nil {
		return view, err
	}
	view.read(q.Page)
	view.points(q.Page, t)
	view.approvals(q)
	for _, a := range one.Actions {
		view.Actions.Rows = append(view.Actions.Rows, actionRow(q.Page, lineOf(q, a, one.Manage, "/roles/sittings/"+one.ID, "", nil, nil)))
	}
	if one.Manage {
		if err := s.sittingForms(q, &view, t); err != nil {
			return view, err
		}
	}
	view.History, err = s.history(q, one.Ref())
	return view, err
}

// names are the people of a sitting.
func (v *sittingView) names() []ref.Ref {
	all := seated(v.One.Seats)
	for _, r := range v.One.Resolutions {
		for _, d := range r.Dissents {
			all = append(all, people(d.Person)...)
		}
	}
	for _, a := range v.One.Approvals {
		all = append(all, people(a.Person)...)
	}
	for _, ended := range v.One.Voided {
		all = append(all, people(ended.By)...)
	}
	return all
}

// read fills what needs no form.
func (v *sittingView) read(p ui.Page) {
	one := v.One
	v.Verdict = v.verdict(p)
	v.Facts = []ui.Fact{
		{Term: p.T("committee.f.start"), Text: p.LongDate(one.Start) + ", " + one.Start.In(i18n.Rome).Format("15:04") + "–" + one.End.In(i18n.Rome).Format("15:04")},
		{Term: p.T("committee.f.place"), Text: orDash(one.Location().In(p.Lang))},
		{Term: p.T("committee.f.link"), Text: orDash(one.Link), Href: webLink(one.Link)},
		{Term: p.T("committee.col.state"), Text: p.T("committee.state." + string(one.State))},
	}
	if one.CalledAt != nil {
		v.Facts = append(v.Facts, ui.Fact{Term: p.T("committee.f.called"), Text: p.DateTime(*one.CalledAt)})
	}
	if one.Why != "" {
		v.Facts = append(v.Facts, ui.Fact{Term: p.T("committee.f.why"), Text: one.Why})
	}
	v.Seats = ui.List{Caption: p.T("committee.attendance"), Total: len(one.Seats), Columns: []ui.Column{{Title: p.T("committee.col.seat")}, {Title: p.T("committee.col.role")}, {Title: p.T("committee.col.presence")}}}
	for _, seat := range one.Seats {
		presence := p.T("committee.presence." + string(seat.Presence))
		if seat.Presence == committee.Delegate {
			presence += ": " + v.called.person(p.Lang, seat.Delegate)
		}
		v.Seats.Rows = append(v.Seats.Rows, ui.Cells(ui.Words(seatName(p, v.called, seat.Office, seat.Person)), ui.Words(p.T("committee.role."+string(seat.Role))), ui.Is(presenceState(seat.Presence), presence)))
	}
	v.Actions = ui.List{Caption: p.T("committee.actions"), Total: len(one.Actions), Nothing: p.T("committee.actions.none-given"), Columns: actionColumns(p)}
	for _, ended := range one.Voided {
		view := voidedView{Text: p.T("committee.voided", "when", p.DateTime(ended.At), "person", v.called.person(p.Lang, ended.By), "n", len(ended.Approvals))}
		for _, c := range ended.Changes {
			view.Changes = append(view.Changes, p.T("committee.voided.change", "what", p.T("committee.revision."+c.What), "of", v.nameOf(p, c.Of), "old", orDash(c.Old), "new", orDash(c.New)))
		}
		v.Voided = append(v.Voided, view)
	}
	if one.Manage {
		v.Next = map[committee.State]string{committee.Planned: "call", committee.Called: "open", committee.Open: "close"}[one.State]
	}
}

// nameOf is what a point or seat is called.
func (v *sittingView) nameOf(p ui.Page, id string) string {
	for _, i := range v.One.Items {
		if i.ID == id {
			return i.Name().In(p.Lang)
		}
	}
	return id
}

func presenceState(presence committee.Presence) ui.State {
	switch presence {
	case committee.Present, committee.Delegate:
		return ui.OK
	case committee.Absent:
		return ui.Warn
	case committee.NotNoted:
		return ui.Unk
	default:
		return ui.Plain
	}
}

// verdict says how the sitting stands: does the agenda fit, may it resolve, who must still approve.
func (v *sittingView) verdict(p ui.Page) string {
	one := v.One
	switch one.State {
	case committee.Planned, committee.Called:
		key := "committee.verdict.fits"
		if one.Agenda > one.Length() {
			key = "committee.verdict.too-long"
		}
		return p.N(key, len(one.Standing()), "minutes", one.Agenda, "length", one.Length())
	case committee.Cancelled:
		return p.T("committee.invitation.cancelled", "why", one.Why)
	}
	text := v.quorum(p) + " " + p.N("committee.verdict.resolved", len(one.Resolutions))
	if one.State == committee.Closed {
		text += " " + p.N("committee.verdict.approvals", 2-len(one.Approvals))
	}
	return text
}

func (v *sittingView) quorum(p ui.Page) string {
	key := "committee.quorum.missing"
	if v.One.Quorum.Met {
		key = "committee.quorum.met"
	}
	return p.T(key, "present", v.One.Quorum.Present, "needed", v.One.Quorum.Needed, "chairs", v.One.Quorum.Chairs)
}

// arranges and writes tell what the reader may do to the points.
func (v *sittingView) arranges() bool { return v.One.Manage && v.One.State == committee.Planned }

func (v *sittingView) writes() bool { return v.One.Manage && v.One.Held() }

// points fills the agenda, with the forms of each point.
func (v *sittingView) points(p ui.Page, t typing) {
	for n, i := range v.One.Items {
		point := pointView{Item: i, Order: n + 1, Href: itemHref(i.About), Since: dayWords(p.Lang, i.Since)}
		if i.From == committee.Independence {
			point.Href = "/roles/offices"
		}
		for _, r := range v.One.Resolutions {
			if r.Item == i.ID {
				point.Resolutions = append(point.Resolutions, r)
			}
		}
		at := fmt.Sprintf("item%d.", n)
		if v.arranges() {
			row := fmt.Sprintf("item%d.", len(v.Agenda)) // of the form that orders them, where dropped points are not
			point.Place = ui.Input{Name: row + "order", Label: p.T("committee.f.order"), Value: strconv.Itoa(len(v.Agenda) + 1), Mode: "numeric", Required: true}
			point.Minutes = ui.Input{Name: row + "minutes", Label: p.T("committee.f.minutes"), Value: strconv.Itoa(i.Minutes), Mode: "numeric", Required: true}
			if t.did == "arrange" {
				both := fill(p, t.values, t.wrong, []ui.Input{point.Place, point.Minutes})
				point.Place, point.Minutes = both[0], both[1]
			}
			point.Drop = t.fill(p, "drop "+i.ID, nil, []ui.Input{{Name: at + "why", Label: p.T("committee.f.why"), Required: true}})
		}
		if v.writes() {
			point.Note = t.fill(p, "note "+i.ID, url.Values{at + "note": {i.Note}, at + "note_it": {i.NoteIT}}, []ui.Input{
				{Name: at + "note", Label: p.T("committee.f.note"), Type: "textarea", Rows: 3}, {Name: at + "note_it", Label: p.T("committee.f.note_it"), Type: "textarea", Rows: 3},
			})
		}
		if !i.Stands() {
			v.Dropped = append(v.Dropped, point)
			continue
		}
		point.N = len(v.Agenda) + 1
		v.Agenda = append(v.Agenda, point)
	}
	for _, r := range v.One.Resolutions {
		if r.Item == "" {
			v.Others = append(v.Others, r)
		}
	}
}

// approvals says which chair has approved the minutes, and whether the reader can.
func (v *sittingView) approvals(q *request) {
	if v.One.State != committee.Closed && v.One.State != committee.Approved {
		return
	}
	for _, m := range v.One.Of.Chairs() {
		person := m.Person
		for _, seat := range v.One.Seats {
			if seat.Key() == m.Key() {
				person = seat.Person
			}
		}
		view := approvalView{Seat: seatName(q.Page, v.called, m.Office, person), Key: m.Key(), Text: q.T("committee.approval.waits")}
		for _, a := range v.One.Approvals {
			if a.Seat == m.Key() {
				view.Given, view.Hash = true, a.Hash
				view.Text = q.T("committee.approval.by", "person", v.called.person(q.Lang(), a.Person), "when", q.Page.DateTime(a.At))
			}
		}
		sits := m.Office != "" && q.Actor.Holds(m.Office) || m.Office == "" && q.Actor.Ref.ID() == m.Person
		view.Mine = !view.Given && sits && v.One.State == committee.Closed
		v.Approvals = append(v.Approvals, view)
	}
}

// sittingForms prepares the forms of those who preside or write.
func (s *Server) sittingForms(q *request, v *sittingView, t typing) error {
	p, one := q.Page, v.One
	before := one.State == committee.Planned || one.State == committee.Called
	if v.arranges() {
		v.Forms.Add = t.fill(p, "add", url.Values{"add.minutes": {"10"}}, addFields(p))
	}
	if before {
		v.Forms.Move = t.fill(p, "move", moveStart(one), whenFields(p, "move."))
		v.Forms.Cancel = t.fill(p, "cancel", nil, []ui.Input{{Name: "cancel.why", Label: p.T("committee.f.why"), Required: true}})
	}
	everybody, err := s.peopleOptions(q, ui.Option{Text: "–"})
	if err != nil {
		return err
	}
	if one.State == committee.Called || one.State == committee.Open {
		v.attendance(p, everybody, t)
	}
	if !v.writes() {
		return nil
	}
	if one.State == committee.Open && one.Quorum.Met {
		decisions, err := op.Ask(q.Context(), s.Run, q.Actor, decision.OpList, decision.Filter{Page: db.Page{Sort: "deadline", Limit: db.Unlimited}, Open: true})
		if err != nil {
			return err
		}
		v.Forms.Resolve = t.fill(p, "resolve", url.Values{"resolve.for": {strconv.Itoa(one.Quorum.Present)}, "resolve.against": {"0"}, "resolve.abstained": {"0"}}, v.resolveFields(p, decisions.Items))
	}
	v.Forms.Assign = t.fill(p, "assign", nil, v.assignFields(p, everybody))
	return nil
}

func addFields(p ui.Page) []ui.Input {
	return []ui.Input{
		{Name: "add.title", Label: p.T("committee.f.title"), Required: true},
		{Name: "add.titleIt", Label: p.T("committee.f.title_it")},
		{Name: "add.why", Label: p.T("committee.f.why")},
		{Name: "add.whyIt", Label: p.T("committee.f.why_it")},
		{Name: "add.minutes", Label: p.T("committee.f.minutes"), Mode: "numeric", Required: true},
	}
}

func moveStart(one committee.SittingPage) url.Values {
	at := one.Start.In(i18n.Rome)
	return url.Values{
		"move.day": {at.Format("2006-01-02")}, "move.at": {at.Format("15:04")}, "move.minutes": {strconv.Itoa(one.Length())},
		"move.place": {one.Place}, "move.place_it": {one.PlaceIT}, "move.link": {one.Link},
	}
}

func (v *sittingView) attendance(p ui.Page, everybody []ui.Option, t typing) {
	for n, seat := range v.One.Seats {
		at := fmt.Sprintf("seat%d.", n)
		fields := t.fill(p, "attend", url.Values{at + "presence": {string(seat.Presence)}, at + "delegate": {seat.Delegate}}, []ui.Input{
			{Name: at + "presence", Label: p.T("committee.col.presence"), Type: "select", Required: true, Options: choices(p, "committee.presence.", "", "present", "excused", "absent", "delegate")},
			{Name: at + "delegate", Label: p.T("committee.f.delegate"), Type: "select", Options: everybody},
		})
		v.Attend = append(v.Attend, seatForm{Name: seatName(p, v.called, seat.Office, seat.Person), Key: seat.Key(), Presence: fields[0], Delegate: fields[1]})
	}
}

// pointOptions are the points of the agenda.
func (v *sittingView) pointOptions(p ui.Page) []ui.Option {
	options := []ui.Option{{Text: "–"}}
	for _, point := range v.Agenda {
		options = append(options, ui.Option{Value: point.ID, Text: strconv.Itoa(point.N) + ". " + point.Name().In(p.Lang)})
	}
	return options
}

func (v *sittingView) resolveFields(p ui.Page, decisions []decision.Row) []ui.Input {
	present := []ui.Option{{Text: "–"}}
	for _, id := range sitters(v.One.Seats) {
		present = append(present, ui.Option{Value: id, Text: v.called.person(p.Lang, id)})
	}
	about := []ui.Option{{Text: "–"}}
	for _, d := range decisions {
		about = append(about, ui.Option{Value: d.ID, Text: d.ID + " · " + d.Name().In(p.Lang)})
	}
	fields := []ui.Input{
		{Name: "resolve.item", Label: p.T("committee.point"), Type: "select", Options: v.pointOptions(p)},
		{Name: "resolve.decision", Label: p.T("committee.f.decision"), Hint: p.T("committee.f.decision.hint"), Type: "select", Options: about},
		{Name: "resolve.text", Label: p.T("committee.f.text"), Type: "textarea", Rows: 2, Required: true},
		{Name: "resolve.text_it", Label: p.T("committee.f.text_it"), Type: "textarea", Rows: 2},
		{Name: "resolve.for", Label: p.T("committee.f.for"), Mode: "numeric", Required: true},
		{Name: "resolve.against", Label: p.T("committee.f.against"), Mode: "numeric", Required: true},
		{Name: "resolve.abstained", Label: p.T("committee.f.abstained"), Mode: "numeric", Required: true},
	}
	for n := range dissents {
		at := fmt.Sprintf("resolve.dissents[%d].", n)
		fields = append(fields, ui.Input{Name: at + "person", Label: p.T("committee.f.dissent", "n", n+1), Type: "select", Options: present}, ui.Input{Name: at + "reason", Label: p.T("committee.f.reason", "n", n+1)})
	}
	return fields
}

// dissents is how many dissents the form of a resolution has room for.
const dissents = 2

func (v *sittingView) assignFields(p ui.Page, everybody []ui.Option) []ui.Input {
	return []ui.Input{
		{Name: "assign.item", Label: p.T("committee.point"), Type: "select", Options: v.pointOptions(p)},
		{Name: "assign.owner", Label: p.T("committee.col.owner"), Type: "select", Required: true, Options: everybody},
		{Name: "assign.what", Label: p.T("committee.col.what"), Type: "textarea", Rows: 2, Required: true},
		{Name: "assign.what_it", Label: p.T("committee.f.what_it"), Type: "textarea", Rows: 2},
		{Name: "assign.due", Label: p.T("committee.col.due"), Type: "date", Required: true},
	}
}

// sittingMinutes gives the minutes as a PDF.
func (s *Server) sittingMinutes(w http.ResponseWriter, q *request) error {
	return s.sittingFile(w, q, committee.OpPaper)
}

// sittingInvitation gives the invitation as iCalendar.
func (s *Server) sittingInvitation(w http.ResponseWriter, q *request) error {
	return s.sittingFile(w, q, committee.OpInvitation)
}

func (s *Server) sittingFile(w http.ResponseWriter, q *request, query op.Query[committee.FileIn, committee.Attachment]) error {
	file, err := op.Ask(q.Context(), s.Run, q.Actor, query, committee.FileIn{ID: q.PathValue("id"), Lang: langOf(q)})
	if err != nil {
		return err
	}
	attach(w, strings.ReplaceAll(file.Name, `"`, ""), file.Type)
	_, err = w.Write(file.Content)
	return err
}

// langOf is the language that the address asks for; that of the reader unless told.
func langOf(q *request) i18n.Lang {
	if asked := q.URL.Query().Get("lang"); slices.Contains([]string{"en", "it"}, asked) {
		return i18n.Lang(asked)
	}
	return q.Lang()
}

// sittingPrint shows the minutes as sheets.
func (s *Server) sittingPrint(w http.ResponseWriter, q *request) error {
	in := committee.FileIn{ID: q.PathValue("id"), Lang: langOf(q)}
	one, err := op.Ask(q.Context(), s.Run, q.Actor, committee.OpSitting, committee.SittingIn{ID: in.ID})
	if err != nil {
		return err
	}
	sheets, err := op.Ask(q.Context(), s.Run, q.Actor, committee.OpPrint, in)
	if err != nil {
		return err
	}
	q.title("roles", q.T("committee.print"), ui.Crumb{Title: q.T("committee.title"), Href: "/roles/committees"}, ui.Crumb{Title: one.Name.In(q.Lang()), Href: "/roles/sittings/" + in.ID})
	return q.render(w, sittingSheets(q.Page, in.ID, sheets.HTML))
}
