package decision

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// KeyPolicy says how decisions are made here: how long the offices have, where a deadlock goes, what may be done in an
// emergency. The keys themselves are always those of the CIO and the CISO.
type KeyPolicy struct {
	High        int    `yaml:"high" json:"high" doc:"working days for the keys on a proposal of high materiality; each step up has as many"`
	Medium      int    `yaml:"medium" json:"medium"`
	Low         int    `yaml:"low" json:"low"`
	Settle      int    `yaml:"settle" json:"settle" doc:"working days in which the two may settle a deadlock before it goes up"`
	First       string `yaml:"first" json:"first" doc:"office that a deadlock reaches first"`
	Second      string `yaml:"second" json:"second" doc:"office that it reaches last"`
	RatifyHours int    `yaml:"ratify_hours" json:"ratifyHours" doc:"hours in which an emergency is ratified, or falls"`
	Emergencies []Kind `yaml:"emergencies" json:"emergencies" doc:"kinds that one officer may put in force alone"`
	ValidDays   int    `yaml:"valid_days" json:"validDays" doc:"days in which an area uses an approval; 0: without end"`
}

// DefaultPolicy holds where the board has set nothing else.
func DefaultPolicy() KeyPolicy {
	return KeyPolicy{
		High: 2, Medium: 5, Low: 10, Settle: 1, First: identity.OfficeCRO, Second: identity.OfficeCEO, RatifyHours: 72,
		Emergencies: []Kind{Change, Exception, AcceptRisk}, ValidDays: 180,
	}
}

const policyKey = "decision.policy"

// PolicyNow reads how decisions are made here.
func PolicyNow(ctx context.Context, r db.Reader, _ struct{}) (KeyPolicy, error) {
	p := DefaultPolicy()
	text, err := db.Value[string](ctx, r, "SELECT value FROM setting WHERE key = $1", policyKey)
	if err != nil || text == "" {
		return p, err
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return p, fmt.Errorf("policy of keys: %w", err)
	}
	return p, nil
}

// OpPolicy reads how decisions are made.
var OpPolicy = op.Query[struct{}, KeyPolicy]{Name: "decision.policy", Route: "GET /api/decision-policy", Func: PolicyNow}

func (p KeyPolicy) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	for _, n := range []struct {
		name            string
		value, min, max int
	}{
		{"high", p.High, 1, 60},
		{"medium", p.Medium, 1, 60},
		{"low", p.Low, 1, 60},
		{"settle", p.Settle, 0, 30},
		{"ratify_hours", p.RatifyHours, 1, 240},
		{"valid_days", p.ValidDays, 0, 3660},
	} {
		if n.value < n.min || n.value > n.max {
			wrong = append(wrong, problem.Field(field(n.name), "decision.error.range", "min", n.min, "max", n.max))
		}
	}
	if p.High > p.Medium || p.Medium > p.Low {
		wrong = append(wrong, problem.Field(field("high"), "decision.error.order"))
	}
	for _, one := range [][2]string{{"first", p.First}, {"second", p.Second}} {
		if err := problem.Choice(field(one[0]), one[1], Arbiters...); err != nil {
			wrong = append(wrong, err)
		}
	}
	if p.First == p.Second {
		wrong = append(wrong, problem.Field(field("second"), "decision.error.same-step"))
	}
	for _, kind := range p.Emergencies {
		if err := problem.Choice(field("emergencies"), string(kind), string(Change), string(Exception), string(AcceptRisk), string(Policy), string(Other)); err != nil {
			wrong = append(wrong, err)
		}
	}
	return wrong
}

// Arbiters lists the offices that a deadlock may reach.
var Arbiters = []string{identity.OfficeCRO, identity.OfficeCOO, identity.OfficeCEO, identity.OfficeBoard}

// SetPolicy changes how decisions are made, from the next proposal on. What could not be followed today is refused: an
// office that nobody holds, or one person where two are needed.
func SetPolicy(ctx context.Context, tx *db.Tx, in KeyPolicy) (KeyPolicy, error) {
	if err := problem.Many(in.check(func(name string) string { return name })); err != nil {
		return in, err
	}
	gaps, err := gapsOf(ctx, tx, in)
	if err != nil {
		return in, err
	}
	var wrong []*problem.Error
	for _, gap := range gaps {
		wrong = append(wrong, problem.Field(gap.Field, "decision.gap."+gap.Why, "office", identity.OfficeName(gap.Office)))
	}
	if err := problem.Many(wrong); err != nil {
		return in, err
	}
	return in, keepPolicy(ctx, tx, in)
}

// OpSetPolicy changes how decisions are made.
var OpSetPolicy = op.Command[KeyPolicy, KeyPolicy]{Name: "decision.set-policy", Route: "POST /api/decision-policy", Func: SetPolicy}

func keepPolicy(ctx context.Context, tx *db.Tx, p KeyPolicy) error {
	data, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("policy of keys: %w", err)
	}
	tx.Touch(ref.New("organisation", "self"))
	_, err = tx.Exec(ctx, `INSERT INTO setting (key, value) VALUES ($1, $2)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, policyKey, string(data))
	return err
}

// Gap is something that the policy needs and the organisation does not have today.
type Gap struct {
	Field  string `json:"field"` // of the policy, or keys
	Office string `json:"office"`
	Why    string `json:"why"` // vacant, same-person, second-line or arbiter
}

// Gaps says whether decisions can be made today as the policy asks.
func Gaps(ctx context.Context, r db.Reader, _ struct{}) ([]Gap, error) {
	p, err := PolicyNow(ctx, r, struct{}{})
	if err != nil {
		return nil, err
	}
	return gapsOf(ctx, r, p)
}

// OpGaps says whether decisions can be made today.
var OpGaps = op.Query[struct{}, []Gap]{Name: "decision.gaps", Route: "GET /api/decision-policy/gaps", Func: Gaps}

func gapsOf(ctx context.Context, r db.Reader, p KeyPolicy) ([]Gap, error) {
	held, err := identity.Holders(ctx, r, identity.Day(r.Now()))
	if err != nil {
		return nil, err
	}
	lines, err := keepsLines(ctx, r)
	return p.gaps(held, lines), err
}

// gaps tests whether the policy can be satisfied: two different persons for the keys, neither of the second line where
// the lines are kept apart, and at each step somebody who holds no key.
func (p KeyPolicy) gaps(held map[string][]string, lines bool) []Gap {
	gaps := []Gap{}
	keys := []string{identity.OfficeCIO, identity.OfficeCISO}
	var holders []string
	for _, office := range keys {
		for _, person := range held[office] {
			if lines && slices.ContainsFunc(SecondLine, func(o string) bool { return slices.Contains(held[o], person) }) {
				gaps = append(gaps, Gap{"keys", office, "second-line"})
			}
		}
		if len(held[office]) == 0 {
			gaps = append(gaps, Gap{"keys", office, "vacant"})
		}
		holders = append(holders, held[office]...)
	}
	if len(holders) == 2 && holders[0] == holders[1] {
		gaps = append(gaps, Gap{"keys", identity.OfficeCISO, "same-person"})
	}
	for _, step := range [][2]string{{"first", p.First}, {"second", p.Second}} {
		free := slices.DeleteFunc(slices.Clone(held[step[1]]), func(person string) bool {
			return slices.Contains(holders, person) || slices.Contains(held[identity.OfficeAdministrator], person)
		})
		switch {
		case len(held[step[1]]) == 0:
			gaps = append(gaps, Gap{step[0], step[1], "vacant"})
		case len(free) == 0:
			gaps = append(gaps, Gap{step[0], step[1], "arbiter"})
		}
	}
	return gaps
}

// keepsLines tells whether the organisation keeps three lines of defence apart, as a financial entity does.
// law: 2022/2554#6.4
func keepsLines(ctx context.Context, r db.Reader) (bool, error) {
	own, err := organisation.Get(ctx, r, struct{}{})
	return slices.Contains(own.Profiles, "dora_fe") || slices.Contains(own.Profiles, "bank_it"), err
}

// clockOf is what the policy says about time for a kind.
func clockOf(ctx context.Context, r db.Reader, kind Kind) (Clock, error) {
	p, err := PolicyNow(ctx, r, struct{}{})
	if err != nil {
		return Clock{}, err
	}
	working, err := organisation.WorkingDays(ctx, r)
	return p.clock(kind, working), err
}

func (p KeyPolicy) clock(kind Kind, working organisation.Calendar) Clock {
	c := Clock{
		Days: map[string]int{"high": p.High, "medium": p.Medium, "low": p.Low}, Settle: p.Settle, ValidDays: p.ValidDays, First: p.First, Second: p.Second, Working: working,
	}
	if slices.Contains(p.Emergencies, kind) {
		c.RatifyHours = p.RatifyHours
	}
	return c
}
