package raci_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/governance/raci"
	"accordo.dev/internal/governance/raci/rules"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
)

// profiles are organisations that each profile of the library is meant for.
var profiles = map[string][]string{"bank": {"dora_fe", "bank_it"}, "industry": {"nis2_it"}, "public": {"pa_it", "nis2_it"}, "generic": nil}

func TestUsualAssignmentsHaveNoFaultInTheirProfile(t *testing.T) {
	if n := len(raci.TheLibrary().Activities); n < 30 {
		t.Errorf("activities: got %d, want 30 at least", n)
	}
	for profile, falls := range profiles {
		for _, process := range append([]string{""}, raci.Processes...) {
			m := usual(process, profile)
			for _, f := range rules.Check(m, rules.Defaults(falls)) {
				if f.Severity != rules.Information {
					t.Errorf("%s, %q: got %s at %v", profile, process, f.Key, f.Places)
				}
			}
		}
	}
}

// usual is the matrix of all activities of a process as the library assigns them; "" stands for all processes.
func usual(process, profile string) rules.Matrix {
	var m rules.Matrix
	at := map[string]int{}
	lib := raci.TheLibrary()
	for _, a := range lib.Activities {
		for role := range a.Usual[profile] {
			if _, known := at[role]; !known {
				at[role] = len(m.Roles)
				m.Roles = append(m.Roles, rules.Role{ID: role, Function: functionOf(lib, role), Persons: nil})
			}
		}
	}
	for _, a := range lib.Activities {
		if process != "" && a.Process != process {
			continue
		}
		m.Activities = append(m.Activities, rules.Activity{ID: a.ID, Checks: a.Checks, Joint: a.Joint != "", Material: a.Material})
		row := make([]rules.Set, len(m.Roles))
		for role, letters := range a.Usual[profile] {
			row[at[role]], _ = rules.ParseSet(letters)
		}
		m.Cells = append(m.Cells, row...)
	}
	return m
}

func functionOf(lib raci.Library, role string) rules.Function {
	for _, r := range lib.Roles {
		if r.ID == role {
			return r.Function
		}
	}
	return raci.FunctionOf(role)
}

func TestLibraryIsInBothLanguagesAndKnowsItsWords(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range raci.TheLibrary().Activities {
		if a.Title == "" || a.TitleIT == "" || seen[a.ID] {
			t.Errorf("%s lacks a language or stands twice", a.ID)
		}
		seen[a.ID] = true
		if !slices.Contains(raci.Processes, a.Process) || a.Joint != "" && !slices.Contains(raci.Joints, a.Joint) {
			t.Errorf("%s: got process %q, joint %q", a.ID, a.Process, a.Joint)
		}
		for _, profile := range raci.LibraryProfiles {
			if len(a.Usual[profile]) == 0 {
				t.Errorf("%s is assigned to nobody in %s", a.ID, profile)
			}
		}
		for word := range a.Lines {
			if !slices.Contains(raci.LibraryProfiles, word) {
				t.Errorf("%s: nobody knows %q", a.ID, word)
			}
		}
	}
	for _, a := range raci.TheLibrary().Activities {
		for _, checked := range a.Checks {
			if !seen[checked] {
				t.Errorf("%s checks %s, which does not exist", a.ID, checked)
			}
		}
	}
}

func TestEveryRuleIsSaidAndExplained(t *testing.T) {
	for rule := 1; rule <= 12; rule++ {
		if !i18n.Has(fmt.Sprint("raci.means.", rule)) {
			t.Errorf("rule %d is not explained", rule)
		}
	}
}

// fill is a bank with a CIO (carla), a CISO (dario), IT and security staff, a CEO and a CRO.
func fill(t *testing.T, d *db.DB) {
	t.Helper()
	dbtest.Change(t, d, func(tx *db.Tx) error {
		ctx := context.Background()
		if _, err := organisation.Apply(ctx, tx, organisation.Organisation{Name: "Banca", Sector: organisation.Bank, Profiles: []string{"bank_it"}}); err != nil {
			return err
		}
		var f identity.File
		for office, person := range map[string]string{"cio": "carla", "ciso": "dario", "it-staff": "ivo", "security-staff": "sara", "ceo": "eva", "cro": "rita", "coo": "omar"} {
			f.People = append(f.People, identity.FilePerson{ID: person, Name: strings.ToUpper(person[:1]) + person[1:]})
			f.Offices = append(f.Offices, identity.FileHolding{Office: office, Person: person, From: "2020-01-01"})
		}
		_, err := identity.Apply(ctx, tx, f)
		return err
	})
}

func do[In, Out any](t *testing.T, d *db.DB, f func(context.Context, *db.Tx, In) (Out, error), in In) (out Out, err error) {
	t.Helper()
	_ = d.Change(context.Background(), db.System("test"), func(tx *db.Tx) error {
		out, err = f(context.Background(), tx, in)
		return err
	})
	return out, err
}

func must[T any](t *testing.T) func(T, error) T {
	return func(out T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

func TestEveryChangeCanBeUndoneStepByStepAndStaleOnesAreRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d)
		ok := must[raci.Matrix](t)
		m := ok(do(t, d, raci.New, raci.NewIn{ID: "m", Title: "Change", Process: "change", Activities: []string{"change-normal", "change-check"}}))
		if m.Version != 1 || m.Activities[0].Cells["it-staff"] != "R" || !slices.Equal(m.Activities[1].Checks, []string{"change-normal"}) {
			t.Fatalf("got %+v, want the usual of a bank, checking only what is there", m)
		}
		states := []string{""}
		step := func(next raci.Matrix) {
			states = append(states, say(m))
			m = next
		}
		step(ok(do(t, d, raci.OpSetCell.Func, raci.SetCellIn{ID: "m", Version: 1, Activity: "change-normal", Role: "ciso", Letters: "kc"})))
		if got := m.Activities[0].Cells["ciso"]; got != "CK" {
			t.Errorf("letters: got %q, want CK", got)
		}
		if _, err := do(t, d, raci.OpSetCell.Func, raci.SetCellIn{ID: "m", Version: 1, Activity: "change-normal", Role: "ciso", Letters: "I"}); !problem.Is(err, problem.Conflict) {
			t.Errorf("stale: got %v, want a conflict", err)
		}
		if _, err := do(t, d, raci.OpSetCell.Func, raci.SetCellIn{ID: "m", Version: 2, Activity: "change-normal", Role: "ciso", Letters: "X"}); !problem.Is(err, problem.Invalid) {
			t.Errorf("a letter that is none: got %v", err)
		}
		step(ok(do(t, d, raci.OpSetRole.Func, raci.RoleIn{ID: "m", Version: m.Version, Role: raci.Role{ID: "cab", Kind: raci.Committee, Title: "CAB", Function: rules.IT}})))
		step(ok(do(t, d, raci.OpMoveRole.Func, raci.PlaceIn{ID: "m", Version: m.Version, Place: "cab", By: -100})))
		if m.Roles[0].ID != "cab" {
			t.Errorf("first role: got %s, want cab", m.Roles[0].ID)
		}
		step(ok(do(t, d, raci.OpSetRow.Func, raci.RowIn{ID: "m", Version: m.Version, Was: "change-normal", Activity: raci.Activity{ID: "n", Title: "Normal", Cells: map[string]string{"cab": "A"}}})))
		if got := m.Activities[1].Checks; !slices.Equal(got, []string{"n"}) {
			t.Errorf("checks of the other row: got %v, want n", got)
		}
		step(ok(do(t, d, raci.OpRemoveRole.Func, raci.PlaceIn{ID: "m", Version: m.Version, Place: "cab"})))
		step(ok(do(t, d, raci.OpMoveRow.Func, raci.PlaceIn{ID: "m", Version: m.Version, Place: "n", By: 1})))
		step(ok(do(t, d, raci.OpRemoveRow.Func, raci.PlaceIn{ID: "m", Version: m.Version, Place: "n"})))
		step(ok(do(t, d, raci.OpFromLibrary.Func, raci.FromLibraryIn{ID: "m", Version: m.Version, Activities: []string{"go-live"}})))
		step(ok(do(t, d, raci.OpDescribe.Func, raci.DescribeIn{ID: "m", Version: m.Version, Title: "T", Process: "project"})))
		last := say(m)
		if _, err := do(t, d, raci.OpRemove.Func, raci.SeenIn{ID: "m", Version: m.Version}); err != nil {
			t.Fatal(err)
		}
		seen := 0
		for _, want := range append([]string{last}, reversed(states)...) {
			m = ok(do(t, d, raci.Undo, raci.SeenIn{ID: "m", Version: seen}))
			if got := say(m); want != "" && got != want {
				t.Fatalf("undone: got %s, want %s", got, want)
			}
			seen = m.Version
		}
		if _, err := do(t, d, raci.Undo, raci.SeenIn{ID: "m"}); !problem.Is(err, problem.Conflict) {
			t.Errorf("nothing left: got %v, want a conflict", err)
		}
	})
}

func say(m raci.Matrix) string {
	m.Version = 0
	return fmt.Sprintf("%+v", m)
}

func reversed(list []string) []string {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}
