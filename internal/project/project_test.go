package project_test

import (
	"context"
	"testing"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/item"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/project"
)

func portfolio() project.File {
	cost := 120000.5
	return project.File{Projects: []project.Project{
		{ID: "onboarding", Title: "Video onboarding", TitleIT: "Apertura conto in video", Stage: project.Design, Digital: true, InScope: true, Validation: project.NoValidation, DesignGateDue: "2026-11-01", CostEUR: &cost, Elements: []string{"app"}},
		{ID: "gateway", Title: "Payments gateway", Stage: project.Build, Digital: true, InScope: true, DesignExit: "2026-09-10", ExitKind: project.GatePassed, Validation: project.Approved, ValidationOn: "2026-09-01"},
		{ID: "cloud", Title: "Cloud desk", Stage: project.Build, Digital: true, InScope: true, DesignExit: "2026-09-10", ExitKind: project.BuildStarted, Validation: project.Approved, ValidationOn: "2026-10-01"},
	}}
}

func apply(t *testing.T, d *db.DB, f project.File) (plan []change.Change) {
	t.Helper()
	dbtest.Change(t, d, func(tx *db.Tx) (err error) {
		if err := item.Put(context.Background(), tx, item.Item{Ref: "element:app", Area: "landscape"}); err != nil {
			return err
		}
		plan, err = project.Apply(context.Background(), tx, f)
		return err
	})
	return plan
}

func TestApplyingTheSameFileTwiceChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if got := len(apply(t, d, portfolio())); got != 3 {
			t.Errorf("got %v changes, want 3", got)
		}
		if got := apply(t, d, portfolio()); len(got) != 0 {
			t.Errorf("got %v, want no change", got)
		}
		smaller := portfolio()
		smaller.Projects = smaller.Projects[:1]
		if got := apply(t, d, smaller); len(got) != 2 || got[0].Kind != change.Remove {
			t.Errorf("got %v, want two removals", got)
		}
	})
}

func TestGatePassesOnlyAfterAnApprovedValidation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		apply(t, d, portfolio())
		ctx := context.Background()
		pass := project.LeaveDesignIn{ID: "onboarding", Version: 1, Kind: project.GatePassed}
		err := d.Change(ctx, db.System("test"), func(tx *db.Tx) error { _, err := project.LeaveDesign(ctx, tx, pass); return err })
		if !problem.Is(err, problem.Conflict) {
			t.Errorf("got %v, want a conflict: no validation yet", err)
		}
		dbtest.Change(t, d, func(tx *db.Tx) error {
			p, err := project.Validate(ctx, tx, project.ValidateIn{ID: "onboarding", Version: 1, Decision: project.ApprovedWithConditions, Conditions: 2})
			if err != nil {
				return err
			}
			pass.Version = p.Version
			p, err = project.LeaveDesign(ctx, tx, pass)
			if err == nil && (!p.ValidatedInDesign() || p.DesignExit != "2026-11-25") {
				t.Errorf("got %+v, want validated within design, left today", p)
			}
			return err
		})
	})
}

func TestStateFilterTellsLateFromValidatedFromOverdue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		apply(t, d, portfolio())
		for state, want := range map[string]string{"validated": "gateway", "late": "cloud", "overdue": "onboarding"} {
			dbtest.View(t, d, func(r db.Reader) error {
				page, err := project.List(context.Background(), r, project.Filter{State: state})
				if err == nil && (len(page.Items) != 1 || page.Items[0].ID != want) {
					t.Errorf("%s: got %v, want %s", state, page.Items, want)
				}
				return err
			})
		}
	})
}

func TestFileErrorsNameProjectAndField(t *testing.T) {
	d := dbtest.SQLite(t)
	wrong := portfolio()
	wrong.Projects[0].DesignGateDue = "31/12/2026"
	wrong.Projects[1].Stage = "paused"
	wrong.Projects[2].ID = "gateway"
	err := d.Change(context.Background(), db.System("test"), func(tx *db.Tx) error {
		_, err := project.Apply(context.Background(), tx, wrong)
		return err
	})
	p, ok := problem.As(err)
	if !ok || len(p.Causes) != 3 || p.Causes[0].Field != "projects[onboarding].design_gate_due" {
		t.Errorf("got %v, want three problems, the first of onboarding's gate", err)
	}
}

func TestFileRefusesElementsAndOwnersThatDoNotExist(t *testing.T) {
	d := dbtest.SQLite(t)
	wrong := portfolio()
	wrong.Projects[1].Owner = "nobody"
	err := d.Change(context.Background(), db.System("test"), func(tx *db.Tx) error {
		_, err := project.Apply(context.Background(), tx, wrong)
		return err
	})
	p, ok := problem.As(err)
	if !ok || len(p.Causes) != 2 || p.Causes[0].Field != "projects[onboarding].elements" || p.Causes[1].Field != "projects[gateway].owner" {
		t.Errorf("got %v, want the element and the owner named", err)
	}
}
