package committee_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/access"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/governance/committee"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/project"
)

// house is an organisation with one committee of the CIO and the CISO.
type house struct {
	*testing.T
	db  *db.DB
	run *op.Runner
}

var ctx = context.Background()

func joint() committee.Committee {
	return committee.Committee{
		ID: "joint", Name: "Joint committee", NameIT: "Comitato congiunto", Purpose: "One view of security and innovation.", Quorum: 3,
		Members: []committee.Member{
			{Office: "cio", Role: committee.CoChair},
			{Office: "ciso", Role: committee.CoChair},
			{Office: "cro", Role: committee.Ordinary},
			{Office: "dpo", Role: committee.Ordinary},
			{Person: "sergio", Role: committee.Secretary},
			{Office: "internal-audit", Role: committee.Guest},
		},
		Cadence: committee.Cadence{Every: 1, Unit: "months", Weekday: "tuesday", Week: 3, From: "2026-01-01", At: "15:00", Minutes: 90, Place: "Room 4", PlaceIT: "Sala 4"},
	}
}

func open(t *testing.T, d *db.DB) house {
	t.Helper()
	policies, err := access.Load(identity.Offices)
	if err != nil {
		t.Fatal(err)
	}
	h := house{t, d, &op.Runner{DB: d, Access: policies}}
	dbtest.Change(t, d, func(tx *db.Tx) error {
		if _, err := organisation.Apply(ctx, tx, organisation.Organisation{Name: "Banca Prova", Sector: organisation.Bank}); err != nil {
			return err
		}
		people := []identity.FilePerson{}
		for _, name := range []string{"carla", "dario", "rita", "dora", "sergio", "ugo", "anna", "beppe"} {
			people = append(people, identity.FilePerson{ID: name, Name: strings.ToUpper(name[:1]) + name[1:] + ", Rossi", Email: name + "@example.org", Language: i18n.IT})
		}
		offices := []identity.FileHolding{}
		for office, person := range map[string]string{"cio": "carla", "ciso": "dario", "cro": "rita", "dpo": "dora", "internal-audit": "ugo", "administrator": "anna", "board-secretary": "sergio"} {
			offices = append(offices, identity.FileHolding{Office: office, Person: person, From: "2025-01-01"})
		}
		_, err := identity.Apply(ctx, tx, identity.File{People: people, Offices: offices})
		return err
	})
	do(h, "carla", committee.OpFound, committee.WriteIn{Committee: joint()})
	return h
}

func (h house) actor(person string) (actor db.Actor) {
	h.Helper()
	err := h.db.View(ctx, db.System("test"), func(r db.Reader) (err error) {
		actor, err = identity.Actor(ctx, r, person, r.Now())
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return actor
}

func try[In, Out any](h house, person string, command op.Command[In, Out], in In) (Out, error) {
	h.Helper()
	return op.Do(ctx, h.run, h.actor(person), command, in)
}

func do[In, Out any](h house, person string, command op.Command[In, Out], in In) Out {
	h.Helper()
	out, err := try(h, person, command, in)
	if err != nil {
		h.Fatalf("%s by %s: %v", command.Name, person, err)
	}
	return out
}

func ask[In, Out any](h house, person string, query op.Query[In, Out], in In) Out {
	h.Helper()
	out, err := op.Ask(ctx, h.run, h.actor(person), query, in)
	if err != nil {
		h.Fatalf("%s by %s: %v", query.Name, person, err)
	}
	return out
}

// refused fails unless the error is of this kind and says this word: a policy, a field or a key.
func refused(h house, err error, kind problem.Kind, word string) {
	h.Helper()
	p, ok := problem.As(err)
	if !ok || p.Kind != kind || !strings.Contains(err.Error(), word) {
		h.Errorf("got %v, want %s with %s", err, kind, word)
	}
}

// held is a sitting that is open, with these seats present.
func (h house) held(present ...string) committee.Sitting {
	h.Helper()
	s := do(h, "sergio", committee.OpPlan, committee.PlanIn{Committee: "joint"})
	s = do(h, "sergio", committee.OpAddItem, committee.AddItemIn{ID: s.ID, Title: "Backups", TitleIT: "Copie di sicurezza", Minutes: 20})
	do(h, "sergio", committee.OpCall, committee.SittingIn{ID: s.ID})
	do(h, "sergio", committee.OpBegin, committee.SittingIn{ID: s.ID})
	var seats []committee.SeatIn
	for _, office := range []string{"cio", "ciso", "cro", "dpo"} {
		seat := committee.SeatIn{Seat: "office:" + office, Presence: committee.Absent}
		if slices.Contains(present, office) {
			seat.Presence = committee.Present
		}
		seats = append(seats, seat)
	}
	return do(h, "sergio", committee.OpAttend, committee.AttendIn{ID: s.ID, Seats: seats})
}

func resolution(s committee.Sitting, votes int) committee.ResolveIn {
	return committee.ResolveIn{Sitting: s.ID, Resolution: committee.Resolution{Item: s.Items[0].ID, Text: "Copies are tested every quarter.", TextIT: "Le copie si provano ogni trimestre.", For: votes}}
}

func TestQuorumNeedsBothChairsInPerson(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		s := h.held("cio", "cro", "dpo")
		_, err := try(h, "sergio", committee.OpResolve, resolution(s, 3))
		refused(h, err, problem.Forbidden, "quorum-needs-both-chairs")
		// A delegate is there and does not preside.
		do(h, "sergio", committee.OpAttend, committee.AttendIn{ID: s.ID, Seats: []committee.SeatIn{{Seat: "office:ciso", Presence: committee.Delegate, Delegate: "beppe"}}})
		_, err = try(h, "sergio", committee.OpResolve, resolution(s, 3))
		refused(h, err, problem.Forbidden, "quorum-needs-both-chairs")
		// Both chairs alone are too few.
		do(h, "sergio", committee.OpAttend, committee.AttendIn{ID: s.ID, Seats: []committee.SeatIn{
			{Seat: "office:ciso", Presence: committee.Present}, {Seat: "office:cro", Presence: committee.Excused}, {Seat: "office:dpo", Presence: committee.Excused},
		}})
		_, err = try(h, "sergio", committee.OpResolve, resolution(s, 2))
		refused(h, err, problem.Forbidden, "quorum-needs-both-chairs")
		do(h, "sergio", committee.OpAttend, committee.AttendIn{ID: s.ID, Seats: []committee.SeatIn{{Seat: "office:cro", Presence: committee.Delegate, Delegate: "beppe"}}})
		_, err = try(h, "sergio", committee.OpResolve, resolution(s, 4))
		refused(h, err, problem.Invalid, "committee.error.more-votes")
		do(h, "sergio", committee.OpResolve, resolution(s, 3))
		// What was resolved with a quorum cannot lose it.
		_, err = try(h, "sergio", committee.OpAttend, committee.AttendIn{ID: s.ID, Seats: []committee.SeatIn{{Seat: "office:cio", Presence: committee.Absent}}})
		refused(h, err, problem.Conflict, "loses-quorum")
	})
}

// One person who holds both chairs makes neither a quorum nor an approval of two.
func TestOnePersonNeverCountsForBothChairs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		s := h.held("cio", "ciso", "cro", "dpo")
		do(h, "sergio", committee.OpResolve, resolution(s, 4))
		do(h, "sergio", committee.OpClose, committee.SittingIn{ID: s.ID})
		hash := ask(h, "rita", committee.OpSitting, committee.SittingIn{ID: s.ID}).Hash
		_, err := try(h, "rita", committee.OpApprove, committee.ApproveIn{ID: s.ID, Seat: "office:cio", Hash: hash})
		refused(h, err, problem.Forbidden, "minutes-are-approved-by-both-chairs")
		_, err = try(h, "carla", committee.OpApprove, committee.ApproveIn{ID: s.ID, Seat: "office:ciso", Hash: hash})
		refused(h, err, problem.Forbidden, "minutes-are-approved-by-both-chairs")
		_, err = try(h, "carla", committee.OpApprove, committee.ApproveIn{ID: s.ID, Seat: "office:cio", Hash: strings.Repeat("0", 64)})
		refused(h, err, problem.Conflict, "other-minutes")
		do(h, "carla", committee.OpApprove, committee.ApproveIn{ID: s.ID, Seat: "office:cio", Hash: hash})
		// Carla becomes CISO as well.
		dbtest.Change(t, d, func(tx *db.Tx) error {
			if _, err := identity.EndOffice(ctx, tx, identity.EndOfficeInput{Office: "ciso", Person: "dario"}); err != nil {
				return err
			}
			_, err := identity.AppointOffice(ctx, tx, identity.AppointInput{Office: "ciso", Person: "carla", From: "2026-11-25"})
			return err
		})
		_, err = try(h, "carla", committee.OpApprove, committee.ApproveIn{ID: s.ID, Seat: "office:ciso", Hash: hash})
		refused(h, err, problem.Forbidden, "minutes-are-approved-by-both-chairs")
		if got := ask(h, "rita", committee.OpSitting, committee.SittingIn{ID: s.ID}); got.State != committee.Closed || len(got.Approvals) != 1 {
			t.Errorf("got %s with %d approvals, want closed with one", got.State, len(got.Approvals))
		}
		both := committee.Sitting{Seats: []committee.Seat{
			{Office: "cio", Person: "carla", Role: committee.CoChair, Presence: committee.Present},
			{Office: "ciso", Person: "carla", Role: committee.CoChair, Presence: committee.Present},
			{Office: "cro", Person: "rita", Role: committee.Ordinary, Presence: committee.Present},
			{Office: "dpo", Person: "dora", Role: committee.Ordinary, Presence: committee.Present},
		}}
		if q := both.QuorumOf(joint()); q.Met || q.Present != 3 || q.Chairs != 1 {
			t.Errorf("got %+v, want three people, one chair and no quorum", q)
		}
	})
}

func (h house) approved() committee.Sitting {
	h.Helper()
	s := h.held("cio", "ciso", "cro", "dpo")
	do(h, "sergio", committee.OpResolve, resolution(s, 4))
	do(h, "sergio", committee.OpAssign, committee.AssignIn{Sitting: s.ID, Item: s.Items[0].ID, What: "Write the test plan", Owner: "beppe", Due: "2026-12-31"})
	do(h, "sergio", committee.OpClose, committee.SittingIn{ID: s.ID})
	hash := ask(h, "rita", committee.OpSitting, committee.SittingIn{ID: s.ID}).Hash
	do(h, "carla", committee.OpApprove, committee.ApproveIn{ID: s.ID, Seat: "office:cio", Hash: hash})
	s = do(h, "dario", committee.OpApprove, committee.ApproveIn{ID: s.ID, Seat: "office:ciso", Hash: hash})
	if s.State != committee.Approved {
		h.Fatalf("got %s, want approved", s.State)
	}
	return s
}

func TestChangeOfMinutesVoidsBothApprovalsAndSaysWhatChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		s := h.approved()
		s = do(h, "sergio", committee.OpNote, committee.NoteIn{ID: s.ID, Item: s.Items[0].ID, Note: "Dario asked for a second site."})
		if s.State != committee.Closed || len(s.Approvals) != 0 || len(s.Voided) != 1 {
			t.Fatalf("got %s, %d approvals, %d voided, want closed, none, one", s.State, len(s.Approvals), len(s.Voided))
		}
		want := []committee.Revision{{What: "note", Of: s.Items[0].ID, New: "Dario asked for a second site."}}
		if v := s.Voided[0]; v.By != "sergio" || len(v.Approvals) != 2 || !slices.Equal(v.Changes, want) {
			t.Errorf("got %+v, want both approvals ended by sergio with %+v", v, want)
		}
	})
}

func TestWhatBecomesOfAnActionIsNoChangeOfMinutesButItsWordsAre(t *testing.T) {
	h := open(t, dbtest.SQLite(t))
	s := h.approved()
	a := ask(h, "beppe", committee.OpActions, committee.ActionFilter{})[0]
	_, err := try(h, "carla", committee.OpFinish, committee.EndActionIn{ID: a.ID, Note: "Done by me"})
	refused(h, err, problem.Forbidden, "an-action-is-done-by-its-owner")
	_, err = try(h, "beppe", committee.OpFinish, committee.EndActionIn{ID: a.ID})
	refused(h, err, problem.Invalid, "note")
	do(h, "beppe", committee.OpFinish, committee.EndActionIn{ID: a.ID, Note: "In the wiki"})
	if got := ask(h, "rita", committee.OpSitting, committee.SittingIn{ID: s.ID}); got.State != committee.Approved || got.Actions[0].State != committee.ActionDone {
		t.Errorf("got %s and action %s, want approved and done", got.State, got.Actions[0].State)
	}
	do(h, "dario", committee.OpAssign, committee.AssignIn{Sitting: s.ID, ID: a.ID, Item: a.Item, What: a.What, Owner: a.Owner, Due: "2027-01-31"})
	got := ask(h, "rita", committee.OpSitting, committee.SittingIn{ID: s.ID})
	if got.State != committee.Closed || len(got.Voided) != 1 || got.Voided[0].Changes[0].What != "action" {
		t.Errorf("got %s, %+v, want closed and a changed action", got.State, got.Voided)
	}
}

func TestOnlyChairsAndSecretaryLeadMembersReadAndTheAdministratorDoesNothing(t *testing.T) {
	h := open(t, dbtest.SQLite(t))
	for _, person := range []string{"rita", "ugo", "beppe"} {
		_, err := try(h, person, committee.OpPlan, committee.PlanIn{Committee: "joint"})
		refused(h, err, problem.Forbidden, "chairs-and-secretary-lead-their-committee")
	}
	s := do(h, "dario", committee.OpPlan, committee.PlanIn{Committee: "joint"})
	for _, person := range []string{"rita", "ugo", "carla", "sergio"} {
		ask(h, person, committee.OpSitting, committee.SittingIn{ID: s.ID})
	}
	_, err := op.Ask(ctx, h.run, h.actor("beppe"), committee.OpSitting, committee.SittingIn{ID: s.ID})
	refused(h, err, problem.Forbidden, "members-and-those-they-report-to-read-minutes")
	_, err = op.Ask(ctx, h.run, h.actor("anna"), committee.OpSitting, committee.SittingIn{ID: s.ID})
	refused(h, err, problem.Forbidden, "the-administrator-has-no-seat")
	_, err = try(h, "anna", committee.OpPlan, committee.PlanIn{Committee: "joint"})
	refused(h, err, problem.Forbidden, "the-administrator-has-no-seat")
	_, err = try(h, "rita", committee.OpFound, committee.WriteIn{Committee: joint()})
	refused(h, err, problem.Forbidden, "committees-are-founded-by")
}

func openMatters(tx *db.Tx) error {
	now := tx.Now()
	decided := func(id string, deadline time.Duration, change func(*decision.Decision)) decision.Decision {
		d := decision.Decision{ID: id, Title: "Decision " + id, Kind: decision.Policy, ProposedBy: "carla", ProposedAt: now.Add(-240 * time.Hour), Deadline: now.Add(deadline), Materiality: "low", Content: "As proposed."}
		if change != nil {
			change(&d)
		}
		return d
	}
	_, err := decision.Apply(ctx, tx, decision.File{Decisions: []decision.Decision{
		decided("D-1", 48*time.Hour, nil),
		decided("D-2", -4*time.Hour, nil), // silence past the deadline
		decided("D-3", 48*time.Hour, func(d *decision.Decision) { d.WithdrawnAt = &now }),
	}})
	if err != nil {
		return err
	}
	_, err = project.Apply(ctx, tx, project.File{Projects: []project.Project{
		{ID: "P-1", Title: "Late", Digital: true, InScope: true, Stage: project.Design, DesignGateDue: "2026-10-01", Validation: project.NoValidation},
		{ID: "P-2", Title: "In time", Digital: true, InScope: true, Stage: project.Design, DesignGateDue: "2027-10-01", Validation: project.NoValidation},
	}})
	return err
}

func standing(s committee.Sitting) (ids []string) {
	for _, i := range s.Standing() {
		ids = append(ids, i.ID)
	}
	return ids
}

func TestAgendaHoldsExactlyWhatIsOpenUntilItIsCalled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		c := joint()
		c.Version = 1
		c.AgendaFrom = []committee.Source{committee.Decisions, committee.Gates, committee.Actions}
		do(h, "carla", committee.OpChange, committee.WriteIn{Committee: c})
		first := h.approved()
		dbtest.Change(t, d, openMatters)
		action := ask(h, "beppe", committee.OpActions, committee.ActionFilter{})[0]
		s := do(h, "carla", committee.OpPlan, committee.PlanIn{Committee: "joint"})
		now := func() committee.Sitting {
			return ask(h, "rita", committee.OpSitting, committee.SittingIn{ID: s.ID}).Sitting
		}
		want := []string{"decisions.D-2", "decisions.D-1", "gates.P-1", "actions." + action.ID}
		if got := standing(now()); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		// People arrange it; what is settled leaves, what is new comes last.
		_, err := try(h, "carla", committee.OpDropItem, committee.DropItemIn{ID: s.ID, Item: "decisions.D-1"})
		refused(h, err, problem.Invalid, "why")
		do(h, "carla", committee.OpDropItem, committee.DropItemIn{ID: s.ID, Item: "decisions.D-1", Why: "No time"})
		do(h, "carla", committee.OpArrange, committee.ArrangeIn{ID: s.ID, Places: []committee.Place{{Item: "gates.P-1", Order: 1, Minutes: 25}, {Item: "decisions.D-2", Order: 2, Minutes: 15}}})
		do(h, "beppe", committee.OpFinish, committee.EndActionIn{ID: action.ID, Note: "Done"})
		if got, want := standing(now()), []string{"gates.P-1", "decisions.D-2"}; !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		if got := now().AgendaMinutes(); got != 40 {
			t.Errorf("got %d minutes, want 40", got)
		}
		called := do(h, "carla", committee.OpCall, committee.SittingIn{ID: s.ID})
		_, err = try(h, "carla", committee.OpAddItem, committee.AddItemIn{ID: s.ID, Title: "Too late", Minutes: 5})
		refused(h, err, problem.Conflict, "committee.error.state")
		// Once called it is fixed, whatever happens.
		dbtest.Change(t, d, func(tx *db.Tx) error {
			_, err := project.Apply(ctx, tx, project.File{})
			return err
		})
		if got := now(); !slices.Equal(got.Items, called.Items) || len(standing(got)) != 2 {
			t.Errorf("got %v, want the agenda as it was called", standing(got))
		}
		if got := ask(h, "rita", committee.OpSitting, committee.SittingIn{ID: first.ID}); len(got.Items) != 1 {
			t.Errorf("got %d items on the earlier sitting, want its one", len(got.Items))
		}
	})
}

func TestDatesFollowTheCadenceAndSkipDaysOnWhichNobodyWorks(t *testing.T) {
	after := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name    string
		cadence committee.Cadence
		want    []string
	}{
		{"third Tuesday", joint().Cadence, []string{"2026-12-15", "2027-01-19", "2027-02-16"}},
		{"first Tuesday: 8 December is a holiday", committee.Cadence{Every: 1, Unit: "months", Weekday: "tuesday", Week: 2, From: "2026-12-01", At: "09:30"}, []string{"2026-12-09", "2027-01-12", "2027-02-09"}},
		{"last Friday, every second month", committee.Cadence{Every: 2, Unit: "months", Weekday: "friday", Week: -1, From: "2026-12-01", At: "09:30"}, []string{"2026-12-28", "2027-02-26", "2027-04-30"}},
		{"every two weeks from the first Monday", committee.Cadence{Every: 2, Unit: "weeks", Weekday: "monday", From: "2026-11-18", At: "09:30"}, []string{"2026-12-07", "2026-12-21", "2027-01-04"}},
		{"as the chairs call it", committee.Cadence{At: "09:30"}, nil},
	} {
		var got []string
		for _, at := range c.cadence.Next(after, 3, organisation.Calendar{}) {
			got = append(got, at.In(i18n.Rome).Format(time.DateOnly))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestExportedFileAppliesWithoutChangeAndRefusesForgedApprovals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.approved()
		do(h, "carla", committee.OpPlan, committee.PlanIn{Committee: "joint"})
		var f committee.File
		dbtest.Change(t, d, func(tx *db.Tx) (err error) {
			if f, err = committee.Export(ctx, tx); err != nil {
				return err
			}
			changes, err := committee.Apply(ctx, tx, f)
			if len(changes) != 0 {
				t.Errorf("got %v, want no change", changes)
			}
			return err
		})
		f.Sittings[0].Resolutions[0].Text = "Copies are never tested."
		err := d.Change(ctx, db.System("test"), func(tx *db.Tx) error {
			_, err := committee.Apply(ctx, tx, f)
			return err
		})
		refused(h, err, problem.Invalid, "committee.error.other-minutes")
		f.Sittings, f.Actions = nil, nil
		f.Committees[0].Members[1] = committee.Member{Person: "nobody", Role: committee.Ordinary}
		err = d.Change(ctx, db.System("test"), func(tx *db.Tx) error {
			_, err := committee.Apply(ctx, tx, f)
			return err
		})
		refused(h, err, problem.Invalid, "committee.error.two-chairs")
	})
}
