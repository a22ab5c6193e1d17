package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"accordo.dev/internal/access"
	"accordo.dev/internal/governance/obligation"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// obligationView is one obligation with what was done.
type obligationView struct {
	Detail   obligation.Detail
	Verdict  string
	Facts    []ui.Fact
	Acts     []actLine
	Events   []ui.Fact
	History  []ui.Entry
	Refused  string // why the reader may not record what was done
	Act      []ui.Input
	Trigger  []ui.Input
	Interval []ui.Input
	Waive    []ui.Input
	Change   []ui.Input
	May      bool // change how the organisation applies it
	Did      string
	Err      error
}

// actLine is one time that an obligation was met.
type actLine struct {
	Day, Document, Version, Who, Evidence, Href, Hash, Note string
}

// obligationPage shows one obligation: what the provision asks, when it was met, and the form to record it.
func (s *Server) obligationPage(w http.ResponseWriter, q *request) error {
	view, err := s.obligationView(q, nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, obligationDetail(q.Page, view))
}

func (s *Server) obligationView(q *request, typed url.Values, wrong error) (obligationView, error) {
	d, err := op.Ask(q.Context(), s.Run, q.Actor, obligation.OpGet, obligation.GetIn{ID: q.PathValue("id")})
	if err != nil {
		return obligationView{}, err
	}
	view := obligationView{Detail: d, Err: wrong, Did: typed.Get("do"), May: s.refusal(q, obligation.OpWaive.Name) == ""}
	q.title("roles", d.Name().In(q.Lang()), ui.Crumb{Title: q.T("shell.nav.roles"), Href: "/roles/offices"}, ui.Crumb{Title: q.T("obligation.list.title"), Href: "/roles/obligations"})
	held, err := op.Ask(q.Context(), s.Run, q.Actor, identity.OpHoldings, identity.HoldingsInput{})
	if err != nil {
		return view, err
	}
	called, err := s.called(q, obligationNames(d, held)...)
	if err != nil {
		return view, err
	}
	view.Verdict = obligationSentence(q.Page, d.Standing, called)
	if !d.Binding {
		view.Verdict = q.T("obligation.stands.not-binding")
	}
	view.Facts, view.Acts = obligationFacts(q.Page, d), actLines(q.Page, d.Acts, called)
	for _, t := range d.Triggers {
		view.Events = append(view.Events, ui.Fact{Term: dayWords(q.Lang(), t.Day), Text: t.Told().In(q.Lang()) + " (" + q.T("obligation.due.by", "day", dayWords(q.Lang(), t.Due)) + ")"})
	}
	s.addObligationForms(q, &view, held, called, typed)
	view.History, err = s.history(q, obligation.Ref(d.ID))
	return view, err
}

func obligationNames(d obligation.Detail, held []identity.Holding) []ref.Ref {
	var all []ref.Ref
	for _, a := range d.Acts {
		all = append(all, people(a.Person)...)
		if a.Evidence != "" {
			all = append(all, a.Evidence)
		}
	}
	if d.Setting.Waived != nil {
		all = append(all, people(d.Setting.Waived.By)...)
	}
	for _, h := range held {
		if slices.Contains(d.Who, h.Office) {
			all = append(all, people(h.Person)...)
		}
	}
	return all
}

func obligationFacts(p ui.Page, d obligation.Detail) []ui.Fact {
	facts := []ui.Fact{
		{Term: p.T("obligation.col.who"), Text: whoActs(p, d.Obligation)},
		{Term: p.T("obligation.col.often"), Text: often(p, d.Standing)},
		{Term: p.T("obligation.col.due"), Text: orDash(dayWords(p.Lang, d.Due))},
		{Term: p.T("obligation.source"), Text: p.T("obligation.source." + string(d.Source))},
	}
	add := func(key, text string) {
		if text != "" {
			facts = append(facts, ui.Fact{Term: p.T(key), Text: text})
		}
	}
	add("obligation.col.provisions", inForce(p, d.Refs))
	add("obligation.basis", d.Ground().In(p.Lang))
	add("obligation.approves", strings.Join(d.Approves, ", "))
	add("obligation.certainty", certaintyWords(p, d.Obligation))
	add("obligation.note", d.Remark().In(p.Lang))
	return append(facts, ui.Fact{Term: p.T("obligation.id"), Text: d.ID})
}

func actLines(p ui.Page, acts []obligation.Act, called names) []actLine {
	lines := make([]actLine, len(acts))
	for i, a := range acts {
		who := acting(p, a.Office)
		if a.Person != "" {
			who = called.person(p.Lang, a.Person) + ", " + who
		}
		lines[i] = actLine{Day: dayWords(p.Lang, a.Day), Document: a.Titled().In(p.Lang), Version: a.Version, Who: who, Hash: a.Hash, Note: a.Note}
		if a.Evidence != "" {
			lines[i].Evidence, lines[i].Href = called.of(p.Lang, a.Evidence), itemHref(a.Evidence)
		}
	}
	return lines
}

// addObligationForms offers what the reader may do.
func (s *Server) addObligationForms(q *request, v *obligationView, held []identity.Holding, called names, typed url.Values) {
	p, d := q.Page, v.Detail
	formFor := func(action string, standing url.Values, fields []ui.Input) []ui.Input {
		err := v.Err
		if v.Did != action {
			err = nil
		}
		return fill(p, typedFor(action, typed, standing), err, fields)
	}
	today := identity.Day(p.Now)
	offices := s.recordable(q, d.Who)
	if len(offices) > 0 {
		v.Act = formFor("act", url.Values{"day": {today}, "office": {offices[0]}}, actFields(p, d, offices, held, called))
	} else {
		v.Refused = q.Page.Sentence(s.Run.Access.Check(access.Request{Actor: q.Actor, Operation: obligation.OpAct.Name, Context: map[string]string{"office": d.Who[0]}}))
	}
	if !v.May {
		return
	}
	v.Trigger = formFor("trigger", url.Values{"day": {today}}, []ui.Input{
		{Name: "what", Label: p.T("obligation.f.what"), Hint: p.T("obligation.f.what.hint"), Required: true, Wide: true},
		{Name: "day", Label: p.T("obligation.f.happened"), Type: "date", Required: true},
		{Name: "due", Label: p.T("obligation.f.due"), Hint: p.T("obligation.f.due.hint"), Type: "date"},
	})
	if d.Frequency.Kind == obligation.Periodic || d.Frequency.Kind == obligation.Every && d.Frequency.Weeks == 0 {
		months := ""
		if d.Setting.Months > 0 {
			months = strconv.Itoa(d.Setting.Months)
		}
		v.Interval = formFor("interval", url.Values{"months": {months}}, []ui.Input{{Name: "months", Label: p.T("obligation.f.months"), Hint: p.T("obligation.f.months.hint"), Mode: "numeric"}})
	}
	if d.Setting.Waived == nil {
		v.Waive = formFor("waive", nil, []ui.Input{{Name: "reason", Label: p.T("obligation.f.reason"), Type: "textarea", Required: true, Wide: true}})
	}
	if d.Source != obligation.OfLaw {
		v.Change = formFor("change", ownValues(d.Obligation), ownFields(p))
	}
}

// recordable are the offices for whose acts the reader may write.
func (s *Server) recordable(q *request, offices []string) []string {
	return slices.DeleteFunc(slices.Clone(offices), func(office string) bool {
		return s.Run.Access.Check(access.Request{Actor: q.Actor, Operation: obligation.OpAct.Name, Context: map[string]string{"office": office}}) != nil
	})
}

func actFields(p ui.Page, d obligation.Detail, offices []string, held []identity.Holding, called names) []ui.Input {
	whole := p.T("obligation.f.person.body")
	if !slices.Contains(offices, identity.OfficeBoard) {
		whole = p.T("obligation.f.person.choose")
	}
	persons := []ui.Option{{Text: whole}}
	for _, h := range held {
		if slices.Contains(offices, h.Office) && !slices.ContainsFunc(persons, func(o ui.Option) bool { return o.Value == h.Person }) {
			persons = append(persons, ui.Option{Value: h.Person, Text: called.person(p.Lang, h.Person) + " (" + p.T("office."+h.Office) + ")"})
		}
	}
	return []ui.Input{
		{Name: "document", Label: p.T("obligation.f.document"), Hint: p.T("obligation.f.document.hint"), Required: true, Wide: true},
		{Name: "day", Label: p.T("obligation.f.day"), Type: "date", Required: true},
		{Name: "version", Label: p.T("obligation.f.version")},
		{Name: "office", Label: p.T("obligation.f.office"), Type: "select", Required: true, Options: choices(p, "office.", offices...)},
		{Name: "person", Label: p.T("obligation.f.person"), Type: "select", Options: persons},
		{Name: "evidence", Label: p.T("obligation.f.evidence"), Hint: p.T("obligation.f.evidence.hint")},
		{Name: "hash", Label: p.T("obligation.f.hash"), Hint: p.T("obligation.f.hash.hint")},
		{Name: "note", Label: p.T("obligation.note"), Type: "textarea", Wide: true},
	}
}

// obligationAct runs the action that the reader chose.
func (s *Server) obligationAct(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	if err := s.obligationDo(q, f); err != nil {
		view, failed := s.obligationView(q, f.Values, err)
		if failed != nil {
			return failed
		}
		return q.again(w, err, obligationDetail(q.Page, view))
	}
	to := obligationHref(q.PathValue("id"))
	if f.text("do") == "remove" {
		to = "/roles/obligations"
	}
	return q.redirect(w, to, "obligation.notice."+f.text("do"))
}

func (s *Server) obligationDo(q *request, f *form) error {
	id, months := q.PathValue("id"), f.whole("months")
	own := ownIn(f, id)
	if err := f.err(); err != nil {
		return err
	}
	switch f.text("do") {
	case "act":
		return doNamed(s, q, obligation.OpAct, obligation.ActIn{
			Obligation: id, Day: f.text("day"), Office: f.text("office"), Person: f.text("person"), Document: f.text("document"), Version: f.text("version"),
			Evidence: ref.Ref(f.text("evidence")), Hash: f.text("hash"), Note: f.text("note"),
		})
	case "trigger":
		return doNamed(s, q, obligation.OpTrigger, obligation.TriggerIn{Obligation: id, Day: f.text("day"), Due: f.text("due"), What: f.text("what")})
	case "interval":
		return doNamed(s, q, obligation.OpSetInterval, obligation.IntervalIn{Obligation: id, Months: months})
	case "waive":
		return doNamed(s, q, obligation.OpWaive, obligation.WaiveIn{Obligation: id, Reason: f.text("reason")})
	case "applies":
		return doNamed(s, q, obligation.OpWaive, obligation.WaiveIn{Obligation: id, Applies: true})
	case "change":
		return doNamed(s, q, obligation.OpChange, own)
	case "remove":
		return doNamed(s, q, obligation.OpRemove, obligation.GetIn{ID: id})
	}
	return problem.New(problem.Invalid, "web.error.form")
}

// obligationFields lend the summary of problems the labels of the form that was sent.
func obligationFields(v obligationView) []ui.Input {
	return map[string][]ui.Input{"act": v.Act, "trigger": v.Trigger, "interval": v.Interval, "waive": v.Waive, "change": v.Change}[v.Did]
}
