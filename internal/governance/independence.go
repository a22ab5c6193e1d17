// Package governance looks at how offices are cut: it gathers what the organisation knows of itself and asks the rules of
// independence, now or as things would be. What accordo cannot know is declared by people.
package governance

import (
	"context"
	"slices"
	"strconv"

	"accordo.dev/internal/db"
	"accordo.dev/internal/governance/independence"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
)

// Finding is what a rule says, see independence.Finding.
type Finding = independence.Finding

// IndependenceInput chooses the day, today unless told, and which findings are wanted.
type IndependenceInput struct {
	Day      string `query:"day" json:"day,omitempty"`
	Severity string `query:"severity" json:"severity,omitempty" doc:"high, medium, low or info"`
	Basis    string `query:"basis" json:"basis,omitempty" doc:"law, supervisor or product"`
	Answer   string `query:"answer" json:"answer,omitempty" doc:"found or unknown"`
	Person   string `query:"person" json:"person,omitempty" doc:"only findings that point to this person"`
}

func (in IndependenceInput) keeps(f Finding) bool {
	return (in.Severity == "" || string(f.Severity) == in.Severity) && (in.Basis == "" || string(f.Basis) == in.Basis) &&
		(in.Answer == "" || (in.Answer == "unknown") == f.Unknown) && (in.Person == "" || slices.Contains(f.People, in.Person))
}

// Independence checks the offices of a day.
func Independence(ctx context.Context, r db.Reader, in IndependenceInput) ([]Finding, error) {
	s, err := at(ctx, r, in.Day)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(independence.Check(s), func(f Finding) bool { return !in.keeps(f) }), nil
}

// OpIndependence checks the offices of a day.
var OpIndependence = op.Query[IndependenceInput, []Finding]{Name: "governance.independence", Route: "GET /api/governance/independence", Func: Independence}

// at is the snapshot of a day, today unless told.
func at(ctx context.Context, r db.Reader, day string) (independence.Snapshot, error) {
	if day == "" {
		day = identity.Day(r.Now())
	}
	if !db.ValidDay(day) {
		return independence.Snapshot{}, problem.Field("day", "problem.day", "value", day)
	}
	return At(ctx, r, day)
}

// WhatIfInput are the changes to try, as they are typed.
type WhatIfInput struct {
	Moves []string `query:"move" json:"moves,omitempty" doc:"person=superior, appoint:office=person, unit:person=unit and so on"`
}

// WhatIfOut says which findings would go, come and stay.
type WhatIfOut struct {
	Moves []independence.Move `json:"moves"`
	independence.Difference
}

// WhatIf tries changes of lines, offices and units, and changes nothing.
func WhatIf(ctx context.Context, r db.Reader, in WhatIfInput) (WhatIfOut, error) {
	out := WhatIfOut{Moves: []independence.Move{}}
	before, err := at(ctx, r, "")
	if err != nil {
		return out, err
	}
	after := before
	var wrong []*problem.Error
	for i, text := range in.Moves {
		field := "moves[" + strconv.Itoa(i) + "]"
		move, ok := independence.ParseMove(text)
		fault := "governance.what-if.error.form"
		if ok {
			fault = move.Fault(after)
		}
		if fault != "" {
			wrong = append(wrong, problem.Field(field, fault, "value", text))
			continue
		}
		out.Moves, after = append(out.Moves, move), after.After(move)
	}
	if err := problem.Many(wrong); err != nil {
		return out, err
	}
	out.Difference = independence.Compare(independence.Check(before), independence.Check(after))
	return out, nil
}

// OpWhatIf tries changes of lines, offices and units.
var OpWhatIf = op.Query[WhatIfInput, WhatIfOut]{Name: "governance.what-if", Route: "GET /api/governance/independence/what-if", Func: WhatIf}

// ProfileInput are the profiles and compensations that an organisation might have.
type ProfileInput struct {
	Profiles      []string `query:"profile" json:"profiles,omitempty"`
	Compensations []string `query:"compensation" json:"compensations,omitempty"`
}

// ProfileOut says which rules other profiles would switch on and off, and what they would find.
type ProfileOut struct {
	On  []string `json:"on"`  // rules
	Off []string `json:"off"` // rules
	independence.Difference
}

// TryProfile shows what other profiles and compensations would change, and changes nothing.
func TryProfile(ctx context.Context, r db.Reader, in ProfileInput) (ProfileOut, error) {
	out := ProfileOut{On: []string{}, Off: []string{}}
	if err := (organisation.Organisation{Name: "x", Sector: organisation.Generic, Profiles: in.Profiles, Compensations: in.Compensations}).Check(); err != nil {
		return out, err
	}
	s, err := at(ctx, r, "")
	if err != nil {
		return out, err
	}
	after := s
	after.Profiles, after.Compensations = in.Profiles, in.Compensations
	now, then := ruleIDs(s.Profiles), ruleIDs(in.Profiles)
	for _, id := range then {
		if !slices.Contains(now, id) {
			out.On = append(out.On, id)
		}
	}
	for _, id := range now {
		if !slices.Contains(then, id) {
			out.Off = append(out.Off, id)
		}
	}
	out.Difference = independence.Compare(independence.Check(s), independence.Check(after))
	return out, nil
}

func ruleIDs(profiles []string) []string {
	var ids []string
	for _, rule := range independence.Speaking(profiles) {
		ids = append(ids, rule.ID)
	}
	return ids
}

// OpTryProfile shows what other profiles would change.
var OpTryProfile = op.Query[ProfileInput, ProfileOut]{Name: "governance.try-profile", Route: "GET /api/governance/independence/profiles", Func: TryProfile}
