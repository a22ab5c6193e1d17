package web

import (
	"net/url"
	"slices"
	"strconv"

	"accordo.dev/internal/decision"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// actionForm is an action with words: a card of its own.
type actionForm struct {
	Do, Title, Note, Button, Class string
	Office                         string
	Hash                           bool // the action answers exactly this content
	Folded                         string
	Open                           bool
	Fields                         []ui.Input
}

// button is an action without words.
type button struct{ Do, Text, Class, Note string }

// termsForm is the form of a revision.
type termsForm struct {
	Fields  []ui.Input
	Options optionRows
	Reopen  bool // the same content may be proposed anew
}

// addForms offers the actions that need words, as far as they are open to the reader.
func (v *roomView) addForms(q *request, typed url.Values) {
	p := q.Page
	add := func(f actionForm, prefix string, standing url.Values, fields []ui.Input) {
		f.Fields = fillAs(p, prefix, typedFor(f.Do, typed, standing), v.errFor(f.Do), fields)
		f.Open = v.Did == f.Do
		v.Forms = append(v.Forms, f)
	}
	for _, office := range v.Decision.Offices() {
		if o := v.offers.Find("refuse", office); o != nil {
			add(actionForm{Do: "refuse", Office: office, Hash: true, Title: p.T("decision.refuse." + office), Note: p.T("decision.refuse.note"), Button: p.T("decision.refuse.button"), Class: "dan"}, "", nil, refuseFields(p))
			break
		}
	}
	for _, office := range v.Decision.Offices() {
		if v.offers.May("act-in-emergency", office) {
			add(actionForm{Do: "emergency", Office: office, Hash: true, Title: p.T("decision.emergency"), Note: p.T("decision.emergency.note"), Button: p.T("decision.emergency.button." + office), Class: "dan", Folded: p.T("decision.emergency.open")}, "urgent.", nil, reasonField(p, "decision.f.urgent"))
		}
	}
	if v.offers.May("arbitrate", "") {
		add(actionForm{Do: "arbitrate", Hash: true, Title: p.T("decision.arbitrate"), Note: p.T("decision.arbitrate.note"), Button: p.T("decision.arbitrate.button"), Class: "pri"}, "", nil, arbitrateFields(p))
	}
	if v.offers.May("review", "") {
		add(actionForm{Do: "review", Title: p.T("decision.review"), Note: p.T("decision.review.note"), Button: p.T("decision.review.button"), Class: "pri"}, "outcome.", nil, reviewFields(p))
	}
	v.addMemoForms(q, add)
	if v.offers.May("challenge", "") {
		fields := reasonField(p, "decision.f.challenge")
		if v.offers.May("veto", "") {
			fields = append(fields, ui.Input{Name: "veto", Label: p.T("decision.f.veto"), Hint: p.T("decision.f.veto.hint"), Type: "checkbox"})
		}
		add(actionForm{Do: "challenge", Hash: true, Title: p.T("decision.challenge.do"), Note: p.T("decision.challenge.note"), Button: p.T("decision.challenge.button")}, "objection.", nil, fields)
	}
	if v.offers.May("declare-interest", "") {
		add(actionForm{Do: "interest", Title: p.T("decision.interest.do"), Note: p.T("decision.interest.note"), Button: p.T("decision.interest.button"), Folded: p.T("decision.interest.open")}, "interest.", nil, reasonField(p, "decision.f.interest"))
	}
	for i := range v.Said {
		if one := &v.Said[i]; one.MayAnswer {
			standing := typed
			if typed.Get("person") != one.Person {
				standing = nil
			}
			one.AnswerFields = fillAs(p, "answer-"+strconv.Itoa(i)+".", standing, nil, []ui.Input{{Name: "answer", Label: p.T("decision.f.answer"), Type: "textarea", Rows: 3, Required: true, Wide: true}})
		}
	}
	v.addRevise(q, typed)
}

func (v *roomView) addMemoForms(q *request, add func(actionForm, string, url.Values, []ui.Input)) {
	p := q.Page
	offer := v.offers.Find("write-memo", "")
	if offer == nil {
		return
	}
	side, m := offer.Office, v.Decision.ITMemo
	if side == decision.Security {
		m = v.Decision.SecurityMemo
	}
	standing := url.Values{}
	if m != nil {
		for name, text := range map[string]string{
			"first": m.First, "first_it": m.FirstIT, "second": m.Second, "second_it": m.SecondIT, "third": m.Third, "third_it": m.ThirdIT,
			"money_eur": written(p.Lang, m.MoneyEUR), "minutes": written(p.Lang, m.Minutes), "exposure_days": written(p.Lang, m.ExposureDays),
		} {
			standing.Set("memo."+name, text)
		}
	}
	add(actionForm{Do: "memo", Office: side, Title: p.T("decision.memo.write." + side), Note: p.T("decision.memo.note"), Button: p.T("decision.memo.button"), Folded: p.T("decision.memo.open")}, "memo.", standing, memoFields(p, side))
}

func (v *roomView) addRevise(q *request, typed url.Values) {
	if !v.offers.May("counter", "") {
		return
	}
	d, p := v.Decision.Decision, q.Page
	values := typedFor("revise", typed, termsValues(p, d.Text(), d.Version))
	v.Revise = &termsForm{
		Fields:  fill(p, values, v.errFor("revise"), termsFields(p, d.Kind)),
		Options: optionRowsOf(p, values, v.errFor("revise")),
		Reopen:  v.Decision.StatusNow.Stuck(),
	}
}

// addButtons offers the actions that need no words.
func (v *roomView) addButtons(q *request) {
	p := q.Page
	add := func(do, action, class string) {
		if v.offers.May(do, "") {
			v.Buttons = append(v.Buttons, button{action, p.T("decision." + action + ".button"), class, p.T("decision." + action + ".note")})
		}
	}
	add("submit", "submit", "pri")
	add("escalate", "escalate", "")
	add("lift", "lift", "")
	if v.Decision.StatusNow.Stuck() && v.offers.May("counter", "") {
		v.Buttons = append(v.Buttons, button{"reopen", p.T("decision.reopen.button"), "", p.T("decision.reopen.note")})
	}
	add("withdraw", "withdraw", "dan")
}

// addClosed says to whom the actions belong that the reader is not offered.
func (v *roomView) addClosed(p ui.Page) {
	d := v.Decision
	say := func(key string, args ...any) { v.Closed = append(v.Closed, p.T(key, args...)) }
	for _, office := range d.Offices() {
		if d.Waits(office, p.Now) && !v.offers.May("give-key", office) {
			if office == decision.Approver {
				say("decision.closed.approver")
			} else {
				say("decision.closed.key", "office", p.T("office."+office), "person", v.holder(p, office))
			}
		}
	}
	if d.Escalation != "" && !v.offers.May("arbitrate", "") {
		say("decision.closed.arbitrate", "office", p.T("office."+d.Escalation), "person", v.holder(p, d.Escalation))
	}
	if d.StatusNow == decision.Deadlock && !v.offers.May("escalate", "") {
		say("decision.closed.escalate", "cio", v.holder(p, identity.OfficeCIO), "ciso", v.holder(p, identity.OfficeCISO))
	}
	if d.IsOpen() && d.StatusNow != decision.InEmergency && !v.offers.May("withdraw", "") {
		say("decision.closed.withdraw", "person", v.person(p, d.ProposedBy))
	}
	if d.IsOpen() && !v.offers.May("challenge", "") {
		say("decision.closed.challenge")
	}
	if d.DueForReview(p.Now) && !v.offers.May("review", "") {
		say("decision.closed.review")
	}
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

// fillAs is fill for one of several forms of a page that ask for the same: its fields are named with a prefix.
func fillAs(p ui.Page, prefix string, typed url.Values, err error, fields []ui.Input) []ui.Input {
	named := slices.Clone(fields)
	for i := range named {
		named[i].Name = prefix + named[i].Name
	}
	return fill(p, typed, err, named)
}

// prefixed names the fields of a problem as the form does.
func prefixed(err error, prefix string) error {
	e, ok := problem.As(err)
	if !ok || prefix == "" {
		return err
	}
	copied := *e
	if copied.Field != "" {
		copied.Field = prefix + copied.Field
	}
	copied.Causes = slices.Clone(e.Causes)
	for i, cause := range copied.Causes {
		if inner, ok := problem.As(prefixed(cause, prefix)); ok {
			copied.Causes[i] = inner
		}
	}
	return &copied
}

// fields are those of all forms of the page: they lend their labels to what is wrong.
func (v roomView) fields() []ui.Input {
	var all []ui.Input
	for _, f := range v.Forms {
		all = append(all, f.Fields...)
	}
	if v.Revise != nil {
		all = append(all, v.Revise.Fields...)
	}
	return all
}

// numberWord writes a row as a form does.
func numberWord(n int) string { return strconv.Itoa(n) }
