package decision

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"accordo.dev/internal/identity"
	"accordo.dev/internal/problem"
)

// Terms are what exactly is decided. A change of any of it voids the keys.
type Terms struct {
	Content      string   `json:"content" doc:"what exactly is decided"`
	ContentIT    string   `json:"contentIt,omitempty"`
	Options      []Option `json:"options,omitempty" doc:"ways that were weighed"`
	Chosen       string   `json:"chosen,omitempty" doc:"id of the option that is proposed"`
	MoneyEUR     *float64 `json:"moneyEur,omitempty"`
	Minutes      *float64 `json:"minutes,omitempty"`
	ExposureDays *float64 `json:"exposureDays,omitempty"`
	Effect       string   `json:"effect,omitempty" doc:"expected effect in words"`
	EffectIT     string   `json:"effectIt,omitempty"`
	ReviewOn     string   `json:"reviewOn,omitempty" doc:"day on which the effect is graded"`
	AskedBy      string   `json:"askedBy,omitempty" enum:"it,security,business," doc:"function that asked for a change"`
	BuiltBy      string   `json:"builtBy,omitempty" enum:"it,security,business," doc:"function that builds a change"`
}

// Text is the content of a decision as it is now.
func (d Decision) Text() Terms {
	return Terms{
		Content: d.Content, ContentIT: d.ContentIT, Options: d.Options, Chosen: d.Chosen, MoneyEUR: d.MoneyEUR, Minutes: d.Minutes,
		ExposureDays: d.ExposureDays, Effect: d.Effect, EffectIT: d.EffectIT, ReviewOn: d.ReviewOn, AskedBy: d.AskedBy, BuiltBy: d.BuiltBy,
	}
}

func (d *Decision) set(c Terms) {
	d.Content, d.ContentIT, d.Options, d.Chosen, d.MoneyEUR, d.Minutes = c.Content, c.ContentIT, c.Options, c.Chosen, c.MoneyEUR, c.Minutes
	d.ExposureDays, d.Effect, d.EffectIT, d.ReviewOn, d.AskedBy, d.BuiltBy = c.ExposureDays, c.Effect, c.EffectIT, c.ReviewOn, c.AskedBy, c.BuiltBy
}

// sameName is the place of a field of a form: its name.
func sameName(name string) string { return name }

// Revision is one change of the content: what became different, and whose answers it voided.
type Revision struct {
	At     time.Time    `yaml:"at" json:"at"`
	By     string       `yaml:"by" json:"by"`     // person id
	Hash   string       `yaml:"hash" json:"hash"` // of the content before
	Fields []FieldMoved `yaml:"fields,omitempty" json:"fields,omitempty"`
	Voided []Key        `yaml:"voided,omitempty" json:"voided,omitempty"` // answers that were given on it
}

// FieldMoved is one field that a revision changed.
type FieldMoved struct {
	Name string `yaml:"name" json:"name"`
	From string `yaml:"from,omitempty" json:"from,omitempty"`
	To   string `yaml:"to,omitempty" json:"to,omitempty"`
}

// Revise changes the content, by the proposer or an officer: the answers are void and the clock starts anew. The same
// content opens the proposal again after a deadlock.
func (d *Decision) Revise(h Hand, c Terms, clock Clock, now time.Time) error {
	status := d.Status(now)
	switch {
	case h.Person != d.ProposedBy && (status == Draft || !h.holdsAny(identity.OfficeCIO, identity.OfficeCISO)):
		return forbidden("decision.error.not-proposer", "officers-propose-decisions")
	case status != Draft && (!status.Open() || status == InEmergency):
		return conflict("decision.error.not-open")
	case d.conflicted(h.Person):
		return standsAside()
	}
	revised := *d
	revised.set(c)
	if err := problem.Many(revised.checkContent(sameName)); err != nil {
		return err
	}
	before := *d
	if *d = revised; status == Draft {
		return nil
	}
	d.Revisions = append(slices.Clone(d.Revisions), Revision{At: now, By: h.Person, Hash: before.Hash(), Fields: moved(before.Text(), c), Voided: d.Keys})
	d.Keys = nil
	d.start(clock, now)
	return nil
}

// Submit proposes a draft to both offices: the clock starts.
func (d *Decision) Submit(h Hand, clock Clock, now time.Time) error {
	switch {
	case h.Person != d.ProposedBy:
		return forbidden("decision.error.not-proposer", "officers-propose-decisions")
	case d.Status(now) != Draft:
		return conflict("decision.error.not-draft")
	}
	d.Draft, d.ProposedAt = false, now
	d.start(clock, now)
	return nil
}

// moved lists the fields that differ, as text.
func moved(before, after Terms) []FieldMoved {
	was, is := before.fields(), after.fields()
	var all []FieldMoved
	for i, f := range was {
		if f.To != is[i].To {
			all = append(all, FieldMoved{Name: f.Name, From: f.To, To: is[i].To})
		}
	}
	return all
}

func (c Terms) fields() []FieldMoved {
	number := func(x *float64) string {
		if x == nil {
			return ""
		}
		return fmt.Sprintf("%v", *x)
	}
	options := ""
	if len(c.Options) > 0 {
		data, err := json.Marshal(c.Options)
		if err != nil {
			panic(fmt.Sprintf("options: %v", err)) // impossible: strings and finite numbers
		}
		options = string(data)
	}
	return []FieldMoved{
		{Name: "content", To: c.Content},
		{Name: "content_it", To: c.ContentIT},
		{Name: "options", To: options},
		{Name: "chosen", To: c.Chosen},
		{Name: "money_eur", To: number(c.MoneyEUR)},
		{Name: "minutes", To: number(c.Minutes)},
		{Name: "exposure_days", To: number(c.ExposureDays)},
		{Name: "effect", To: c.Effect},
		{Name: "effect_it", To: c.EffectIT},
		{Name: "review_on", To: c.ReviewOn},
		{Name: "asked_by", To: c.AskedBy},
		{Name: "built_by", To: c.BuiltBy},
	}
}

// Memo is what one side says of a proposal, in its own words and on the three common scales. The IT side writes on
// operations, costs and time; the security side on risk, control and compliance.
type Memo struct {
	By           string    `yaml:"by" json:"by"` // person id
	At           time.Time `yaml:"at" json:"at"`
	First        string    `yaml:"first,omitempty" json:"first,omitempty"` // operational impact, or risk
	FirstIT      string    `yaml:"first_it,omitempty" json:"firstIt,omitempty"`
	Second       string    `yaml:"second,omitempty" json:"second,omitempty"` // cost and benefit, or control
	SecondIT     string    `yaml:"second_it,omitempty" json:"secondIt,omitempty"`
	Third        string    `yaml:"third,omitempty" json:"third,omitempty"` // time, or compliance
	ThirdIT      string    `yaml:"third_it,omitempty" json:"thirdIt,omitempty"`
	MoneyEUR     *float64  `yaml:"money_eur,omitempty" json:"moneyEur,omitempty"` // the effect as this side sees it
	Minutes      *float64  `yaml:"minutes,omitempty" json:"minutes,omitempty"`
	ExposureDays *float64  `yaml:"exposure_days,omitempty" json:"exposureDays,omitempty"`
}

// Write puts the memo of one side beside the other. A memo argues; it is no part of what the keys are given on.
func (d *Decision) Write(h Hand, side string, m Memo, now time.Time) error {
	office := map[string]string{IT: identity.OfficeCIO, Security: identity.OfficeCISO}[side]
	staff := map[string]string{IT: identity.OfficeITStaff, Security: identity.OfficeSecurityStaff}[side]
	status := d.Status(now)
	switch {
	case office == "":
		return problem.Choice("side", side, IT, Security)
	case !h.holdsAny(office, staff):
		return forbidden("decision.error.other-side", "each-side-writes-its-own-memo")
	case d.conflicted(h.Person):
		return standsAside()
	case status != Draft && !status.Open():
		return conflict("decision.error.not-open")
	}
	for _, one := range [][2]string{{"first", m.First}, {"first_it", m.FirstIT}, {"second", m.Second}, {"second_it", m.SecondIT}, {"third", m.Third}, {"third_it", m.ThirdIT}} {
		if len(one[1]) > 5000 {
			return problem.Field(one[0], "problem.too-long", "max", 5000)
		}
	}
	if err := problem.Many(figures(sameName, m.MoneyEUR, m.Minutes, m.ExposureDays)); err != nil {
		return err
	}
	m.By, m.At = h.Person, now
	if side == IT {
		d.ITMemo = &m
	} else {
		d.SecurityMemo = &m
	}
	return nil
}

// Review is what came of a decision, held against the effect that was written down before.
type Review struct {
	By           string    `yaml:"by" json:"by"` // person id
	At           time.Time `yaml:"at" json:"at"`
	Grade        string    `yaml:"grade" json:"grade"`                            // reached, partly, missed, or unknown
	MoneyEUR     *float64  `yaml:"money_eur,omitempty" json:"moneyEur,omitempty"` // as it came out
	Minutes      *float64  `yaml:"minutes,omitempty" json:"minutes,omitempty"`
	ExposureDays *float64  `yaml:"exposure_days,omitempty" json:"exposureDays,omitempty"`
	Note         string    `yaml:"note" json:"note"`
	NoteIT       string    `yaml:"note_it,omitempty" json:"noteIt,omitempty"`
}

// done tells whether there can be an outcome: what an area uses was used; anything else is done when it is decided.
func (d Decision) done(now time.Time) bool {
	status := d.Status(now)
	return status == Spent || (status == BothKeys || status == Approved) && !d.Kind.spent()
}

// DueForReview tells whether the day of the review has come and nobody has graded the outcome.
func (d Decision) DueForReview(now time.Time) bool {
	return d.ReviewOn != "" && d.ReviewOn <= identity.Day(now) && d.done(now)
}

// Grade holds the outcome against the expected effect, from the day of the review on, by an officer or internal audit.
func (d *Decision) Grade(h Hand, r Review, now time.Time) error {
	switch {
	case !h.holdsAny(identity.OfficeCIO, identity.OfficeCISO, identity.OfficeInternalAudit, identity.OfficeCRO):
		return forbidden("decision.error.not-reviewer", "outcomes-are-graded-by-officers-risk-and-audit")
	case d.conflicted(h.Person):
		return standsAside()
	case !d.done(now):
		return conflict("decision.error.not-decided")
	case d.ReviewOn == "" || d.ReviewOn > identity.Day(now):
		return conflict("decision.error.review-early")
	case r.Note == "":
		return problem.Field("note", "problem.required")
	case len(r.Note) > 5000 || len(r.NoteIT) > 5000:
		return problem.Field("note", "problem.too-long", "max", 5000)
	}
	if err := problem.Choice("grade", r.Grade, "reached", "partly", "missed", "unknown"); err != nil {
		return err
	}
	if err := problem.Many(figures(sameName, r.MoneyEUR, r.Minutes, r.ExposureDays)); err != nil {
		return err
	}
	r.By, r.At = h.Person, now
	d.Review = &r
	return nil
}
