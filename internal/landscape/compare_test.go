package landscape_test

import (
	"slices"
	"testing"
	"time"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/problem"
)

func TestTwoDaysAreCompared(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		first := instantOf(t, d)
		later := bank()
		later.Elements[3].RTO = n(60)                                                                   // core banking is fast now
		later.Elements = append(later.Elements[:4], later.Elements[5:]...)                              // the warehouse is gone
		later.Connections = append(later.Connections[:2:2], later.Connections[4])                       // and what was tied to it
		later.Elements = append(later.Elements, landscape.Element{ID: "x", Kind: "unknown", Name: "x"}) // somebody named something
		later.Agreements[0].Until = "2028-09-30"
		d.Now = func() time.Time { return first.AddDate(0, 0, 2) }
		apply(t, d, later)
		ask := func(in landscape.CompareIn) landscape.Comparison {
			return view(t, d, func(r db.Reader) (landscape.Comparison, error) { return landscape.Compare(ctx, r, in) })
		}
		out := ask(landscape.CompareIn{From: first.Format(time.DateOnly)})
		got := []string{}
		for _, one := range out.Differences {
			got = append(got, string(one.Change.Kind)+" "+string(one.Ref))
		}
		want := []string{
			"change element:core-banking", "create element:x", "remove element:warehouse",
			"remove connection:c3", "remove connection:c4", "change agreement:cartanet-2024",
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		fields := out.Differences[0].Fields
		if len(fields) != 1 || fields[0] != (change.Field{Name: "rto_min", Old: "1560", New: "60"}) {
			t.Errorf("got %v, want the recovery time before and after", fields)
		}
		if !foundRule(out.Solved, landscape.RuleRecovery) || !foundRule(out.Solved, landscape.RuleExpired) || !foundRule(out.New, landscape.RuleUnknown) || len(out.New) != 1 {
			t.Errorf("got new %v and solved %v, want recovery and agreement solved and one thing unknown", out.New, out.Solved)
		}
		for _, m := range out.Measures {
			if m.Name == "connections" && (m.Before != 5 || m.After != 3) {
				t.Errorf("got %+v, want 5 then 3", m)
			}
		}
		if same := ask(landscape.CompareIn{From: first.AddDate(0, 0, 1).Format(time.DateOnly), To: first.AddDate(0, 0, 1).Format(time.DateOnly)}); len(same.Differences)+len(same.New)+len(same.Solved) != 0 {
			t.Errorf("got %+v, want a day to be like itself", same)
		}
	})
}

func foundRule(all []landscape.Incoherence, rule landscape.Rule) bool {
	return slices.ContainsFunc(all, func(f landscape.Incoherence) bool { return f.Rule == rule })
}

func TestDaysOfAComparisonAreDaysInOrder(t *testing.T) {
	d := dbtest.SQLite(t)
	for _, in := range []landscape.CompareIn{{}, {From: "30/09/2026"}, {From: "2026-09-30", To: "soon"}, {From: "2026-09-30", To: "2026-09-29"}} {
		err := d.View(ctx, db.System("test"), func(r db.Reader) error { _, err := landscape.Compare(ctx, r, in); return err })
		if !problem.Is(err, problem.Invalid) {
			t.Errorf("%+v: got %v, want it refused", in, err)
		}
	}
}

func TestAnAgreementCountsFromItsFirstDay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		withBank(t, d)
		for day, want := range map[string]int{"2023-12-31": 0, "2024-01-01": 1} {
			out := view(t, d, func(r db.Reader) (landscape.Comparison, error) {
				return landscape.Compare(ctx, r, landscape.CompareIn{From: day})
			})
			for _, m := range out.Measures {
				if m.Name == "agreements" && m.Before != want {
					t.Errorf("%s: got %d agreements, want %d", day, m.Before, want)
				}
			}
		}
	})
}
