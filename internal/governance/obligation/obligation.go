// Package obligation holds what bodies and offices must do again and again: which approval, review, test or
// report, by which provision, how often, and when they last did it. The obligations of law are shipped; those
// of contracts and of the organisation's own rules are added. It says what was recorded and when it is due
// again, never that a law is complied with.
package obligation

import (
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/law"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Source says where an obligation comes from.
type Source string

// The sources. Obligations of law are shipped and not changed.
const (
	OfLaw      Source = "law"
	OfContract Source = "contract"
	OfPolicy   Source = "policy" // a rule that the organisation gave itself
)

// Obligation is something that must be done again and again.
type Obligation struct {
	ID        string         `yaml:"id" json:"id"`
	Source    Source         `yaml:"source" json:"source"`
	Profiles  []string       `yaml:"profiles,omitempty" json:"profiles,omitempty"` // organisations that it binds; none: all
	Title     string         `yaml:"title" json:"title"`
	TitleIT   string         `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	Who       []string       `yaml:"who" json:"who"`                         // offices, any of which acts
	WhoElse   string         `yaml:"who_else,omitempty" json:"whoElse"`      // who acts that is no office, in words
	WhoElseIT string         `yaml:"who_else_it,omitempty" json:"whoElseIt"` //
	Frequency Frequency      `yaml:"frequency" json:"frequency"`             //
	Refs      []law.Citation `yaml:"refs,omitempty" json:"refs,omitempty"`   // provisions
	Basis     string         `yaml:"basis,omitempty" json:"basis,omitempty"` // contract or own rule, in words
	BasisIT   string         `yaml:"basis_it,omitempty" json:"basisIt,omitempty"`
	Approves  []string       `yaml:"approves,omitempty" json:"approves"`   // requirements of the agency whose approval by the bodies this is
	Certainty string         `yaml:"certainty,omitempty" json:"certainty"` // read: the text was read; recalled: to be verified
	Note      string         `yaml:"note,omitempty" json:"note,omitempty"` //
	NoteIT    string         `yaml:"note_it,omitempty" json:"noteIt,omitempty"`
}

// Name is the title in both languages.
func (o Obligation) Name() i18n.Text { return i18n.Text{EN: o.Title, IT: o.TitleIT} }

// Others is who acts that is no office, in both languages.
func (o Obligation) Others() i18n.Text { return i18n.Text{EN: o.WhoElse, IT: o.WhoElseIT} }

// Ground is the contract or own rule in both languages.
func (o Obligation) Ground() i18n.Text { return i18n.Text{EN: o.Basis, IT: o.BasisIT} }

// Remark is the note in both languages.
func (o Obligation) Remark() i18n.Text { return i18n.Text{EN: o.Note, IT: o.NoteIT} }

// Binds tells whether the obligation applies to an organisation of these profiles. A bank is a financial entity too.
func (o Obligation) Binds(profiles []string) bool {
	if slices.Contains(profiles, "bank_it") {
		profiles = append(slices.Clone(profiles), "dora_fe")
	}
	return len(o.Profiles) == 0 || slices.ContainsFunc(o.Profiles, func(p string) bool { return slices.Contains(profiles, p) })
}

// OfBody tells whether the management body acts.
func (o Obligation) OfBody() bool { return slices.Contains(o.Who, identity.OfficeBoard) }

func (o Obligation) check(field func(string) string) []*problem.Error {
	wrong := o.Frequency.check(field)
	add := func(bad bool, name, key string, args ...any) {
		if bad {
			wrong = append(wrong, problem.Field(field(name), key, args...))
		}
	}
	add(!ref.ValidID(o.ID), "id", "problem.required")
	add(o.Title == "", "title", "problem.required")
	for name, text := range map[string]string{"title": o.Title + o.TitleIT, "basis": o.Basis, "note": o.Note + o.NoteIT} {
		add(len(text) > 4000, name, "problem.too-long", "max", 4000)
	}
	if err := problem.Choice(field("source"), string(o.Source), "contract", "policy"); err != nil {
		wrong = append(wrong, err)
	}
	add(len(o.Who) == 0, "who", "problem.required")
	for _, office := range o.Who {
		if err := problem.Choice(field("who"), office, identity.Offices...); err != nil {
			wrong = append(wrong, err)
		}
	}
	for _, cite := range o.Refs {
		_, err := cite.Find()
		add(err != nil, "refs", "law.error.unknown", "value", string(cite))
	}
	return wrong
}

// Act is one time that an obligation was met: who did what on which day, and where that can be seen.
type Act struct {
	ID         string  `yaml:"id" json:"id"`
	Obligation string  `yaml:"obligation" json:"obligation"`
	Day        string  `yaml:"day" json:"day"`
	Office     string  `yaml:"office" json:"office"`                     // which acted
	Person     string  `yaml:"person,omitempty" json:"person,omitempty"` // id of who acted for it; a body as a whole has none
	Document   string  `yaml:"document" json:"document"`                 // title of what was approved, reviewed, tested or sent
	DocumentIT string  `yaml:"document_it,omitempty" json:"documentIt,omitempty"`
	Version    string  `yaml:"version,omitempty" json:"version,omitempty"`
	Evidence   ref.Ref `yaml:"evidence,omitempty" json:"evidence,omitempty"` // a decision, a sitting, a file: kind:id
	Hash       string  `yaml:"hash,omitempty" json:"hash,omitempty"`         // SHA-256 of the document
	Note       string  `yaml:"note,omitempty" json:"note,omitempty"`
}

// Titled is the title of the document in both languages.
func (a Act) Titled() i18n.Text { return i18n.Text{EN: a.Document, IT: a.DocumentIT} }

func (a Act) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	add := func(bad bool, name, key string, args ...any) {
		if bad {
			wrong = append(wrong, problem.Field(field(name), key, args...))
		}
	}
	add(!ref.ValidID(a.ID), "id", "problem.required")
	add(!db.ValidDay(a.Day), "day", "problem.day", "value", a.Day)
	add(a.Document == "", "document", "problem.required")
	add(len(a.Document) > 500 || len(a.Version) > 100, "document", "problem.too-long", "max", 500)
	add(len(a.Note) > 4000, "note", "problem.too-long", "max", 4000)
	if a.Evidence != "" {
		_, err := ref.Parse(string(a.Evidence))
		add(err != nil, "evidence", "problem.ref", "value", string(a.Evidence))
	}
	add(a.Hash != "" && !isHash(a.Hash), "hash", "obligation.error.hash")
	return wrong
}

func isHash(text string) bool {
	for _, c := range text {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return false
		}
	}
	return len(text) == 64
}

// Trigger is a change or an event that makes an obligation due before its time.
type Trigger struct {
	ID         string `yaml:"id" json:"id"`
	Obligation string `yaml:"obligation" json:"obligation"`
	Day        string `yaml:"day" json:"day"` // on which it happened
	Due        string `yaml:"due" json:"due"` // by which the obligation must be met
	What       string `yaml:"what" json:"what"`
	WhatIT     string `yaml:"what_it,omitempty" json:"whatIt,omitempty"`
}

// Told is what happened in both languages.
func (t Trigger) Told() i18n.Text { return i18n.Text{EN: t.What, IT: t.WhatIT} }

func (t Trigger) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	for name, day := range map[string]string{"day": t.Day, "due": t.Due} {
		if !db.ValidDay(day) {
			wrong = append(wrong, problem.Field(field(name), "problem.day", "value", day))
		}
	}
	if t.Due < t.Day {
		wrong = append(wrong, problem.Field(field("due"), "obligation.error.due-before"))
	}
	if t.What == "" {
		wrong = append(wrong, problem.Field(field("what"), "problem.required"))
	}
	if !ref.ValidID(t.ID) {
		wrong = append(wrong, problem.Field(field("id"), "problem.required"))
	}
	return wrong
}

// Setting is how the organisation applies an obligation.
type Setting struct {
	Obligation string  `yaml:"obligation" json:"obligation"`
	Months     int     `yaml:"months,omitempty" json:"months,omitempty"` // own interval
	Waived     *Waiver `yaml:"not_applicable,omitempty" json:"notApplicable,omitempty"`
}

// Waiver says why an obligation of the organisation's profiles does not apply to it, and who said so when.
type Waiver struct {
	Reason   string `yaml:"reason" json:"reason"`
	ReasonIT string `yaml:"reason_it,omitempty" json:"reasonIt,omitempty"`
	By       string `yaml:"by,omitempty" json:"by,omitempty"` // person id
	On       string `yaml:"on" json:"on"`                     // day
}

// Why is the reason in both languages.
func (w Waiver) Why() i18n.Text { return i18n.Text{EN: w.Reason, IT: w.ReasonIT} }

// checkAgainst holds a setting to the obligation: what the law sets may be done more often, not less.
func (s Setting) checkAgainst(o Obligation, field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	f := o.Frequency
	timed := f.Kind == Periodic || f.Kind == Every
	switch {
	case s.Months < 0 || s.Months > 120 || s.Months > 0 && !timed:
		wrong = append(wrong, problem.Field(field("months"), "obligation.error.interval"))
	case s.Months > 0 && f.Kind == Every && (f.Weeks > 0 || s.Months > f.Months):
		wrong = append(wrong, problem.Field(field("months"), "obligation.error.longer"))
	}
	if s.Waived != nil && s.Waived.Reason == "" {
		wrong = append(wrong, problem.Field(field("reason"), "problem.required"))
	}
	if s.Waived != nil && !db.ValidDay(s.Waived.On) {
		wrong = append(wrong, problem.Field(field("on"), "problem.day", "value", s.Waived.On))
	}
	return wrong
}
