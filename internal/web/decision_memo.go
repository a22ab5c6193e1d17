package web

import (
	"encoding/json"
	"strconv"

	"accordo.dev/internal/decision"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/web/ui"
)

// memo is what one side says, or the arbiter.
type memo struct {
	Side, Title, Who string
	State            ui.State
	Word             string
	Parts            []memoPart
	Scales           []ui.Fact
}

// memoPart is one heading of a memo with its words.
type memoPart struct {
	Title string
	Lines []string
}

// addMemos puts what both sides say beside each other: their memos, then their refusals, then the arbiter.
func (v *roomView) addMemos(p ui.Page) {
	d := v.Decision.Decision
	if d.ITMemo != nil || d.SecurityMemo != nil {
		v.Memos = []memo{v.written(p, decision.IT, d.ITMemo), v.written(p, decision.Security, d.SecurityMemo)}
	}
	if cio, ciso := d.Key(identity.OfficeCIO), d.Key(identity.OfficeCISO); argued(cio) || argued(ciso) {
		v.Answers = append(v.Answers, v.answer(p, identity.OfficeCIO, cio), v.answer(p, identity.OfficeCISO, ciso))
	}
	if third := d.Key(decision.Approver); argued(third) {
		v.Answers = append(v.Answers, v.answer(p, decision.Approver, third))
	}
	if a := d.Arbitration; a != nil {
		one := memo{Title: p.T("office." + a.Office), Who: v.person(p, a.Person) + ", " + p.DateTime(a.At), State: ui.OK, Word: p.T("decision.status.approved")}
		if !a.Approve {
			one.State, one.Word = ui.Bad, p.T("decision.status.rejected")
		}
		one.Parts = []memoPart{{Lines: lines(i18nText(a.Reason, a.ReasonIT).In(p.Lang))}}
		v.Answers = append(v.Answers, one)
	}
}

// written is the memo of a side; one that is silent is shown as silent.
func (v *roomView) written(p ui.Page, side string, m *decision.Memo) memo {
	office := map[string]string{decision.IT: identity.OfficeCIO, decision.Security: identity.OfficeCISO}[side]
	one := memo{Side: office, Title: p.T("decision.memo." + side)}
	if m == nil {
		one.State, one.Word, one.Parts = ui.Unk, p.T("decision.memo.missing"), []memoPart{{Lines: []string{p.T("decision.memo.none")}}}
		return one
	}
	one.Who = v.person(p, m.By) + ", " + p.DateTime(m.At)
	for i, text := range []string{
		i18nText(m.First, m.FirstIT).In(p.Lang), i18nText(m.Second, m.SecondIT).In(p.Lang), i18nText(m.Third, m.ThirdIT).In(p.Lang),
	} {
		if text != "" {
			one.Parts = append(one.Parts, memoPart{p.T("decision.memo." + side + "." + strconv.Itoa(i+1)), lines(text)})
		}
	}
	one.Scales = scaleFacts(p, m.MoneyEUR, m.Minutes, m.ExposureDays)
	return one
}

// scaleFacts writes an effect on the three common scales.
func scaleFacts(p ui.Page, money, minutes, days *float64) []ui.Fact {
	number := func(x float64) string { return p.Number(x, 0) }
	return []ui.Fact{
		{Term: p.T("decision.effect.money"), Text: scaleWords(p, "money", money, p.Euro)},
		{Term: p.T("decision.effect.minutes"), Text: scaleWords(p, "minutes", minutes, number)},
		{Term: p.T("decision.effect.days"), Text: scaleWords(p, "days", days, number)},
	}
}

func scaleWords(p ui.Page, scale string, x *float64, write func(float64) string) string {
	f := effectFigure(p, scale, x, write)
	if f.Unknown {
		return f.Word
	}
	return f.Value + " " + f.Unit
}

func argued(k *decision.Key) bool { return k != nil && (k.Reason != "" || k.Counter != "") }

// answer is what an office answered; one that is silent is shown as silent.
func (v *roomView) answer(p ui.Page, office string, k *decision.Key) memo {
	one := memo{Side: office, Title: p.T("office." + office), State: ui.Unk, Word: p.T("shell.key.missing"), Parts: []memoPart{{Lines: []string{p.T("decision.memo.none")}}}}
	if k == nil {
		return one
	}
	one.Who, one.State, one.Word = v.person(p, k.Person)+", "+p.DateTime(k.At), ui.OK, p.T("decision.memo.yes")
	if k.Answer == "no" {
		one.State, one.Word = ui.Bad, p.T("decision.memo.no")
	}
	if argued(k) {
		one.Parts = []memoPart{
			{Lines: lines(i18nText(k.Reason, k.ReasonIT).In(p.Lang))},
			{Title: p.T("decision.f.counter"), Lines: lines(i18nText(k.Counter, k.CounterIT).In(p.Lang))},
		}
	}
	return one
}

// saidView is a challenge, a veto or a declared interest.
type saidView struct {
	State        ui.State
	Word, Who    string
	Lines        []string
	Answer       []string
	AnsweredBy   string
	Note         string
	MayAnswer    bool
	Person       string
	AnswerFields []ui.Input
}

// addSaid lists challenges and vetoes with their answers, and the interests that were declared.
func (v *roomView) addSaid(p ui.Page) {
	d := v.Decision.Decision
	for _, c := range d.Challenges {
		one := saidView{State: ui.Warn, Word: p.T("decision.challenge"), Who: v.signed(p, c.Person, p.T("office."+c.Office), p.DateTime(c.At)), Person: c.Person}
		if c.Veto {
			one.State, one.Word = ui.Bad, p.T("decision.veto")
		}
		one.Lines = lines(i18nText(c.Reason, c.ReasonIT).In(p.Lang))
		if text := i18nText(c.Answer, c.AnswerIT).In(p.Lang); text != "" {
			one.Answer, one.AnsweredBy = lines(text), v.person(p, c.Answered)
		}
		switch {
		case c.LiftedAt != nil:
			one.State, one.Note = ui.Plain, p.T("decision.challenge.lifted", "when", p.DateTime(*c.LiftedAt))
		case c.Hash != d.Hash():
			one.State, one.Note = ui.Plain, p.T("decision.challenge.earlier")
		}
		for _, o := range v.offers {
			one.MayAnswer = one.MayAnswer || o.Do == "answer" && o.Person == c.Person && c.LiftedAt == nil
		}
		v.Said = append(v.Said, one)
	}
	for _, c := range d.Conflicts {
		one := saidView{State: ui.Plain, Word: p.T("decision.interest"), Who: v.person(p, c.Person) + ", " + p.DateTime(c.At), Lines: lines(i18nText(c.Reason, c.ReasonIT).In(p.Lang))}
		if c.Office != "" {
			one.Note = p.T("decision.interest.key", "office", p.T("office."+c.Office))
		}
		v.Said = append(v.Said, one)
	}
}

func (v *roomView) signed(p ui.Page, person, office, when string) string {
	return v.person(p, person) + " (" + office + "), " + when
}

// revisionView is one change of the content: field by field, and whose answers it voided.
type revisionView struct {
	Title  string
	Voided string
	Moved  ui.List
}

// addRevisions shows what was changed, the last change first.
func (v *roomView) addRevisions(p ui.Page) {
	all := v.Decision.Revisions
	for i := len(all) - 1; i >= 0; i-- {
		r := all[i]
		one := revisionView{Title: p.T("decision.revision", "person", v.person(p, r.By), "when", p.DateTime(r.At)), Voided: p.T("decision.revision.none")}
		for n, k := range r.Voided {
			if n == 0 {
				one.Voided = p.T("decision.revision.voided") + " "
			} else {
				one.Voided += "; "
			}
			one.Voided += p.T("office."+k.Office) + " (" + v.person(p, k.Person) + ", " + p.T("decision.memo."+k.Answer) + ")"
		}
		one.Moved = ui.List{Caption: one.Title, Columns: []ui.Column{
			{Title: p.T("decision.revision.field")}, {Title: p.T("decision.revision.from"), Wide: true}, {Title: p.T("decision.revision.to"), Wide: true},
		}}
		for _, f := range r.Fields {
			one.Moved.Rows = append(one.Moved.Rows, ui.Cells(ui.Words(p.T("decision.field."+f.Name)), ui.Words(movedWords(p, f.Name, f.From)), ui.Words(movedWords(p, f.Name, f.To))))
		}
		v.Revisions = append(v.Revisions, one)
	}
}

// movedWords writes the value of a field as it was or became.
func movedWords(p ui.Page, name, text string) string {
	switch x, err := strconv.ParseFloat(text, 64); {
	case text == "":
		return "–"
	case name == "options":
		return optionWords(p, text)
	case name == "review_on":
		return dayWords(p.Lang, text)
	case name == "asked_by" || name == "built_by":
		return p.T("decision.function." + text)
	case err != nil:
		return text
	case name == "money_eur":
		return p.Euro(x)
	case name == "minutes" || name == "exposure_days":
		return p.Number(x, 0)
	default:
		return text
	}
}

func optionWords(p ui.Page, text string) string {
	var all []decision.Option
	if json.Unmarshal([]byte(text), &all) != nil {
		return text
	}
	words := ""
	for i, o := range all {
		if i > 0 {
			words += "; "
		}
		words += o.Name().In(p.Lang) + " (" + effect(p, o.MoneyEUR, p.Euro) + ")"
	}
	return words
}

// optionTable compares the ways that were weighed; nil when there is only the proposal.
func optionTable(p ui.Page, d decision.Decision) *ui.List {
	if len(d.Options) == 0 {
		return nil
	}
	number := func(x float64) string { return p.Number(x, 0) }
	list := &ui.List{Caption: p.T("decision.options"), Columns: []ui.Column{
		{Title: p.T("decision.options.name")},
		{Title: p.T("decision.f.money_eur"), Right: true},
		{Title: p.T("decision.f.minutes"), Right: true},
		{Title: p.T("decision.f.exposure_days"), Right: true},
	}}
	for _, o := range d.Options {
		name := ui.Words(o.Name().In(p.Lang))
		if o.ID == d.Chosen {
			name = name.Below(p.T("decision.options.chosen"))
		}
		row := ui.Cells(name, ui.Words(effect(p, o.MoneyEUR, p.Euro)), ui.Words(effect(p, o.Minutes, number)), ui.Words(effect(p, o.ExposureDays, number)))
		row.Marked = o.ID == d.Chosen
		list.Rows = append(list.Rows, row)
	}
	return list
}

// addOutcome holds what came out against what was expected.
func (v *roomView) addOutcome(p ui.Page) {
	d, r := v.Decision.Decision, v.Decision.Review
	if r == nil {
		return
	}
	number := func(x float64) string { return p.Number(x, 0) }
	v.Outcome = &ui.List{Caption: p.T("decision.outcome"), Columns: []ui.Column{
		{Title: p.T("decision.outcome.scale")}, {Title: p.T("decision.outcome.expected"), Right: true}, {Title: p.T("decision.outcome.came"), Right: true},
	}, Rows: []ui.Row{
		ui.Cells(ui.Words(p.T("decision.f.money_eur")), ui.Words(effect(p, d.MoneyEUR, p.Euro)), ui.Words(effect(p, r.MoneyEUR, p.Euro))),
		ui.Cells(ui.Words(p.T("decision.f.minutes")), ui.Words(effect(p, d.Minutes, number)), ui.Words(effect(p, r.Minutes, number))),
		ui.Cells(ui.Words(p.T("decision.f.exposure_days")), ui.Words(effect(p, d.ExposureDays, number)), ui.Words(effect(p, r.ExposureDays, number))),
	}}
	v.Graded = []ui.Fact{
		{Term: p.T("decision.f.grade"), Text: p.T("decision.grade." + r.Grade)},
		{Term: p.T("decision.outcome.by"), Text: v.person(p, r.By) + ", " + p.DateTime(r.At)},
		{Term: p.T("decision.f.note"), Text: i18nText(r.Note, r.NoteIT).In(p.Lang)},
	}
}
