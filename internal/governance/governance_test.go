package governance_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accordo.dev/internal/access"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/governance"
	"accordo.dev/internal/governance/independence"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
)

var ctx = context.Background()

// bank is an organisation in which dario, CISO, reports to carla, CIO.
func bank(t *testing.T, d *db.DB) *op.Runner {
	t.Helper()
	policies, err := access.Load(identity.Offices)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Change(t, d, func(tx *db.Tx) error {
		if _, err := organisation.Apply(ctx, tx, organisation.Organisation{Name: "Banca", Sector: organisation.Bank, Profiles: []string{"bank_it"}}); err != nil {
			return err
		}
		_, err := identity.Apply(ctx, tx, identity.File{
			Units:  []identity.Unit{{Name: "IT", Line: "first", Function: "it"}, {Name: "Risk", Line: "second", Function: "risk"}},
			People: []identity.FilePerson{{ID: "carla", Name: "Carla Conti", Unit: "IT", ReportsTo: "board"}, {ID: "dario", Name: "Dario Dini", ReportsTo: "carla"}, {ID: "anna", Name: "Anna Amato", ReportsTo: "board"}},
			Offices: []identity.FileHolding{
				{Office: "board", Person: "anna", From: "2025-01-01"}, {Office: "cio", Person: "carla", From: "2025-01-01"}, {Office: "ciso", Person: "dario", From: "2025-01-01"},
			},
		})
		return err
	})
	return &op.Runner{DB: d, Access: policies}
}

func as(person string, offices ...string) db.Actor {
	return db.Actor{Ref: identity.PersonRef(person), Offices: offices}
}

func rules(found []governance.Finding, unknown bool) []string {
	var ids []string
	for _, f := range found {
		if f.Unknown == unknown {
			ids = append(ids, f.Rule)
		}
	}
	return slices.Compact(ids)
}

func TestIndependenceReadsTheOrganisation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		run := bank(t, d)
		found, err := op.Ask(ctx, run, as("carla"), governance.OpIndependence, governance.IndependenceInput{})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := rules(found, false), []string{"IND-01", "IND-06", "IND-14"}; !slices.Equal(got, want) {
			t.Errorf("findings: got %v, want %v", got, want)
		}
		if got := rules(found, true); !slices.Contains(got, "IND-24") || !slices.Contains(got, "IND-17") || !slices.Contains(got, "IND-27") {
			t.Errorf("cannot tell: got %v", got)
		}
	})
}

func TestADeclaredFactAnswersARuleAndSaysWhoSaidSo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		run := bank(t, d)
		said := func() []governance.Finding {
			found, err := op.Ask(ctx, run, as("carla"), governance.OpIndependence, governance.IndependenceInput{})
			if err != nil {
				t.Fatal(err)
			}
			return slices.DeleteFunc(found, func(f governance.Finding) bool { return f.Rule != "IND-27" && f.Rule != "IND-17" })
		}
		day := identity.Day(d.Now())
		fact, err := op.Do(ctx, run, as("carla", "cio"), governance.OpDeclare, governance.DeclareInput{Kind: "training", Day: day, People: []string{"anna", " anna "}})
		if err != nil || fact.SaidBy != "carla" || len(fact.People) != 1 {
			t.Fatalf("got %+v, %v", fact, err)
		}
		if got := rules(said(), true); !slices.Equal(got, []string{"IND-17"}) {
			t.Errorf("after the training: got %v", got)
		}
		if _, err := op.Do(ctx, run, as("carla", "cio"), governance.OpDeclare, governance.DeclareInput{Kind: "approval", Day: day, Values: map[string]string{"obligation": "CAL-02", "approved": "no"}}); err != nil {
			t.Fatal(err)
		}
		if got := rules(said(), false); !slices.Equal(got, []string{"IND-17"}) {
			t.Errorf("after a missing approval: got %v", got)
		}
		if _, err := op.Do(ctx, run, as("carla", "cio"), governance.OpRetract, governance.RetractInput{ID: fact.ID}); err != nil {
			t.Fatal(err)
		}
		if got := rules(said(), true); !slices.Contains(got, "IND-27") {
			t.Errorf("after it was taken back: got %v", got)
		}
	})
}

func TestFactsAreRefusedWithTheFieldThatIsWrong(t *testing.T) {
	d := dbtest.SQLite(t)
	run := bank(t, d)
	for _, c := range []struct {
		in    governance.DeclareInput
		field string
	}{
		{governance.DeclareInput{Kind: "gossip", Day: "2026-01-01"}, "kind"},
		{governance.DeclareInput{Kind: "training", Day: "soon", People: []string{"anna"}}, "day"},
		{governance.DeclareInput{Kind: "training", Day: "2099-01-01", People: []string{"anna"}}, "day"},
		{governance.DeclareInput{Kind: "training", Day: "2026-01-01"}, "people"},
		{governance.DeclareInput{Kind: "training", Day: "2026-01-01", People: []string{"who"}}, "people"},
		{governance.DeclareInput{Kind: "review", Day: "2026-01-01", People: []string{"anna"}, Unit: "Nowhere"}, "unit"},
		{governance.DeclareInput{Kind: "training", Day: "2026-01-01", People: []string{"anna"}, System: "core"}, "system"},
		{governance.DeclareInput{Kind: "test", Day: "2026-01-01", System: "core", Values: map[string]string{"operate-it": "perhaps"}}, "operate-it"},
		{governance.DeclareInput{Kind: "test", Day: "2026-01-01", System: "core", Values: map[string]string{"colour": "red"}}, "values"},
		{governance.DeclareInput{Kind: "audit", Day: "2026-01-01", People: []string{"anna"}, Values: map[string]string{"worked-there-until": "once"}}, "worked-there-until"},
	} {
		_, err := op.Do(ctx, run, as("carla", "cio"), governance.OpDeclare, c.in)
		p, ok := problem.As(err)
		if !ok {
			t.Errorf("%+v: got %v", c.in, err)
			continue
		}
		if len(p.Causes) > 0 {
			p = p.Causes[0]
		}
		if p.Field != c.field {
			t.Errorf("%+v: got field %q, want %q", c.in, p.Field, c.field)
		}
	}
	_, err := op.Do(ctx, run, as("piero", "business-owner"), governance.OpDeclare, governance.DeclareInput{Kind: "training", Day: "2026-01-01", People: []string{"anna"}})
	if !problem.Is(err, problem.Forbidden) {
		t.Errorf("a business owner: got %v, want forbidden", err)
	}
}

func TestFactsComeBackThroughTheFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		bank(t, d)
		f := governance.File{Facts: []governance.Fact{
			{ID: "audit-1", Kind: "audit", Day: "2026-03-01", People: []string{"anna"}, Unit: "IT", Values: map[string]string{"worked-there-until": "never"}, SaidBy: "anna"},
			{ID: "training-1", Kind: "training", Day: "2026-04-01", People: []string{"anna"}, Note: "Half a day."},
		}}
		for range 2 {
			dbtest.Change(t, d, func(tx *db.Tx) error {
				_, err := governance.Apply(ctx, tx, f)
				return err
			})
			dbtest.View(t, d, func(r db.Reader) error {
				got, err := governance.Export(ctx, r)
				if diff := cmp.Diff(f, got); diff != "" {
					t.Error(diff)
				}
				return err
			})
		}
		dbtest.Change(t, d, func(tx *db.Tx) error {
			changes, err := governance.Apply(ctx, tx, governance.File{Facts: f.Facts[:1]})
			if len(changes) != 1 || changes[0].Kind != "remove" {
				t.Errorf("got %+v, want one removal", changes)
			}
			return err
		})
	})
}

func TestWhatIfTriesAndChangesNothing(t *testing.T) {
	d := dbtest.SQLite(t)
	run := bank(t, d)
	out, err := op.Ask(ctx, run, as("carla"), governance.OpWhatIf, governance.WhatIfInput{Moves: []string{"dario=board"}})
	if err != nil || !slices.Equal(rules(out.Gone, false), []string{"IND-06"}) || len(out.New) != 0 {
		t.Errorf("got gone %v, new %v, %v", rules(out.Gone, false), out.New, err)
	}
	found, err := op.Ask(ctx, run, as("carla"), governance.OpIndependence, governance.IndependenceInput{Severity: "medium", Basis: "product", Answer: "found"})
	if err != nil || !slices.Equal(rules(found, false), []string{"IND-06"}) {
		t.Errorf("afterwards: got %v, %v", rules(found, false), err)
	}
	for _, text := range []string{"nonsense", "who=board", "carla=dario"} {
		if _, err := op.Ask(ctx, run, as("carla"), governance.OpWhatIf, governance.WhatIfInput{Moves: []string{text}}); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: got %v, want invalid", text, err)
		}
	}
}

func TestProfilesSwitchRulesOnAndOff(t *testing.T) {
	d := dbtest.SQLite(t)
	run := bank(t, d)
	out, err := op.Ask(ctx, run, as("carla"), governance.OpTryProfile, governance.ProfileInput{Profiles: []string{"bank_it", "gdpr"}, Compensations: independence.Compensations})
	if err != nil || !slices.Equal(out.On, []string{"IND-09", "IND-10"}) || len(out.Off) != 0 || !slices.Contains(rules(out.Gone, false), "IND-06") {
		t.Errorf("got %+v, %v", out, err)
	}
	o, err := op.Do(ctx, run, as("carla", "cio"), organisation.OpChange, organisation.ChangeInput{Sector: "retail", Profiles: []string{"gdpr", "nis2_digital"}, CIO: "innovation"})
	if err != nil || o.Name != "Banca" || !slices.Equal(o.Profiles, []string{"nis2_digital", "gdpr"}) || o.CIO != "innovation" {
		t.Errorf("got %+v, %v", o, err)
	}
	if _, err := op.Do(ctx, run, as("rita", "cro"), organisation.OpChange, organisation.ChangeInput{Sector: "retail"}); !problem.Is(err, problem.Forbidden) {
		t.Errorf("CRO: got %v, want forbidden", err)
	}
	if _, err := op.Do(ctx, run, as("carla", "cio"), organisation.OpChange, organisation.ChangeInput{Sector: "circus", CIO: "ideas"}); !problem.Is(err, problem.Invalid) {
		t.Errorf("got %v, want invalid", err)
	}
	for _, sector := range organisation.Sectors {
		if len(independence.Speaking(sector.DefaultProfiles())) == 0 {
			t.Errorf("%s: no rule speaks", sector)
		}
	}
}
