package decision

import (
	"context"
	"fmt"
	"slices"
	"time"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// File is decision.yaml. A key without a hash is read as given on the content beside it, and a way up that is not told
// follows the policy; exports always write both.
type File struct {
	Policy      *KeyPolicy   `yaml:"policy,omitempty"` // none: as it is
	Decisions   []Decision   `yaml:"decisions"`
	Delegations []Delegation `yaml:"delegations,omitempty"`
}

// Export gives all decisions, sorted by id.
func Export(ctx context.Context, r db.Reader) (File, error) {
	all, err := db.All(ctx, r, scan, "SELECT d.body, d.version FROM decision d ORDER BY d.id")
	if err != nil {
		return File{}, err
	}
	f := File{Decisions: all}
	if f.Delegations, err = Delegations(ctx, r, struct{}{}); err != nil {
		return f, err
	}
	kept, err := db.Value[string](ctx, r, "SELECT value FROM setting WHERE key = $1", policyKey)
	if err != nil || kept == "" {
		return f, err
	}
	p, err := PolicyNow(ctx, r, struct{}{})
	f.Policy = &p
	return f, err
}

// Apply makes the decisions what the file says.
func Apply(ctx context.Context, tx *db.Tx, f File) ([]change.Change, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if err := item.Dangling(ctx, tx, pointers(f.Decisions)); err != nil {
		return nil, err
	}
	current, err := Export(ctx, tx)
	if err != nil {
		return nil, err
	}
	var plan []change.Change
	if f.Policy != nil {
		was := DefaultPolicy()
		if current.Policy != nil {
			was = *current.Policy
		}
		if fields := change.Between(was, *f.Policy); len(fields) > 0 || current.Policy == nil {
			plan = append(plan, change.Change{Ref: ref.New("organisation", "self"), Kind: change.Update, Title: "policy of keys", Fields: fields})
			if err := keepPolicy(ctx, tx, *f.Policy); err != nil {
				return nil, err
			}
		}
	}
	changes, err := applyDecisions(ctx, tx, current.Decisions, f.Decisions)
	if err != nil {
		return nil, err
	}
	delegations, err := applyDelegations(ctx, tx, current.Delegations, f.Delegations)
	return slices.Concat(plan, changes, delegations), err
}

func applyDecisions(ctx context.Context, tx *db.Tx, current, wanted []Decision) ([]change.Change, error) {
	policy, err := PolicyNow(ctx, tx, struct{}{})
	if err != nil {
		return nil, err
	}
	working, err := organisation.WorkingDays(ctx, tx)
	if err != nil {
		return nil, err
	}
	want, order, have := map[string]Decision{}, []string{}, map[string]Decision{}
	for _, d := range wanted {
		want[d.ID] = d.asStored(policy.clock(d.Kind, working))
		order = append(order, d.ID)
	}
	for _, d := range current {
		have[d.ID] = d
	}
	plan := change.Plan("decision", have, want, order, func(d Decision) string { return d.Title })
	for _, c := range plan {
		if c.Kind == change.Remove {
			err = remove(ctx, tx, c.Ref)
		} else {
			d := want[c.Ref.ID()]
			d.Version = have[d.ID].Version
			_, err = saved(ctx, tx, d)
		}
		if err != nil {
			return nil, err
		}
	}
	return plan, nil
}

func applyDelegations(ctx context.Context, tx *db.Tx, current, wanted []Delegation) ([]change.Change, error) {
	want, order, have := map[string]Delegation{}, []string{}, map[string]Delegation{}
	for _, d := range wanted {
		if d.RevokedAt != nil {
			at := d.RevokedAt.UTC()
			d.RevokedAt = &at
		}
		want[d.ID] = d
		order = append(order, d.ID)
	}
	for _, d := range current {
		have[d.ID] = d
	}
	plan := change.Plan("delegation", have, want, order, func(d Delegation) string { return d.Office + ": " + d.To })
	for _, c := range plan {
		var err error
		if c.Kind == change.Remove {
			_, err = tx.Exec(ctx, "DELETE FROM decision_delegation WHERE id = $1", c.Ref.ID())
		} else {
			err = putDelegation(ctx, tx, want[c.Ref.ID()])
		}
		if err != nil {
			return nil, err
		}
	}
	return plan, nil
}

func (f File) check() error {
	var wrong []*problem.Error
	if f.Policy != nil {
		wrong = f.Policy.check(func(name string) string { return "policy." + name })
	}
	seen := map[string]bool{}
	for _, d := range f.Decisions {
		field := func(name string) string { return fmt.Sprintf("decisions[%s].%s", d.ID, name) }
		wrong = append(wrong, d.check(field)...)
		if seen[d.ID] {
			wrong = append(wrong, problem.Field(field("id"), "problem.twice", "value", d.ID))
		}
		seen[d.ID] = true
	}
	for _, d := range f.Delegations {
		field := func(name string) string { return fmt.Sprintf("delegations[%s].%s", d.ID, name) }
		wrong = append(wrong, d.check(field)...)
		if seen["delegation "+d.ID] || !ref.ValidID(d.ID) {
			wrong = append(wrong, problem.Field(field("id"), "problem.twice", "value", d.ID))
		}
		seen["delegation "+d.ID] = true
	}
	return problem.Many(wrong)
}

// asStored is the decision as the database keeps it: instants in UTC, answers with their hash, and the way up.
func (d Decision) asStored(clock Clock) Decision {
	d.ProposedAt, d.Deadline = d.ProposedAt.UTC(), d.Deadline.UTC()
	d.Way.Up, d.Way.Higher, d.Way.Last = d.Way.Up.UTC(), d.Way.Higher.UTC(), d.Way.Last.UTC()
	hash := d.Hash()
	d.Keys, d.Challenges, d.Conflicts, d.Revisions = slices.Clone(d.Keys), slices.Clone(d.Challenges), slices.Clone(d.Conflicts), slices.Clone(d.Revisions)
	for i := range d.Keys {
		d.Keys[i].At = d.Keys[i].At.UTC()
		if d.Keys[i].Hash == "" {
			d.Keys[i].Hash = hash
		}
	}
	for i := range d.Challenges {
		c := &d.Challenges[i]
		if c.At, c.LiftedAt = c.At.UTC(), inUTC(c.LiftedAt); c.Hash == "" {
			c.Hash = hash
		}
	}
	for i := range d.Conflicts {
		d.Conflicts[i].At = d.Conflicts[i].At.UTC()
	}
	for i := range d.Revisions {
		r := &d.Revisions[i]
		r.At, r.Voided = r.At.UTC(), slices.Clone(r.Voided)
		for j := range r.Voided {
			r.Voided[j].At = r.Voided[j].At.UTC()
		}
	}
	d.AgreedAt, d.ValidUntil, d.WithdrawnAt, d.SpentAt = inUTC(d.AgreedAt), inUTC(d.ValidUntil), inUTC(d.WithdrawnAt), inUTC(d.SpentAt)
	d.ITMemo, d.SecurityMemo, d.Review = d.ITMemo.inUTC(), d.SecurityMemo.inUTC(), d.Review.inUTC()
	if d.Arbitration != nil {
		a := *d.Arbitration
		a.At = a.At.UTC()
		d.Arbitration = &a
	}
	if d.Emergency != nil {
		e := *d.Emergency
		e.At, e.Until, e.RatifiedAt, e.RevertedAt = e.At.UTC(), e.Until.UTC(), inUTC(e.RatifiedAt), inUTC(e.RevertedAt)
		d.Emergency = &e
	}
	return d.onWay(clock)
}

func inUTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

func (m *Memo) inUTC() *Memo {
	if m == nil {
		return nil
	}
	c := *m
	c.At = c.At.UTC()
	return &c
}

func (r *Review) inUTC() *Review {
	if r == nil {
		return nil
	}
	c := *r
	c.At = c.At.UTC()
	return &c
}

// onWay fills the way up of a decision that does not tell it: from its first no, or its deadline.
func (d Decision) onWay(clock Clock) Decision {
	if d.Way.First != "" {
		return d
	}
	from := d.Deadline
	for _, k := range d.Keys {
		if k.Answer == "no" && k.At.Before(from) {
			from = k.At
		}
	}
	d.Way = clock.way(from, d.Materiality)
	return d
}

// withWay fills the way up of decisions that an earlier version stored.
func (d Decision) withWay() Decision {
	if d.Way.First != "" {
		return d
	}
	return d.onWay(DefaultPolicy().clock(d.Kind, organisation.Calendar{}))
}

// pointers are the items that decisions are about. Who proposed and answered may have left.
func pointers(decisions []Decision) []item.Pointer {
	var all []item.Pointer
	for _, d := range decisions {
		if d.About != "" {
			all = append(all, item.Pointer{Field: fmt.Sprintf("decisions[%s].about", d.ID), To: d.About, Text: string(d.About)})
		}
	}
	return all
}

func remove(ctx context.Context, tx *db.Tx, name ref.Ref) error {
	if _, err := tx.Exec(ctx, "DELETE FROM decision WHERE id = $1", name.ID()); err != nil {
		return err
	}
	tx.Touch(name)
	return item.Remove(ctx, tx, name)
}
