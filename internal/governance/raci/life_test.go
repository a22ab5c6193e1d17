package raci_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/governance/raci"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/problem"
)

const sheet = "Activity;CIO;ciso;Consiglio del reparto\nPatch the servers;R/A;C;\nCheck patches;;RA;i\n"

func TestTableBecomesAMatrixOnceAndTheSecondTimeChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d)
		in := raci.ImportIn{ID: "m", Title: "Patches", Process: "vulnerability", Table: sheet}
		out := must[raci.ImportOut](t)(do(t, d, raci.Import, in))
		if len(out.Rows) != 2 || !slices.Equal(out.NewRoles, []string{"cio", "ciso", "consiglio-del-reparto"}) {
			t.Errorf("got %+v, want two rows and three roles", out)
		}
		if m := out.Matrix; m.Roles[0].Kind != raci.Office || m.Roles[2].Kind != raci.Free || m.Activities[0].Cells["cio"] != "RA" || m.Activities[1].Cells["consiglio-del-reparto"] != "I" {
			t.Errorf("got %+v", m)
		}
		in.Version = 1
		if again := must[raci.ImportOut](t)(do(t, d, raci.Import, in)); len(again.Rows) != 0 || again.Same != 2 {
			t.Errorf("again: got %+v, want nothing changed", again.Rows)
		}
		in.Version = 2
		in.Table = "activity,cio\nPatch the servers,A\n"
		part := must[raci.ImportOut](t)(do(t, d, raci.Import, in))
		if len(part.Matrix.Activities) != 2 || part.Matrix.Activities[0].Cells["ciso"] != "C" {
			t.Errorf("a part: got %+v, want the rest as it was", part.Matrix.Activities)
		}
	})
}

func TestFaultsOfATableNameRowAndColumnAndNothingIsWritten(t *testing.T) {
	d := dbtest.SQLite(t)
	fill(t, d)
	for table, want := range map[string]string{
		"Activity,CIO\nx,Q\n":         "column=CIO row=2 value=Q",
		"Activity,CIO\n\nx,R\nx,A\n":  "raci.error.table-twice row=4",
		"CIO,CISO\nR,A\n":             "raci.error.table-title",
		"Activity,\nx,R\n":            "raci.error.table-column column=2",
		"Activity,CIO\nx,R,A\n":       "raci.error.table-wide max=2 n=3 row=2",
		"Activity,CIO\n":              "raci.error.table-empty",
		"":                            "raci.error.table-empty",
		"Activity,CIO,cio\nx,R,A\n":   "problem.twice",
		"Activity,CIO\n,R\n":          "raci.error.table-nameless row=2",
		"Activity,about\nx,nowhere\n": "problem.dangling",
	} {
		_, err := do(t, d, raci.Import, raci.ImportIn{ID: "m", Title: "M", Process: "change", Table: table})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", table, err, want)
		}
	}
	dbtest.View(t, d, func(r db.Reader) error {
		if _, err := raci.Get(context.Background(), r, raci.GetIn{ID: "m"}); !problem.Is(err, problem.NotFound) {
			t.Errorf("got %v, want no matrix", err)
		}
		return nil
	})
}

// FuzzTable reads anything without falling over; what it accepts it reads again as the same.
func FuzzTable(f *testing.F) {
	f.Add(sheet)
	f.Add("id\ttitle\tCIO\na\tA\tK")
	f.Add("\ufeff\"Activity\",\"C\nIO\"\nx,\"R\n")
	f.Fuzz(func(t *testing.T, table string) {
		d := dbtest.SQLite(t)
		in := raci.ImportIn{ID: "m", Title: "M", Process: "change", Table: table}
		out, err := do(t, d, raci.Import, in)
		if err != nil {
			if _, known := problem.As(err); !known {
				t.Fatalf("got %v, want a problem", err)
			}
			return
		}
		in.Version = out.Matrix.Version
		if again, err := do(t, d, raci.Import, in); err != nil || len(again.Rows) != 0 {
			t.Fatalf("again: got %+v, %v", again.Rows, err)
		}
	})
}

// decided are six exceptions: proposed by IT staff but for two by a person without office; one ended by the CRO.
func decided(t *testing.T, d *db.DB) {
	t.Helper()
	at := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	var f decision.File
	for n := range 6 {
		by := "ivo"
		if n > 3 {
			by = "eva"
		}
		one := decision.Decision{
			ID: fmt.Sprint("d", n), Title: "Exception", Kind: decision.Exception, ProposedBy: by, ProposedAt: at, Deadline: at.AddDate(0, 0, 5), Materiality: "medium", Content: "So be it.",
		}
		f.Decisions = append(f.Decisions, one)
	}
	dbtest.Change(t, d, func(tx *db.Tx) error {
		_, err := decision.Apply(context.Background(), tx, f)
		return err
	})
}

func TestRealityComparesWhoActedByOfficeAndFewActsAreUnknown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d)
		decided(t, d)
		must[raci.Matrix](t)(do(t, d, raci.New, raci.NewIn{ID: "m", Title: "Risk", Process: "risk", Activities: []string{"policy-exception", "risk-acceptance"}}))
		look := func() raci.Compared {
			var real raci.Reality
			dbtest.View(t, d, func(r db.Reader) (err error) {
				real, err = raci.Compare(context.Background(), r, struct{}{})
				return err
			})
			if len(real.Rows) != 1 || len(real.Silent) != 2 {
				t.Fatalf("got %+v, want the one activity with acts, and two silent sources", real)
			}
			return real.Rows[0]
		}
		row := look()
		if row.Activity != "policy-exception" || len(row.Acts) != 6 || row.Differ != 2 || row.Unknown || !row.Above {
			t.Errorf("got %+v, want 2 of 6 differing, above a fifth", row)
		}
		for _, a := range row.Acts {
			if want := a.Person == "ivo"; a.Foreseen != want {
				t.Errorf("%s by %v: got %v, want %v", a.Item, a.Roles, a.Foreseen, want)
			}
		}
		many := 7
		must[raci.Settings](t)(do(t, d, raci.SetSettings, raci.Settings{MinActs: &many}))
		if row := look(); !row.Unknown || row.Above {
			t.Errorf("got %+v, want unknown below 7 acts", row)
		}
	})
}

func TestGreyZonesAreWhatNoRowSays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d)
		one, two := int64(1), int64(2)
		dbtest.Change(t, d, func(tx *db.Tx) error {
			_, err := landscape.Apply(context.Background(), tx, landscape.File{Elements: []landscape.Element{
				{ID: "pay", Kind: landscape.KindService, Name: "Payments", Criticality: &one},
				{ID: "cards", Kind: landscape.KindService, Name: "Cards", Criticality: &one},
				{ID: "mail", Kind: landscape.KindService, Name: "Mail", Criticality: &two},
				{ID: "odd", Kind: landscape.KindService, Name: "Odd"},
				{ID: "close", Kind: landscape.KindProcess, Name: "Close"},
				{ID: "open", Kind: landscape.KindProcess, Name: "Open"},
			}})
			return err
		})
		must[raci.Matrix](t)(do(t, d, raci.New, raci.NewIn{ID: "m", Title: "M", Process: "change", Activities: []string{"patching"}}))
		must[raci.Matrix](t)(do(t, d, raci.OpSetRow.Func, raci.RowIn{ID: "m", Version: 1, Activity: raci.Activity{ID: "x", Title: "X", About: []string{"pay", "open"}}}))
		var z raci.Zones
		dbtest.View(t, d, func(r db.Reader) (err error) {
			z, err = raci.Grey(context.Background(), r, struct{}{})
			return err
		})
		got := fmt.Sprint(len(z.WithoutA), " ", z.WithoutA[0].Activity, " ", ids(z.Services), ids(z.Processes), ids(z.Unrated), z.Critical, z.Shipped-len(z.Library))
		if want := "1 x [cards] [close] [odd] 2 1"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func ids(list []raci.Uncovered) (all []string) {
	for _, e := range list {
		all = append(all, e.ID)
	}
	return all
}

func TestFileAppliedTwiceIsTheSameAndNamesItsFaults(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d)
		must[raci.Matrix](t)(do(t, d, raci.New, raci.NewIn{ID: "m", Title: "M", Process: "change", Activities: []string{"patching", "patch-check"}}))
		var f raci.File
		dbtest.View(t, d, func(r db.Reader) (err error) {
			f, err = raci.Export(context.Background(), r)
			return err
		})
		if plan := must[[]change.Change](t)(do(t, d, raci.Apply, f)); len(plan) != 0 {
			t.Errorf("again: got %v, want nothing", plan)
		}
		f.Matrices[0].Activities[0].Cells["it-staff"] = "Z"
		f.Matrices[0].Activities[1].Checks = []string{"gone"}
		_, err := do(t, d, raci.Apply, f)
		for _, want := range []string{"matrices[m].activities[patching].cells", "matrices[m].activities[patch-check].checks"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %s named", err, want)
			}
		}
		if plan := must[[]change.Change](t)(do(t, d, raci.Apply, raci.File{})); len(plan) != 1 || plan[0].Kind != change.Remove {
			t.Errorf("an empty file: got %v, want the matrix removed", plan)
		}
	})
}
