package governance

import (
	"context"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/governance/independence"
	"accordo.dev/internal/governance/obligation"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/law"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/risk"
)

// At gathers the snapshot of a day: offices, lines and units, what was declared, and what the areas know.
func At(ctx context.Context, r db.Reader, day string) (independence.Snapshot, error) {
	s := independence.Snapshot{Day: day, People: map[string]independence.Person{}, Units: map[string]independence.Unit{}}
	own, err := organisation.Get(ctx, r, struct{}{})
	if err != nil {
		return s, err
	}
	s.Profiles, s.Compensations = own.Profiles, own.Compensations
	for _, gather := range []func(context.Context, db.Reader, *independence.Snapshot) error{
		gatherPeople, gatherOffices, gatherFacts, gatherAcceptances, gatherDecisions, gatherApprovals, gatherCitations,
	} {
		if err := gather(ctx, r, &s); err != nil {
			return s, err
		}
	}
	return s, nil
}

func gatherPeople(ctx context.Context, r db.Reader, s *independence.Snapshot) error {
	people, err := identity.People(ctx, r)
	if err != nil {
		return err
	}
	for id, p := range people {
		s.People[id] = independence.Person{Name: p.Name, Unit: p.Unit, Superior: p.ReportsTo, Functional: p.FunctionalTo}
	}
	units, err := identity.Units(ctx, r, struct{}{})
	for _, u := range units {
		s.Units[u.Name] = independence.Unit{Parent: u.Parent, Line: u.Line, Function: u.Function}
	}
	return err
}

func gatherOffices(ctx context.Context, r db.Reader, s *independence.Snapshot) error {
	all, err := identity.Holdings(ctx, r, identity.HoldingsInput{})
	s.Holders = map[string][]string{}
	for _, h := range all {
		if h.On(s.Day) {
			s.Holders[h.Office] = append(s.Holders[h.Office], h.Person)
		} else if h.Until != "" && h.Until <= s.Day {
			s.Former = append(s.Former, independence.Tenure{Office: h.Office, Person: h.Person, Until: h.Until})
		}
	}
	return err
}

func gatherFacts(ctx context.Context, r db.Reader, s *independence.Snapshot) error {
	facts, err := Facts(ctx, r, FactFilter{})
	for _, f := range facts {
		s.Facts = append(s.Facts, independence.Fact{
			ID: f.ID, Kind: f.Kind, Day: f.Day, People: f.People, Unit: f.Unit, System: f.System, Values: f.Values,
		})
	}
	return err
}

// gatherAcceptances gathers the residual risks that somebody bears on the day, with the offices held when they were accepted.
func gatherAcceptances(ctx context.Context, r db.Reader, s *independence.Snapshot) error {
	all, err := risk.Acceptances(ctx, r, risk.AcceptanceFilter{})
	for _, a := range all {
		if !a.InForce(s.Day) {
			continue
		}
		accepted := identity.Day(a.AcceptedAt)
		offices, err := identity.OfficesAt(ctx, r, a.AcceptedBy, accepted)
		if err != nil {
			return err
		}
		s.Acceptances = append(s.Acceptances, independence.Acceptance{ID: a.ID, By: a.AcceptedBy, Offices: offices, Day: accepted, ReviewOn: a.ReviewOn})
	}
	return err
}

// gatherDecisions gathers the keys that were turned in the year before the day, and the changes that they approved.
func gatherDecisions(ctx context.Context, r db.Reader, s *independence.Snapshot) error {
	all, err := decision.List(ctx, r, decision.Filter{})
	for _, d := range all {
		change := independence.Approval{ID: d.ID, Functions: []string{d.AskedBy, d.BuiltBy}}
		for _, key := range d.Keys {
			if day := identity.Day(key.At); key.Answer == "yes" && day <= s.Day && day >= yearBefore(s.Day) {
				if key.Office != decision.Approver { // who approves a change stands apart and does not decide with the two
					s.Keys = append(s.Keys, independence.Turn{Decision: d.ID, Person: key.Person})
				}
				change.By = append(change.By, key.Person)
			}
		}
		if d.Arbitration != nil && d.Arbitration.Approve {
			change.By = append(change.By, d.Arbitration.Person)
		}
		if d.Kind == decision.Change && d.StatusNow.Holds() && len(change.By) > 0 {
			s.Changes = append(s.Changes, change)
		}
	}
	return err
}

func yearBefore(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return at.AddDate(-1, 0, 0).Format(time.DateOnly)
}

// gatherApprovals asks the register of obligations. While nothing at all was recorded there, nobody has said anything;
// once it is kept, what it does not have was not done.
func gatherApprovals(ctx context.Context, r db.Reader, s *independence.Snapshot) error {
	days, err := obligation.Approvals(ctx, r)
	for _, day := range days {
		if day != "" {
			s.Approvals = days
			break
		}
	}
	return err
}

// gatherCitations looks for provisions that policies cite and that are no longer in force, or that nobody knows.
func gatherCitations(ctx context.Context, r db.Reader, s *independence.Snapshot) error {
	policies, err := landscape.Policies(ctx, r)
	for _, p := range policies {
		if p.Disabled {
			continue
		}
		for _, text := range p.References() {
			instrument, cites := law.Cited(text)
			switch {
			case !cites:
			case instrument.ID == "":
				s.Citations = append(s.Citations, independence.Citation{Policy: p.ID, Text: text, Unknown: true})
			case instrument.Historic(s.Day):
				s.Citations = append(s.Citations, independence.Citation{Policy: p.ID, Text: text, Until: instrument.ValidTo, Successor: instrument.Successor})
			}
		}
	}
	return err
}
