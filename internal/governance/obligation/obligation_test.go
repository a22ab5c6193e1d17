package obligation_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/governance/obligation"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
)

var ctx = context.Background()

// bank is an organisation of a profile with a secretary, a CISO since March and one obligation of a contract.
func bank(t *testing.T, d *db.DB, profiles ...string) {
	t.Helper()
	dbtest.Change(t, d, func(tx *db.Tx) error {
		if _, err := organisation.Apply(ctx, tx, organisation.Organisation{Name: "Bank", Sector: "bank", Profiles: profiles}); err != nil {
			return err
		}
		for id, office := range map[string]string{"bea": identity.OfficeBoardSecretary, "dario": identity.OfficeCISO} {
			if _, err := identity.AddPerson(ctx, tx, identity.AddPersonInput{ID: id, Name: id}); err != nil {
				return err
			}
			if _, err := identity.AppointOffice(ctx, tx, identity.AppointInput{Office: office, Person: id, From: "2026-03-01"}); err != nil {
				return err
			}
		}
		_, err := obligation.Apply(ctx, tx, obligation.File{Own: []obligation.Obligation{{
			ID: "hub-report", Source: "contract", Title: "Report to the hub", Who: []string{"ciso"}, Frequency: obligation.Frequency{Kind: "every", Months: 6}, Basis: "Contract 7, clause 4",
		}}})
		return err
	})
}

func change(d *db.DB, fn func(*db.Tx) error) error {
	return d.Change(ctx, db.Actor{Ref: "person:bea", Name: "Bea"}, fn)
}

func record(d *db.DB, in obligation.ActIn) error {
	return change(d, func(tx *db.Tx) error { _, err := obligation.Record(ctx, tx, in); return err })
}

func view[T any](t *testing.T, d *db.DB, fn func(db.Reader) (T, error)) (out T) {
	t.Helper()
	if err := d.View(ctx, db.System("test"), func(r db.Reader) (err error) { out, err = fn(r); return err }); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestOnlyObligationsOfTheProfileBindAndABankIsAFinancialEntity(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, c := range []struct {
			profiles []string
			want     int // of law; the own one is more
		}{{[]string{"dora_fe"}, 16}, {[]string{"bank_it"}, 16}, {[]string{"nis2_it"}, 10}, {[]string{"nis2_digital"}, 2}, {[]string{"generic"}, 0}, {[]string{"dora_fe", "nis2_it"}, 26}} {
			dbtest.Change(t, d, func(tx *db.Tx) error {
				_, err := organisation.Apply(ctx, tx, organisation.Organisation{Name: "Bank", Sector: "bank", Profiles: c.profiles})
				return err
			})
			rows := view(t, d, func(r db.Reader) ([]obligation.Standing, error) { return obligation.List(ctx, r, obligation.Filter{}) })
			if len(rows) != c.want {
				t.Errorf("%v: got %v obligations, want %v", c.profiles, len(rows), c.want)
			}
		}
	})
}

func TestEveryShippedObligationCitesAProvisionThatIsKnownInBothLanguages(t *testing.T) {
	all := obligation.Shipped()
	if len(all) != 28 {
		t.Errorf("got %v obligations, want the 28 of the calendar", len(all))
	}
	var approvals []string
	for _, o := range all {
		if len(o.Refs) == 0 || o.Title == "" || o.TitleIT == "" || (o.Note == "") != (o.NoteIT == "") || (o.WhoElse == "") != (o.WhoElseIT == "") || o.Certainty == "" {
			t.Errorf("%s: got %+v, want provisions, certainty and both languages", o.ID, o)
		}
		for _, cite := range o.Refs {
			if _, err := cite.Find(); err != nil {
				t.Errorf("%s: %v", o.ID, err)
			}
			if since, _ := cite.Since(); since == "" {
				t.Errorf("%s: %s has no day since which it applies", o.ID, cite)
			}
		}
		for _, office := range o.Who {
			if !slices.Contains(identity.Offices, office) {
				t.Errorf("%s: got office %q, which is none", o.ID, office)
			}
		}
		approvals = append(approvals, o.Approves...)
	}
	want := []string{"GV.RR-02.1", "GV.PO-01.3", "ID.RA-05.3", "ID.RA-06.3", "ID.RA-08.4", "ID.IM-01.1", "ID.IM-04.4", "PR.AT-01.2", "RS.MA-01.2"}
	if !slices.Equal(approvals, want) {
		t.Errorf("got approvals of %v, want the nine of the agency %v", approvals, want)
	}
}

func TestAnActCountsOnlyByAnOfficeThatHasToAct(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		bank(t, d, "dora_fe")
		for _, c := range []struct {
			name, field string
			in          obligation.ActIn
		}{
			{"another office", "office", obligation.ActIn{Obligation: "CAL-03", Office: "ciso", Person: "dario", Document: "Policy"}},
			{"a day that is to come", "day", obligation.ActIn{Obligation: "CAL-03", Office: "board", Day: "2026-11-26", Document: "Policy"}},
			{"a person not yet in office", "person", obligation.ActIn{Obligation: "CAL-12", Office: "ciso", Person: "dario", Day: "2026-02-28", Document: "Scan"}},
			{"an office without a person", "person", obligation.ActIn{Obligation: "CAL-12", Office: "ciso", Document: "Scan"}},
			{"no document", "document", obligation.ActIn{Obligation: "CAL-03", Office: "board"}},
			{"a hash that is none", "hash", obligation.ActIn{Obligation: "CAL-03", Office: "board", Document: "Policy", Hash: "abc"}},
			{"evidence that is no name", "evidence", obligation.ActIn{Obligation: "CAL-03", Office: "board", Document: "Policy", Evidence: "minutes 4"}},
		} {
			err := record(d, c.in)
			if p, ok := problem.As(err); !ok || p.Field != c.field {
				t.Errorf("%s: got %v, want a problem of %s", c.name, err, c.field)
			}
		}
		if err := record(d, obligation.ActIn{Obligation: "CAL-03", Office: "board", Day: "2026-11-25", Document: "Policy", Evidence: "decision:D-1", Hash: strings.Repeat("0a", 32)}); err != nil {
			t.Errorf("got %v, want the act of the body", err)
		}
		if err := record(d, obligation.ActIn{Obligation: "CAL-12", Office: "ciso", Person: "dario", Day: "2026-11-24", Document: "Scan"}); err != nil {
			t.Errorf("got %v, want the act of the officer", err)
		}
		if err := record(d, obligation.ActIn{Obligation: "nowhere", Office: "board", Document: "Policy"}); !problem.Is(err, problem.NotFound) {
			t.Errorf("got %v, want not found", err)
		}
	})
}

func TestOverdueAndNeverDoneRaiseFindingsAndApprovalsNameTheRequirement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		bank(t, d, "nis2_it")
		for _, in := range []obligation.ActIn{
			{Obligation: "CAL-17", Office: "board", Day: "2024-10-31", Document: "Organisation"},
			{Obligation: "CAL-18", Office: "board", Day: "2026-06-30", Document: "Policies"},
			{Obligation: "hub-report", Office: "ciso", Person: "dario", Day: "2026-03-31", Document: "First report"},
		} {
			if err := record(d, in); err != nil {
				t.Fatal(err)
			}
		}
		found := view(t, d, func(r db.Reader) ([]obligation.Finding, error) { return obligation.Findings(ctx, r) })
		by := map[string]obligation.Finding{}
		for _, f := range found {
			by[f.Obligation] = f
		}
		if f := by["CAL-17"]; f.State != obligation.Overdue || f.Since != "2026-10-31" || f.Severity != "high" || len(f.Provisions) != 2 {
			t.Errorf("got %+v, want the organisation overdue since 2026-10-31", f)
		}
		if f := by["CAL-19"]; f.State != obligation.Never || f.Since != "" {
			t.Errorf("got %+v, want the risk assessment never approved, nobody knows since when", f)
		}
		if f := by["hub-report"]; f.State != obligation.Overdue || f.Since != "2026-09-30" || f.Severity != "medium" {
			t.Errorf("got %+v, want the report overdue since 2026-09-30", f)
		}
		if _, ok := by["CAL-18"]; ok {
			t.Error("got a finding about what was done in June")
		}
		days := view(t, d, func(r db.Reader) (map[string]string, error) { return obligation.Approvals(ctx, r) })
		if days["GV.RR-02.1"] != "2024-10-31" || days["CAL-18"] != "2026-06-30" || days["GV.PO-01.3"] != "2026-06-30" {
			t.Errorf("got %v, want the last days by obligation and by requirement", days)
		}
		if day, ok := days["ID.RA-05.3"]; !ok || day != "" {
			t.Errorf("got %q %v, want an approval that was never given", day, ok)
		}
	})
}

func TestAnIntervalIsNeverLongerThanTheLawAndAWaiverNeedsItsReason(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		bank(t, d, "dora_fe")
		interval := func(id string, months int) error {
			return change(d, func(tx *db.Tx) error {
				_, err := obligation.SetInterval(ctx, tx, obligation.IntervalIn{Obligation: id, Months: months})
				return err
			})
		}
		for id, months := range map[string]int{"CAL-01": 13, "CAL-12": 1, "CAL-02": 121} {
			if err := interval(id, months); !problem.Is(err, problem.Invalid) {
				t.Errorf("%s every %d months: got %v, want it refused", id, months, err)
			}
		}
		for id, months := range map[string]int{"CAL-01": 6, "CAL-02": 24} {
			if err := interval(id, months); err != nil {
				t.Errorf("%s every %d months: got %v", id, months, err)
			}
		}
		waive := func(in obligation.WaiveIn) error {
			return change(d, func(tx *db.Tx) error { _, err := obligation.Waive(ctx, tx, in); return err })
		}
		if err := waive(obligation.WaiveIn{Obligation: "CAL-09"}); !problem.Is(err, problem.Invalid) {
			t.Errorf("got %v, want a waiver without a reason refused", err)
		}
		if err := waive(obligation.WaiveIn{Obligation: "CAL-09", Reason: "Not identified by the authority"}); err != nil {
			t.Fatal(err)
		}
		get := func(id string) obligation.Detail {
			return view(t, d, func(r db.Reader) (obligation.Detail, error) { return obligation.Get(ctx, r, obligation.GetIn{ID: id}) })
		}
		if got := get("CAL-09"); got.State != obligation.NotApplicable || got.Setting.Waived.By != "bea" || got.Setting.Waived.On != "2026-11-25" {
			t.Errorf("got %v %+v, want it not applicable, said by bea that day", got.State, got.Setting.Waived)
		}
		if err := waive(obligation.WaiveIn{Obligation: "CAL-09", Applies: true}); err != nil {
			t.Fatal(err)
		}
		if got := get("CAL-09"); got.State != obligation.Never {
			t.Errorf("got %v, want it never done again", got.State)
		}
	})
}

func TestObligationsOfLawAreNotChangedAndOwnOnesWithActsStay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		bank(t, d, "dora_fe")
		err := change(d, func(tx *db.Tx) error {
			_, err := obligation.Remove(ctx, tx, obligation.GetIn{ID: "CAL-01"})
			return err
		})
		if !problem.Is(err, problem.Conflict) {
			t.Errorf("got %v, want a conflict: it is of law", err)
		}
		own := obligation.OwnIn{Source: "policy", Title: "Walk the data centre", Who: []string{"cio"}, Frequency: obligation.Frequency{Kind: "every", Months: 3}}
		var added obligation.Obligation
		if err := change(d, func(tx *db.Tx) (err error) { added, err = obligation.Add(ctx, tx, own); return err }); err != nil {
			t.Fatal(err)
		}
		own.ID, own.Title = added.ID, "Walk both data centres"
		if err := change(d, func(tx *db.Tx) error { _, err := obligation.Change(ctx, tx, own); return err }); err != nil {
			t.Fatal(err)
		}
		remove := func(id string) error {
			return change(d, func(tx *db.Tx) error { _, err := obligation.Remove(ctx, tx, obligation.GetIn{ID: id}); return err })
		}
		if err := remove(added.ID); err != nil {
			t.Errorf("got %v, want it removed", err)
		}
		if err := record(d, obligation.ActIn{Obligation: "hub-report", Office: "ciso", Person: "dario", Document: "Report"}); err != nil {
			t.Fatal(err)
		}
		if err := remove("hub-report"); !problem.Is(err, problem.Conflict) {
			t.Errorf("got %v, want a conflict: it has acts", err)
		}
	})
}

func TestTheFileComesBackAsItWasAndNamesEveryError(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		bank(t, d, "dora_fe")
		f := view(t, d, func(r db.Reader) (obligation.File, error) { return obligation.Export(ctx, r) })
		f.Settings = []obligation.Setting{{Obligation: "CAL-02", Months: 18}}
		f.Triggers = []obligation.Trigger{{ID: "t1", Obligation: "CAL-01", Day: "2026-09-01", Due: "2026-10-01", What: "Major incident"}}
		f.Acts = []obligation.Act{{ID: "a1", Obligation: "CAL-01", Day: "2026-01-10", Office: "board", Document: "Review"}}
		apply := func(f obligation.File) (n int, err error) {
			err = d.Change(ctx, db.System("test"), func(tx *db.Tx) error {
				changes, err := obligation.Apply(ctx, tx, f)
				n = len(changes)
				return err
			})
			return n, err
		}
		if n, err := apply(f); n != 3 || err != nil {
			t.Errorf("got %v changes, %v, want 3", n, err)
		}
		again := view(t, d, func(r db.Reader) (obligation.File, error) { return obligation.Export(ctx, r) })
		if n, err := apply(again); n != 0 || err != nil {
			t.Errorf("got %v changes, %v, want none the second time", n, err)
		}
		again.Acts[0].Obligation, again.Acts[0].Day = "CAL-99", "2026-02-30"
		again.Settings[0].Obligation = "CAL-12"
		_, err := apply(again)
		p, _ := problem.As(err)
		if p == nil || len(p.Causes) != 3 {
			t.Fatalf("got %v, want three problems", err)
		}
		if text := i18n.Problem(i18n.EN, p.Causes[1]); p.Causes[1].Field != "acts[a1].day" || text == "" {
			t.Errorf("got %v, want the day of the act", p.Causes[1])
		}
		if n, err := apply(obligation.File{}); n != 4 || err != nil {
			t.Errorf("got %v changes, %v, want everything gone", n, err)
		}
	})
}
