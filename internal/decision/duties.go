package decision

import (
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
)

// Duty is something that waits for the reader.
type Duty struct {
	Row
	Why    string `json:"why"`              // key, ratify, arbitrate, answer, review or draft
	Office string `json:"office,omitempty"` // for which they act
	For    string `json:"for,omitempty"`    // person in whose place
}

// Duties lists what waits for the actor: keys of their own office or of one delegated to them, emergencies to ratify,
// deadlocks to end, challenges to answer, outcomes to grade, and their own drafts. The nearest end comes first.
func Duties(ctx context.Context, r db.Reader, _ struct{}) ([]Duty, error) {
	hands := map[string]Hand{}
	for _, office := range []string{"", identity.OfficeCIO, identity.OfficeCISO, Approver} {
		h, err := handOf(ctx, r, office)
		if err != nil {
			return nil, err
		}
		hands[office] = h
	}
	stages := "'', 'draft', 'waiting', 'one-key', 'stuck', 'emergency'"
	if hands[""].grades() {
		stages += ", 'both-keys', 'approved', 'spent'"
	}
	all, err := db.All(ctx, r, func(s db.Scan) (Row, error) {
		d, err := scan(s)
		return AsOf(d, r.Now()), err
	}, "SELECT d.body, d.version FROM decision d WHERE d.stage IN ("+stages+") ORDER BY d.deadline, d.id")
	if err != nil {
		return nil, err
	}
	out := []Duty{}
	clocks := map[Kind]Clock{}
	for _, row := range all {
		if _, known := clocks[row.Kind]; !known {
			if clocks[row.Kind], err = clockOf(ctx, r, row.Kind); err != nil {
				return nil, err
			}
		}
		out = append(out, row.duties(hands, clocks[row.Kind], r)...)
	}
	slices.SortStableFunc(out, func(a, b Duty) int { return a.Until().Compare(b.Until()) })
	return out, nil
}

// OpDuties lists what waits for the actor.
var OpDuties = op.Query[struct{}, []Duty]{Name: "decision.duties", Route: "GET /api/decision-duties", Func: Duties}

func (r Row) duties(hands map[string]Hand, clock Clock, reader db.Reader) []Duty {
	var out []Duty
	now, me := reader.Now(), hands[""]
	for _, office := range r.Offices() {
		h := hands[office]
		if office == Approver && !h.approves(r.Decision) {
			continue
		}
		for _, o := range r.offersFor(h, office, clock, now) {
			if o.Do == "give-key" {
				out = append(out, Duty{r, map[bool]string{true: "ratify", false: "key"}[r.StatusNow == InEmergency], office, o.For})
			}
		}
	}
	if r.StatusNow == Draft && r.ProposedBy == me.Person {
		return append(out, Duty{Row: r, Why: "draft"})
	}
	if r.Escalation != "" && r.copied().Arbitrate(me, r.Hash(), true, typed, clock, now) == nil {
		out = append(out, Duty{Row: r, Why: "arbitrate", Office: r.Escalation})
	}
	if r.IsOpen() && slices.ContainsFunc(r.Challenges, func(c Challenge) bool {
		return c.Answer == "" && c.LiftedAt == nil && c.Hash == r.Hash() && r.copied().Answer(me, c.Person, typed) == nil
	}) {
		out = append(out, Duty{Row: r, Why: "answer"})
	}
	if r.DueForReview(now) && r.copied().Grade(me, Review{Grade: "reached", Note: typed}, now) == nil {
		out = append(out, Duty{Row: r, Why: "review"})
	}
	return out
}

// approves tells whether the third key of a change waits for somebody in particular: who owns what the change serves, not
// everybody who stands apart from it.
func (h Hand) approves(d Decision) bool {
	return h.holdsAny(identity.OfficeCOO, identity.OfficeBusinessOwner) && d.standsApart(h)
}

// grades tells whether a person may grade outcomes at all.
func (h Hand) grades() bool {
	return h.holdsAny(identity.OfficeCIO, identity.OfficeCISO, identity.OfficeInternalAudit, identity.OfficeCRO)
}
