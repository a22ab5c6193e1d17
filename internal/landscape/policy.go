package landscape

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/landscape/rule"
	"accordo.dev/internal/law"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Subjects are what a policy judges one by one: elements, connections, paths (the shortest chain from a
// service or process to each thing that it needs), or the map as a whole.
var Subjects = []string{"element", "connection", "path", "map"}

// Severities grade what it means when a policy is violated, worst first.
var Severities = []string{"high", "medium", "low"}

// Policy is an integration policy: a rule that the organisation sets itself for the things on its map. Each
// change makes a new version, also switching it off and on; older versions are kept.
type Policy struct {
	ID        string    `yaml:"id" json:"id"`
	Title     string    `yaml:"title" json:"title"`
	TitleIT   string    `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	Why       string    `yaml:"why,omitempty" json:"why,omitempty"`
	WhyIT     string    `yaml:"why_it,omitempty" json:"whyIt,omitempty"`
	Subject   string    `yaml:"subject" json:"subject" enum:"element,connection,path,map"`
	Applies   string    `yaml:"applies,omitempty" json:"applies,omitempty"` // which subjects it concerns; all when empty
	Holds     string    `yaml:"holds" json:"holds"`                         // what must be true of them
	Severity  string    `yaml:"severity" json:"severity" enum:"high,medium,low"`
	Owner     string    `yaml:"owner,omitempty" json:"owner,omitempty"`         // person id
	Reference string    `yaml:"reference,omitempty" json:"reference,omitempty"` // citations of law or identifiers of standards, parted by semicolons
	Pack      string    `yaml:"pack,omitempty" json:"pack,omitempty"`           // it was adopted with
	Disabled  bool      `yaml:"disabled,omitempty" json:"disabled,omitempty"`
	Version   int64     `yaml:"version" json:"version"`
	ChangedAt time.Time `yaml:"changed_at" json:"changedAt"`
	ChangedBy string    `yaml:"changed_by,omitempty" json:"changedBy,omitempty"` // person id, or the system
	Past      []Policy  `yaml:"past,omitempty" json:"past,omitempty"`            // older versions, oldest first
}

// Name is the title in both languages.
func (p Policy) Name() i18n.Text { return i18n.Text{EN: p.Title, IT: p.TitleIT} }

// Reason is why the policy exists, in both languages.
func (p Policy) Reason() i18n.Text { return i18n.Text{EN: p.Why, IT: p.WhyIT} }

// References gives the parts of Reference.
func (p Policy) References() []string {
	var all []string
	for _, one := range strings.Split(p.Reference, ";") {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, one)
		}
	}
	return all
}

// Ref is the name of the policy for other areas.
func (p Policy) Ref() ref.Ref { return ref.New("policy", p.ID) }

// Target is the policy; access policies see it.
func (p Policy) Target() ref.Ref {
	if p.ID == "" {
		return ""
	}
	return p.Ref()
}

var citation = regexp.MustCompile(`^[0-9]+/[0-9]+#`)

// check finds everything wrong with a policy by itself; field gives the name of a field in errors.
func (p Policy) check(field func(string) string) []*problem.Error {
	c := checker{field: field}
	if !ref.ValidID(p.ID) || p.ID == "new" {
		c.add(problem.Field(field("id"), "landscape.error.id", "value", p.ID))
	}
	if p.Title == "" {
		c.add(problem.Field(field("title"), "problem.required"))
	}
	for name, text := range map[string]string{"title": p.Title, "title_it": p.TitleIT, "reference": p.Reference} {
		c.short(name, text, 300)
	}
	c.short("why", p.Why, 4000)
	c.short("why_it", p.WhyIT, 4000)
	c.choice("subject", p.Subject, Subjects...)
	c.choice("severity", p.Severity, Severities...)
	for _, one := range p.References() {
		if _, err := law.Citation(one).Find(); err != nil && citation.MatchString(one) {
			c.add(problem.Field(field("reference"), "law.error.unknown", "value", one))
		}
	}
	if !slices.Contains(Subjects, p.Subject) {
		return c.wrong
	}
	if _, err := p.compile(); err != nil {
		wrong, _ := problem.As(err)
		for _, cause := range eachOfMany(wrong) {
			cause.Field = field(cause.Field)
			c.add(cause)
		}
	}
	return c.wrong
}

func eachOfMany(p *problem.Error) []*problem.Error {
	if len(p.Causes) > 0 {
		return p.Causes
	}
	return []*problem.Error{p}
}

func (p Policy) compile() (*rule.Rule, error) {
	return rule.Compile(p.ID, subjectSchema(p.Subject), p.Applies, p.Holds)
}

// normal puts the policy into the form in which it is kept.
func (p Policy) normal() Policy {
	p.Title, p.TitleIT, p.Reference = strings.TrimSpace(p.Title), strings.TrimSpace(p.TitleIT), strings.TrimSpace(p.Reference)
	p.Applies, p.Holds = strings.TrimSpace(p.Applies), strings.TrimSpace(p.Holds)
	p.ChangedAt = p.ChangedAt.UTC().Truncate(time.Microsecond)
	if p.ID == "" {
		p.ID = slug(p.Title)
	}
	return p
}

// text is the policy without what tells its versions apart.
func (p Policy) text() Policy {
	p.Version, p.ChangedAt, p.ChangedBy, p.Past = 0, time.Time{}, "", nil
	return p
}

// next is the policy as the version after another.
func (p Policy) next(tx *db.Tx, after Policy) Policy {
	p.Past = after.Past
	if after.Version > 0 {
		after.Past = nil
		p.Past = append(slices.Clone(p.Past), after)
	}
	p.Version, p.ChangedAt, p.ChangedBy = after.Version+1, tx.Now(), tx.Actor().Ref.ID()
	return p.normal()
}

// Policies loads all policies with their older versions, by id.
func Policies(ctx context.Context, r db.Reader) ([]Policy, error) {
	rows, err := db.All(ctx, r, scanPolicy, "SELECT body FROM landscape_policy ORDER BY id, version DESC")
	if err != nil {
		return nil, err
	}
	var all []Policy
	for _, p := range rows {
		if n := len(all); n > 0 && all[n-1].ID == p.ID {
			all[n-1].Past = slices.Insert(all[n-1].Past, 0, p)
			continue
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Policy) int { return compare(a.ID, b.ID) }) // the engines order text differently
	return all, nil
}

func scanPolicy(s db.Scan) (Policy, error) {
	var body string
	var p Policy
	if err := s(&body); err != nil {
		return p, err
	}
	return p, json.Unmarshal([]byte(body), &p)
}

// policy loads one policy with its older versions.
func policy(ctx context.Context, r db.Reader, id string) (Policy, error) {
	rows, err := db.All(ctx, r, scanPolicy, "SELECT body FROM landscape_policy WHERE id = $1 ORDER BY version", id)
	if err != nil {
		return Policy{}, err
	}
	if len(rows) == 0 {
		return Policy{}, problem.New(problem.NotFound, "problem.not-found", "what", "policy "+id)
	}
	p := rows[len(rows)-1]
	p.Past = rows[:len(rows)-1]
	if len(p.Past) == 0 {
		p.Past = nil
	}
	return p, nil
}

// savePolicy writes the newest version of a policy.
func savePolicy(ctx context.Context, tx *db.Tx, p Policy) error {
	stored := p
	stored.Past = nil
	body, err := json.Marshal(stored)
	if err != nil {
		return fmt.Errorf("policy %s: %w", p.ID, err)
	}
	_, err = tx.Exec(ctx, "INSERT INTO landscape_policy (id, version, changed_at, body) VALUES ($1, $2, $3, $4)",
		p.ID, p.Version, db.Micros(p.ChangedAt), string(body))
	if err != nil {
		return err
	}
	tx.Touch(p.Ref())
	return item.Put(ctx, tx, item.Item{Ref: p.Ref(), Title: p.Name(), Area: "landscape"})
}

// AddPolicy sets a new policy.
func AddPolicy(ctx context.Context, tx *db.Tx, in Policy) (Policy, error) {
	in.Pack, in.Disabled = "", false
	p := in.next(tx, Policy{})
	wrong := append(p.check(plain), peopleExist(ctx, tx, map[string]string{"owner": p.Owner})...)
	taken, err := db.Value[int](ctx, tx, "SELECT COUNT(*) FROM landscape_policy WHERE id = $1", p.ID)
	if err != nil {
		return p, err
	}
	if taken > 0 {
		wrong = append(wrong, problem.Field("id", "problem.twice", "value", p.ID))
	}
	if err := problem.Many(wrong); err != nil {
		return p, err
	}
	return p, savePolicy(ctx, tx, p)
}

// OpAddPolicy sets a new policy.
var OpAddPolicy = op.Command[Policy, Policy]{Name: "landscape.add-policy", Route: "POST /api/landscape/policies", Func: AddPolicy}

// ChangePolicy makes a new version of a policy; its version must be the one that was read.
func ChangePolicy(ctx context.Context, tx *db.Tx, in Policy) (Policy, error) {
	have, err := policy(ctx, tx, in.ID)
	if err != nil {
		return have, err
	}
	if have.Version != in.Version {
		return have, problem.New(problem.Conflict, "problem.stale")
	}
	in.Pack, in.Disabled = have.Pack, have.Disabled
	p := in.next(tx, have)
	wrong := append(p.check(plain), peopleExist(ctx, tx, map[string]string{"owner": p.Owner})...)
	if err := problem.Many(wrong); err != nil {
		return p, err
	}
	if len(change.Between(have.text(), p.text())) == 0 {
		return have, nil
	}
	return p, savePolicy(ctx, tx, p)
}

// OpChangePolicy makes a new version of a policy.
var OpChangePolicy = op.Command[Policy, Policy]{Name: "landscape.change-policy", Route: "POST /api/landscape/policies/change", Func: ChangePolicy}

// SwitchPolicyIn says which policy is switched on or off.
type SwitchPolicyIn struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
	Enabled bool   `json:"enabled"`
}

// Target is the policy.
func (in SwitchPolicyIn) Target() ref.Ref { return ref.New("policy", in.ID) }

// SwitchPolicy switches a policy off, so that it judges nothing, or on again.
func SwitchPolicy(ctx context.Context, tx *db.Tx, in SwitchPolicyIn) (Policy, error) {
	have, err := policy(ctx, tx, in.ID)
	if err != nil {
		return have, err
	}
	if have.Version != in.Version {
		return have, problem.New(problem.Conflict, "problem.stale")
	}
	if have.Disabled != in.Enabled {
		return have, nil
	}
	p := have
	p.Disabled = !in.Enabled
	p = p.next(tx, have)
	return p, savePolicy(ctx, tx, p)
}

// OpSwitchPolicy switches a policy off or on.
var OpSwitchPolicy = op.Command[SwitchPolicyIn, Policy]{Name: "landscape.switch-policy", Route: "POST /api/landscape/policies/switch", Func: SwitchPolicy}

// policyProblems checks the policies of a file.
func policyProblems(all []Policy) (wrong []*problem.Error, people map[string]string) {
	seen, people := map[string]bool{}, map[string]string{}
	for _, p := range all {
		p = p.normal()
		field := fieldOf("policies", p.ID)
		wrong = append(wrong, p.check(field)...)
		people[field("owner")] = p.Owner
		if seen[p.ID] {
			wrong = append(wrong, problem.Field(field("id"), "problem.twice", "value", p.ID))
		}
		seen[p.ID] = true
		for i, old := range p.Past {
			if old.ID != p.ID || old.Version >= p.Version || i > 0 && old.Version <= p.Past[i-1].Version {
				wrong = append(wrong, problem.Field(field("past"), "landscape.policy.error.past"))
			}
		}
	}
	return wrong, people
}

// applyPolicies makes the policies what the file says. A text that changes under its old version number
// becomes a new version; a file that brings older versions is taken at its word.
func applyPolicies(ctx context.Context, tx *db.Tx, all []Policy) ([]change.Change, error) {
	current, err := Policies(ctx, tx)
	if err != nil {
		return nil, err
	}
	have, want, order := byID(current, Policy.id), map[string]Policy{}, []string{}
	for _, p := range all {
		p = p.normal().following(tx, have[p.ID])
		want[p.ID] = p
		order = append(order, p.ID)
	}
	plan := change.Plan("policy", have, want, order, func(p Policy) string { return p.Title })
	for _, one := range plan {
		if _, err := tx.Exec(ctx, "DELETE FROM landscape_policy WHERE id = $1", one.Ref.ID()); err != nil {
			return nil, err
		}
		tx.Touch(one.Ref)
		if one.Kind == change.Remove {
			err = item.Remove(ctx, tx, one.Ref)
		} else {
			p := want[one.Ref.ID()]
			for _, version := range append(slices.Clone(p.Past), p) {
				err = savePolicy(ctx, tx, version)
				if err != nil {
					return nil, err
				}
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return plan, nil
}

func (p Policy) id() string { return p.ID }

// following gives a policy of a file its version, time and past after the one that is there.
func (p Policy) following(tx *db.Tx, have Policy) Policy {
	for i := range p.Past {
		p.Past[i] = p.Past[i].normal()
	}
	same := len(change.Between(have.text(), p.text())) == 0
	switch {
	case have.Version == 0 || p.Version > have.Version:
		if p.Version == 0 {
			p.Version = 1
		}
		if p.ChangedAt.IsZero() {
			p.ChangedAt = tx.Now()
		}
		return p.normal()
	case same:
		return have
	}
	return p.next(tx, have)
}
