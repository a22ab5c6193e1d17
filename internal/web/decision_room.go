package web

import (
	"math"
	"net/http"
	"net/url"
	"slices"

	"accordo.dev/internal/access"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
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
	Effect    []string // expected, in words
	Options   *ui.List
	Facts     []ui.Fact
	CIO, CISO ui.KeySlot
	Others    []ui.KeySlot // the third key of a change
	Clock     *clockView
	Emergency *emergencyView
	Memos     []memo
	Answers   []memo // a no with its reason, and what the arbiter said
	Said      []saidView
	Revisions []revisionView
	Outcome   *ui.List
	Graded    []ui.Fact
	Steps     []step
	History   []ui.Entry
	Err       error
	Did       string // the action that was refused
	Forms     []actionForm
	Revise    *termsForm
	Buttons   []button
	Closed    []string // why what is not offered is not offered, and to whom it is

	offers decision.Offers
	held   map[string]string
	called names
}

type clockView struct {
	State      ui.State
	Text, Then string
	Share      float64
}

// emergencyView says who put the decision in force alone, why, and until when it stands.
type emergencyView struct {
	State  ui.State
	Text   string
	Reason []string
}

// step is one step of the escalation.
type step struct {
	Office, Text, State string // State: done, now or empty
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
	if view.offers, err = s.offers(q, d.ID); err != nil {
		return view, err
	}
	if view.held, err = s.holders(q); err != nil {
		return view, err
	}
	if view.called, err = s.called(q, roomPeople(d, view.held)...); err != nil {
		return view, err
	}
	view.addContent(q.Page)
	view.addKeys(q)
	view.addSteps(q.Page)
	view.addMemos(q.Page)
	view.addSaid(q.Page)
	view.addRevisions(q.Page)
	view.addOutcome(q.Page)
	view.addForms(q, typed)
	view.addButtons(q)
	view.addClosed(q.Page)
	view.History, err = s.history(q, ref.New("decision", d.ID))
	return view, err
}

// offers are what the reader may do: what the rules of the decision accept and the policies permit.
func (s *Server) offers(q *request, id string) (decision.Offers, error) {
	all, err := op.Ask(q.Context(), s.Run, q.Actor, decision.OpOffers, decision.GetIn{ID: id})
	return slices.DeleteFunc(all, func(o decision.Offer) bool {
		if o.Do == "give-key" || o.Do == "refuse" || o.Do == "act-in-emergency" {
			return s.Run.Access.Check(access.Request{Actor: q.Actor, Operation: "decision." + o.Do, Context: map[string]string{"office": o.Office}}) != nil
		}
		return s.refusal(q, "decision."+map[bool]string{true: "challenge", false: o.Do}[o.Do == "veto"]) != ""
	}), err
}

func roomPeople(d decision.Decision, held map[string]string) []ref.Ref {
	who := people(d.People()...)
	for _, person := range held {
		who = append(who, people(person)...)
	}
	if d.About != "" {
		who = append(who, d.About)
	}
	return who
}

// person is what people call a person.
func (v *roomView) person(p ui.Page, id string) string { return v.called.person(p.Lang, id) }

// holder is who holds an office today.
func (v *roomView) holder(p ui.Page, office string) string {
	if v.held[office] == "" {
		return p.T("decision.vacant")
	}
	return v.person(p, v.held[office])
}

func (v *roomView) addContent(p ui.Page) {
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
	if text := i18nText(d.Effect, d.EffectIT).In(p.Lang); text != "" {
		v.Effect = lines(text)
	}
	v.Options = optionTable(p, d)
	v.Facts = v.facts(p)
}

func (v *roomView) facts(p ui.Page) []ui.Fact {
	d := v.Decision.Decision
	facts := []ui.Fact{
		{Term: p.T("decision.f.kind"), Text: p.T("decision.kind." + string(d.Kind))},
		{Term: p.T("decision.f.materiality"), Text: p.T("decision.weight." + d.Materiality)},
		{Term: p.T("decision.col.proposer"), Text: v.person(p, d.ProposedBy), Href: personHref(d.ProposedBy)},
		{Term: p.T("decision.col.proposed"), Text: p.DateTime(d.ProposedAt)},
		{Term: p.T("decision.deadline"), Text: p.DateTime(d.Deadline)},
	}
	add := func(term, text, href string) {
		if text != "" {
			facts = append(facts, ui.Fact{Term: p.T(term), Text: text, Href: href})
		}
	}
	if d.About != "" {
		add("decision.f.about", v.called.of(p.Lang, d.About), itemHref(d.About))
	}
	if d.AskedBy != "" {
		add("decision.f.asked_by", p.T("decision.function."+d.AskedBy), "")
	}
	if d.BuiltBy != "" {
		add("decision.f.built_by", p.T("decision.function."+d.BuiltBy), "")
	}
	if d.ReviewOn != "" {
		add("decision.f.review_on", dayWords(p.Lang, d.ReviewOn), "")
	}
	if d.ValidUntil != nil && d.SpentAt == nil {
		add("decision.valid", p.DateTime(*d.ValidUntil), "")
	}
	if d.SpentAt != nil {
		add("decision.spent", p.DateTime(*d.SpentAt), "")
	}
	return facts
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

// addKeys fills the slots: who answered what, or for whom the key waits.
func (v *roomView) addKeys(q *request) {
	d, p := v.Decision.Decision, q.Page
	v.CIO, v.CISO = v.slot(p, identity.OfficeCIO), v.slot(p, identity.OfficeCISO)
	if slices.Contains(d.Offices(), decision.Approver) {
		v.Others = []ui.KeySlot{v.slot(p, decision.Approver)}
	}
	if e := d.Emergency; e != nil {
		v.Emergency = v.emergency(p, *e)
	}
	if !v.Decision.IsOpen() {
		return
	}
	text, state, then := decisionClock(p, v.Decision)
	v.Clock = &clockView{State: state, Text: text, Then: then, Share: v.Decision.Elapsed(p.Now)}
}

func (v *roomView) emergency(p ui.Page, e decision.Emergency) *emergencyView {
	view := &emergencyView{State: ui.Warn, Reason: lines(i18nText(e.Reason, e.ReasonIT).In(p.Lang))}
	who, office := v.person(p, e.Person), p.T("office."+e.Office)
	switch {
	case e.RatifiedAt != nil:
		view.State = ui.OK
		view.Text = p.T("decision.emergency.ratified", "person", who, "office", office, "at", p.DateTime(e.At), "when", p.DateTime(*e.RatifiedAt))
	case v.Decision.StatusNow == decision.Reverted:
		view.State = ui.Bad
		view.Text = p.T("decision.emergency.fell", "person", who, "office", office, "at", p.DateTime(e.At), "when", p.DateTime(e.Until))
	default:
		view.Text = p.T("decision.emergency.now", "person", who, "office", office, "at", p.DateTime(e.At), "until", p.DateTime(e.Until))
	}
	return view
}

func (v *roomView) slot(p ui.Page, office string) ui.KeySlot {
	d := v.Decision.Decision
	slot := ui.KeySlot{State: keyState(d, office)}
	if office == decision.Approver {
		slot.Office = p.T("office.approver")
	}
	if k := d.Key(office); k != nil {
		slot.Person, slot.When, slot.Hash = v.person(p, k.Person), k.At, p.T("decision.hash", "hash", k.Hash[:16])
		if k.For != "" {
			slot.Person = p.T("decision.delegate.for", "person", slot.Person, "other", v.person(p, k.For))
		}
		slot.Text = i18nText(k.Reason, k.ReasonIT).In(p.Lang)
		return slot
	}
	slot.Person = p.T("decision.approver.any")
	if office != decision.Approver {
		slot.Person = v.holder(p, office)
	}
	if void(d, office) {
		slot.Text = p.T("decision.void")
	}
	if o := v.offers.Find("give-key", office); o != nil {
		word := "decision.give." + office
		if v.Decision.StatusNow == decision.InEmergency {
			word = "decision.ratify." + office
		}
		if o.For != "" {
			slot.Text = p.T("decision.delegate.you", "other", v.person(p, o.For))
		}
		slot.Action = ui.Post("/decisions/"+d.ID, p.T(word), "pri", "do", "give-key", "office", office, "hash", d.Hash())
	}
	return slot
}

// void tells whether the last revision voided an answer of an office that has not answered since.
func void(d decision.Decision, office string) bool {
	if d.Key(office) != nil {
		return false
	}
	has := func(keys []decision.Key) bool {
		return slices.ContainsFunc(keys, func(k decision.Key) bool { return k.Office == office })
	}
	return has(d.Keys) || len(d.Revisions) > 0 && has(d.Revisions[len(d.Revisions)-1].Voided)
}

// addSteps shows where the decision goes when the two do not agree in time.
func (v *roomView) addSteps(p ui.Page) {
	for _, e := range v.Decision.Steps(p.Now) {
		one := step{Office: p.T("decision.step.both"), Text: p.T("decision.step.until", "when", p.DateTime(e.Until)), State: e.State}
		if e.Office != "" {
			one.Office = p.T("office."+e.Office) + ": " + v.holder(p, e.Office)
		}
		v.Steps = append(v.Steps, one)
	}
}
