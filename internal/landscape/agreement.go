package landscape

import (
	"context"
	"slices"
	"time"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// AgreementKinds are a contract, a service level agreement, a data processing agreement, and those of
// NIST SP 800-47r1: interconnection security agreement, information exchange agreement, memorandum of
// understanding, non-disclosure agreement, user agreement.
var AgreementKinds = []string{"contract", "sla", "dpa", "isa", "iea", "mou", "nda", "user-agreement"}

// Agreement is what was agreed with another party about elements of the map. Without an end it is open,
// or nobody has said when it ends.
type Agreement struct {
	ID         string            `yaml:"id" json:"id"`
	Title      string            `yaml:"title" json:"title"`
	TitleIT    string            `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	Kind       string            `yaml:"kind" json:"kind"`
	Party      string            `yaml:"party,omitempty" json:"party,omitempty"` // element id
	From       string            `yaml:"from,omitempty" json:"from,omitempty"`   // day
	Until      string            `yaml:"until,omitempty" json:"until,omitempty"` // last day
	Covers     []string          `yaml:"covers,omitempty" json:"covers,omitempty"`
	Properties map[string]string `yaml:"properties,omitempty" json:"properties,omitempty"` // what sources say that has no field here
	Source     string            `yaml:"source,omitempty" json:"source,omitempty"`
	Version    int64             `yaml:"-" json:"version,omitempty"`
}

// Name is the title in both languages.
func (a Agreement) Name() i18n.Text { return i18n.Text{EN: a.Title, IT: a.TitleIT} }

// Ref is the name of the agreement for other areas.
func (a Agreement) Ref() ref.Ref { return ref.New("agreement", a.ID) }

// ExpiredOn tells whether the last day of the agreement lies before a day.
func (a Agreement) ExpiredOn(day string) bool { return a.Until != "" && a.Until < day }

// ExpiresWithin tells whether the agreement ends in the so many days that begin with a day.
func (a Agreement) ExpiresWithin(day string, days int) bool {
	from, err := time.Parse(time.DateOnly, day)
	return err == nil && a.Until >= day && a.Until < from.AddDate(0, 0, days).Format(time.DateOnly)
}

func (a Agreement) check(field func(string) string, known func(string) bool) []*problem.Error {
	c := checker{field: field}
	if !ref.ValidID(a.ID) {
		c.add(problem.Field(field("id"), "landscape.error.id", "value", a.ID))
	}
	if a.Title == "" {
		c.add(problem.Field(field("title"), "problem.required"))
	}
	c.choice("kind", a.Kind, AgreementKinds...)
	c.properties("properties", a.Properties)
	c.day("from", a.From)
	c.day("until", a.Until)
	if a.From != "" && a.Until != "" && a.Until < a.From {
		c.add(problem.Field(field("until"), "landscape.error.until"))
	}
	if a.Party != "" && !known(a.Party) {
		c.add(problem.Field(field("party"), "problem.dangling", "value", a.Party))
	}
	for _, id := range a.Covers {
		if !known(id) {
			c.add(problem.Field(field("covers"), "problem.dangling", "value", id))
		}
	}
	return c.wrong
}

func (a Agreement) normal() Agreement {
	a.Covers, a.Properties = wordSet(a.Covers), someProperties(a.Properties)
	if a.Source == "" {
		a.Source = Hand
	}
	if a.ID == "" {
		a.ID = slug(a.Title)
	}
	return a
}

// AddAgreement notes an agreement.
func AddAgreement(ctx context.Context, tx *db.Tx, a Agreement) (Agreement, error) {
	a.Source = Hand
	a = a.normal()
	ids, err := db.Column[string](ctx, tx, "SELECT id FROM element WHERE ended_at IS NULL")
	if err != nil {
		return a, err
	}
	wrong := a.check(plain, func(id string) bool { return slices.Contains(ids, id) })
	taken, err := db.Value[int](ctx, tx, "SELECT COUNT(*) FROM agreement WHERE id = $1", a.ID)
	if err != nil {
		return a, err
	}
	if taken > 0 {
		wrong = append(wrong, problem.Field("id", "problem.twice", "value", a.ID))
	}
	if err := problem.Many(wrong); err != nil {
		return a, err
	}
	return putAgreement(ctx, tx, a)
}

// OpAddAgreement notes an agreement.
var OpAddAgreement = op.Command[Agreement, Agreement]{Name: "landscape.add-agreement", Route: "POST /api/landscape/agreements", Func: AddAgreement}

// Target is the agreement; policies see it.
func (a Agreement) Target() ref.Ref {
	if a.ID == "" {
		return ""
	}
	return a.Ref()
}

// putAgreement writes an agreement as it is, new or not.
func putAgreement(ctx context.Context, tx *db.Tx, a Agreement) (Agreement, error) {
	if err := keepPast(ctx, tx, "agreement", []string{a.ID}); err != nil {
		return a, err
	}
	a.Version++
	_, err := tx.Exec(ctx, `INSERT INTO agreement (id, title, title_it, kind, party, from_day, until_day, source, version, properties)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, title_it = excluded.title_it, kind = excluded.kind, party = excluded.party,
			from_day = excluded.from_day, until_day = excluded.until_day, source = excluded.source, version = excluded.version,
			properties = excluded.properties`,
		a.ID, a.Title, a.TitleIT, a.Kind, a.Party, a.From, a.Until, a.Source, a.Version, packProperties(a.Properties))
	if err != nil {
		return a, err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM agreement_cover WHERE agreement = $1", a.ID); err != nil {
		return a, err
	}
	rows := make([][]any, len(a.Covers))
	for i, id := range a.Covers {
		rows[i] = []any{a.ID, id}
		tx.Touch(ElementRef(id))
	}
	if err := tx.InsertMany(ctx, "agreement_cover", []string{"agreement", "element"}, rows); err != nil {
		return a, err
	}
	tx.Touch(a.Ref())
	return a, item.Put(ctx, tx, item.Item{Ref: a.Ref(), Title: a.Name(), Area: "landscape"})
}

func removeAgreement(ctx context.Context, tx *db.Tx, name ref.Ref) error {
	if err := keepPast(ctx, tx, "agreement", []string{name.ID()}); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM agreement WHERE id = $1", name.ID()); err != nil {
		return err
	}
	tx.Touch(name)
	return item.Remove(ctx, tx, name)
}

// agreements loads all agreements with what they cover, by id.
func agreements(ctx context.Context, r db.Reader) ([]Agreement, error) {
	all, err := db.All(ctx, r, scanAgreement, `SELECT id, title, title_it, kind, party, from_day, until_day, source, version, properties
		FROM agreement ORDER BY id`)
	if err != nil {
		return nil, err
	}
	at := make(map[string]int, len(all))
	for i, a := range all {
		at[a.ID] = i
	}
	covers, err := db.All(ctx, r, func(s db.Scan) (pair [2]string, err error) { return pair, s(&pair[0], &pair[1]) },
		"SELECT agreement, element FROM agreement_cover ORDER BY agreement, element")
	for _, c := range covers {
		all[at[c[0]]].Covers = append(all[at[c[0]]].Covers, c[1])
	}
	for i := range all {
		slices.Sort(all[i].Covers) // the two engines sort text differently
	}
	return all, err
}

func scanAgreement(s db.Scan) (Agreement, error) {
	var a Agreement
	var properties string
	if err := s(&a.ID, &a.Title, &a.TitleIT, &a.Kind, &a.Party, &a.From, &a.Until, &a.Source, &a.Version, &properties); err != nil {
		return a, err
	}
	var err error
	a.Properties, err = unpackProperties(properties)
	return a, err
}

// applyAgreements makes the agreements those that the file says.
func applyAgreements(ctx context.Context, tx *db.Tx, have, want map[string]Agreement, order []string) ([]change.Change, error) {
	plan := change.Plan("agreement", have, want, order, func(a Agreement) string { return a.Title })
	for _, c := range plan {
		if c.Kind == change.Remove {
			if err := removeAgreement(ctx, tx, c.Ref); err != nil {
				return nil, err
			}
			continue
		}
		a := want[c.Ref.ID()]
		a.Version = have[a.ID].Version
		if _, err := putAgreement(ctx, tx, a); err != nil {
			return nil, err
		}
	}
	return plan, nil
}
