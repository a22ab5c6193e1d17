package web

import (
	"math"
	"net/http"
	"net/url"

	"accordo.dev/internal/decision"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/web/ui"
)

// roomView is one decision with what each side says and what the reader may do now.
type roomView struct {
	Decision  decision.Row
	Verdict   string
	Content   []string
	OtherLang string // of the content in the other language, empty when there is none
	Other     []string
	Effects   []ui.Figure
	Facts     []ui.Fact
	CIO, CISO ui.KeySlot
	Clock     *clockView
	Memos     []memo
	Steps     []step
	History   []ui.Entry
	Err       error
	Did       string // the action that was refused
	Refuse    officeForm
	Arbitrate []ui.Input
	Revise    []ui.Input
	Withdraw  bool
	Closed    []string // why what is not offered is not offered, and to whom it is
}

type clockView struct {
	State      ui.State
	Text, Then string
	Share      float64
}

// memo is the answer of one side, or of the arbiter.
type memo struct {
	Side, Title, Who string
	State            ui.State
	Word             string
	Reason, Counter  []string
}

// step is one step of the escalation.
type step struct {
	Office, Text, State string // State: done, now or empty
}

// officeForm is the form with which an office refuses; empty when it is not the reader's turn.
type officeForm struct {
	Office string
	Fields []ui.Input
}

// decisionRoom shows one decision.
func (s *Server) decisionRoom(w http.ResponseWriter, q *request) error {
	view, err := s.roomView(q, nil, nil)
	if err != nil {
		return err
	}
	return q.render(w, roomPage(q.Page, view))
}

func (s *Server) roomView(q *request, typed url.Values, wrong error) (roomView, error) {
	view := roomView{Err: wrong, Did: typed.Get("do")}
	d, err := op.Ask(q.Context(), s.Run, q.Actor, decision.OpGet, decision.GetIn{ID: q.PathValue("id")})
	if err != nil {
		return view, err
	}
	view.Decision = decision.AsOf(d, q.Page.Now)
	q.title("decisions", d.Name().In(q.Lang()), ui.Crumb{Title: q.T("decision.list.title"), Href: "/decisions"})
	held, err := s.holders(q)
	if err != nil {
		return view, err
	}
	called, err := s.called(q, roomPeople(d, held)...)
	if err != nil {
		return view, err
	}
	view.addContent(q.Page, called)
	view.addKeys(q, held, called)
	view.addSteps(q.Page, held, called)
	view.addMemos(q.Page, called)
	view.addActions(q, typed, held, called)
	view.History, err = s.history(q, ref.New("decision", d.ID))
	return view, err
}

func roomPeople(d decision.Decision, held map[string]string) []ref.Ref {
	who := people(d.ProposedBy)
	for _, k := range d.Keys {
		who = append(who, people(k.Person)...)
	}
	for _, person := range held {
		who = append(who, people(person)...)
	}
	if d.Arbitration != nil {
		who = append(who, people(d.Arbitration.Person)...)
	}
	if d.About != "" {
		who = append(who, d.About)
	}
	return who
}

func (v *roomView) addContent(p ui.Page, called names) {
	d := v.Decision.Decision
	v.Verdict = standing(p, v.Decision)
	content := i18nText(d.Content, d.ContentIT)
	v.Content = lines(content.In(p.Lang))
	other := map[bool]string{true: "en", false: "it"}[p.Lang == "it"]
	if d.ContentIT != "" && d.Content != "" {
		v.OtherLang = other
		v.Other = lines(map[string]string{"en": d.Content, "it": d.ContentIT}[other])
	}
	v.Effects = []ui.Figure{
		effectFigure(p, "money", d.MoneyEUR, p.Euro),
		effectFigure(p, "minutes", d.Minutes, func(x float64) string { return p.Number(x, 0) }),
		effectFigure(p, "days", d.ExposureDays, func(x float64) string { return p.Number(x, 0) }),
	}
	v.Facts = []ui.Fact{
		{Term: p.T("decision.f.kind"), Text: p.T("decision.kind." + string(d.Kind))},
		{Term: p.T("decision.f.materiality"), Text: p.T("decision.materiality." + d.Materiality)},
		{Term: p.T("decision.col.proposer"), Text: called.person(p.Lang, d.ProposedBy), Href: personHref(d.ProposedBy)},
		{Term: p.T("decision.col.proposed"), Text: p.DateTime(d.ProposedAt)},
		{Term: p.T("decision.deadline"), Text: p.DateTime(d.Deadline)},
	}
	if d.About != "" {
		v.Facts = append(v.Facts, ui.Fact{Term: p.T("decision.f.about"), Text: called.of(p.Lang, d.About), Href: itemHref(d.About)})
	}
	if d.ReviewOn != "" {
		v.Facts = append(v.Facts, ui.Fact{Term: p.T("decision.f.review_on"), Text: dayWords(p.Lang, d.ReviewOn)})
	}
	if d.SpentAt != nil {
		v.Facts = append(v.Facts, ui.Fact{Term: p.T("decision.spent"), Text: p.DateTime(*d.SpentAt)})
	}
}

// effectFigure is an expected effect on one of the three scales: what is removed, or added when it is negative.
func effectFigure(p ui.Page, scale string, x *float64, write func(float64) string) ui.Figure {
	figure := ui.Figure{Label: p.T("decision.effect." + scale), Small: true, N: p.T("decision.effect.source")}
	if x == nil {
		figure.Unknown, figure.Word = true, p.T("decision.effect.unknown")
		return figure
	}
	figure.Value, figure.Unit = write(math.Abs(*x)), p.T("decision.effect."+scale+".less")
	if *x < 0 {
		figure.Unit = p.T("decision.effect." + scale + ".more")
	}
	return figure
}

// addKeys fills the two slots: who answered what, or for whom the key waits.
func (v *roomView) addKeys(q *request, held map[string]string, called names) {
	v.CIO = v.slot(q, identity.OfficeCIO, held, called)
	v.CISO = v.slot(q, identity.OfficeCISO, held, called)
	if !v.Decision.IsOpen() {
		return
	}
	text, state, then := decisionClock(q.Page, v.Decision)
	v.Clock = &clockView{State: state, Text: text, Then: then, Share: v.Decision.Elapsed(q.Page.Now)}
}

func (v *roomView) slot(q *request, office string, held map[string]string, called names) ui.KeySlot {
	d, p := v.Decision.Decision, q.Page
	slot := ui.KeySlot{State: keyState(d, office)}
	if k := d.Key(office); k != nil {
		slot.Person, slot.When, slot.Hash = called.person(p.Lang, k.Person), k.At, p.T("decision.hash", "hash", k.Hash[:16])
		slot.Text = i18nText(k.Reason, k.ReasonIT).In(p.Lang)
		return slot
	}
	slot.Person = p.T("decision.vacant")
	if held[office] != "" {
		slot.Person = called.person(p.Lang, held[office])
	}
	if void(d, office) {
		slot.Text = p.T("decision.void")
	}
	if v.mayAnswer(q, office) {
		slot.Action = ui.Post("/decisions/"+d.ID, p.T("decision.give."+office), "pri", "do", "give-key", "office", office, "hash", d.Hash())
	}
	return slot
}

// void tells whether an office gave a key on a content that has changed since.
func void(d decision.Decision, office string) bool {
	for _, k := range d.Keys {
		if k.Office == office {
			return k.Hash != d.Hash()
		}
	}
	return false
}

// mayAnswer tells whether it is the reader's turn for an office; the operation checks it again.
func (v *roomView) mayAnswer(q *request, office string) bool {
	d := v.Decision.Decision
	if !q.Actor.Holds(office) || q.Actor.Holds(identity.OfficeAdministrator) || !d.Waits(office, q.Page.Now) {
		return false
	}
	for _, k := range d.Keys {
		if k.Office != office && k.Person == q.Actor.Ref.ID() {
			return false
		}
	}
	return true
}

// addSteps shows where the decision goes when the two do not agree in time.
func (v *roomView) addSteps(p ui.Page, held map[string]string, called names) {
	who := func(office string) string {
		if held[office] == "" {
			return p.T("decision.vacant")
		}
		return called.person(p.Lang, held[office])
	}
	for _, e := range v.Decision.Steps(p.Now) {
		one := step{Office: p.T("decision.step.both"), Text: p.T("decision.step.until", "when", p.DateTime(e.Until)), State: e.State}
		if e.Office != "" {
			one.Office = p.T("office."+e.Office) + ": " + who(e.Office)
		}
		v.Steps = append(v.Steps, one)
	}
}

// addMemos puts what both sides say beside each other, once one of them has said something.
func (v *roomView) addMemos(p ui.Page, called names) {
	cio, ciso := v.Decision.Key(identity.OfficeCIO), v.Decision.Key(identity.OfficeCISO)
	if wrote(cio) || wrote(ciso) {
		v.Memos = append(v.Memos, sideMemo(p, identity.OfficeCIO, cio, called), sideMemo(p, identity.OfficeCISO, ciso, called))
	}
	if a := v.Decision.Arbitration; a != nil {
		one := memo{Title: p.T("office." + a.Office), Who: called.person(p.Lang, a.Person) + ", " + p.DateTime(a.At), State: ui.OK, Word: p.T("decision.status.approved")}
		if !a.Approve {
			one.State, one.Word = ui.Bad, p.T("decision.status.rejected")
		}
		one.Reason = lines(i18nText(a.Reason, a.ReasonIT).In(p.Lang))
		v.Memos = append(v.Memos, one)
	}
}

func wrote(k *decision.Key) bool { return k != nil && (k.Reason != "" || k.Counter != "") }

// sideMemo is what one side says; one that is silent is shown as silent.
func sideMemo(p ui.Page, office string, k *decision.Key, called names) memo {
	one := memo{Side: office, Title: p.T("office." + office), State: ui.Unk, Word: p.T("shell.key.missing"), Reason: []string{p.T("decision.memo.none")}}
	if k == nil {
		return one
	}
	one.Who, one.State, one.Word = called.person(p.Lang, k.Person)+", "+p.DateTime(k.At), ui.OK, p.T("decision.memo.yes")
	if k.Answer == "no" {
		one.State, one.Word = ui.Bad, p.T("decision.memo.no")
	}
	if wrote(k) {
		one.Reason, one.Counter = lines(i18nText(k.Reason, k.ReasonIT).In(p.Lang)), lines(i18nText(k.Counter, k.CounterIT).In(p.Lang))
	}
	return one
}

// addActions offers what is open to the reader, and says to whom the rest is.
func (v *roomView) addActions(q *request, typed url.Values, held map[string]string, called names) {
	d, p := v.Decision.Decision, q.Page
	if !v.Decision.IsOpen() {
		return
	}
	who := func(office string) string {
		if held[office] == "" {
			return p.T("decision.vacant")
		}
		return called.person(p.Lang, held[office])
	}
	for _, office := range []string{identity.OfficeCIO, identity.OfficeCISO} {
		switch {
		case v.mayAnswer(q, office):
			v.Refuse = officeForm{office, fill(p, typedFor("refuse", typed, nil), v.errFor("refuse"), refuseFields(p))}
		case d.Waits(office, p.Now):
			v.Closed = append(v.Closed, p.T("decision.closed.key", "office", p.T("office."+office), "person", who(office)))
		}
	}
	v.addArbitration(q, typed, who)
	if d.ProposedBy == q.Actor.Ref.ID() || q.Actor.Holds(identity.OfficeCIO, identity.OfficeCISO) {
		v.Revise = fill(p, typedFor("revise", typed, reviseValues(q, d)), v.errFor("revise"), contentFields(p))
	}
	v.Withdraw = d.ProposedBy == q.Actor.Ref.ID()
	if !v.Withdraw {
		v.Closed = append(v.Closed, p.T("decision.closed.withdraw", "person", called.person(p.Lang, d.ProposedBy)))
	}
}

func (v *roomView) addArbitration(q *request, typed url.Values, who func(string) string) {
	if v.Decision.Escalation == "" {
		return
	}
	office := v.Decision.Escalation
	if q.Actor.Holds(office) && !q.Actor.Holds(identity.OfficeCIO, identity.OfficeCISO, identity.OfficeAdministrator) {
		v.Arbitrate = fill(q.Page, typedFor("arbitrate", typed, nil), v.errFor("arbitrate"), arbitrateFields(q.Page))
		return
	}
	v.Closed = append(v.Closed, q.T("decision.closed.arbitrate", "office", q.T("office."+office), "person", who(office)))
}

// errFor is what is wrong with one of the forms of the page.
func (v *roomView) errFor(action string) error {
	if v.Did == action {
		return v.Err
	}
	return nil
}

// typedFor gives what was typed into one of the forms of the page, else the values as they stand.
func typedFor(action string, typed, standing url.Values) url.Values {
	if typed.Get("do") == action {
		return typed
	}
	return standing
}

// decisionAct runs the action that the reader chose in the room.
func (s *Server) decisionAct(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	id := q.PathValue("id")
	err = s.act(q, f, id)
	if problem.Is(err, problem.Forbidden) || problem.Is(err, problem.NotFound) {
		return err
	}
	if err != nil {
		view, failed := s.roomView(q, f.Values, err)
		if failed != nil {
			return failed
		}
		return q.again(w, err, roomPage(q.Page, view))
	}
	return q.redirect(w, "/decisions/"+id, "decision.notice."+f.text("do"))
}

func (s *Server) act(q *request, f *form, id string) error {
	switch f.text("do") {
	case "give-key":
		in := decision.GiveKeyIn{ID: id, Office: f.text("office"), Hash: f.text("hash")}
		return doNamed(s, q, decision.OpGiveKey, in)
	case "refuse":
		in := decision.RefuseIn{ID: id, Office: f.text("office"), Hash: f.text("hash"), Reason: f.text("reason"), Counter: f.text("counter")}
		return doNamed(s, q, decision.OpRefuse, in)
	case "arbitrate":
		in := decision.ArbitrateIn{ID: id, Hash: f.text("hash"), Approve: f.text("approve") == "true", Reason: f.text("reason")}
		return doNamed(s, q, decision.OpArbitrate, in)
	case "revise":
		d, err := op.Ask(q.Context(), s.Run, q.Actor, decision.OpGet, decision.GetIn{ID: id})
		if err != nil {
			return err
		}
		in := decision.ReviseIn{ID: id, Version: f.whole("version"), Terms: d.Text()}
		in.Content, in.ContentIT = f.text("content"), f.text("content_it")
		in.MoneyEUR, in.Minutes, in.ExposureDays = f.maybe("money_eur"), f.maybe("minutes"), f.maybe("exposure_days")
		if err := f.err(); err != nil {
			return err
		}
		return doNamed(s, q, decision.OpRevise, in)
	case "withdraw":
		return doNamed(s, q, decision.OpWithdraw, decision.OneIn{ID: id})
	}
	return problem.New(problem.Invalid, "web.error.form")
}

// doNamed runs a command whose result the page reads again.
func doNamed[In, Out any](s *Server, q *request, command op.Command[In, Out], in In) error {
	_, err := op.Do(q.Context(), s.Run, q.Actor, command, in)
	return err
}
