package identity_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
)

func TestUnitsAndFunctionalLinesComeBackThroughTheFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		f := export(t, d)
		f.Units = []identity.Unit{
			{Name: "IT", NameIT: "Informatica", Line: "first", Function: "it"},
			{Name: "IT, networks", Parent: "IT"},
		}
		f.People[0].Unit = "IT" // anna
		f.People[2].Unit, f.People[2].FunctionalTo = "Sicurezza", []string{"board", "anna"}
		h.apply(f)
		f.Units = append(f.Units, identity.Unit{Name: "Sicurezza"}) // a unit that a person names is there
		if diff := cmp.Diff(f, export(t, d)); diff != "" {
			t.Error(diff)
		}
		h.apply(f)
		if diff := cmp.Diff(f, export(t, d)); diff != "" {
			t.Error(diff)
		}
		without := f
		without.Units, without.People = nil, slices.Clone(f.People)
		without.People[0].Unit = "IT, networks"
		h.apply(without) // says nothing of units: those that people name keep what is known, and those above them
		if diff := cmp.Diff(f.Units, export(t, d).Units); diff != "" {
			t.Error(diff)
		}
	})
}

func TestUnitsOfAFileAreCheckedTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		newHouse(t, d)
		for _, c := range []struct {
			units []identity.Unit
			key   string
		}{
			{[]identity.Unit{{Name: "IT", Parent: "IT"}}, "identity.error.unit-loop"},
			{[]identity.Unit{{Name: "IT", Parent: "Nowhere"}}, "identity.error.no-unit"},
			{[]identity.Unit{{Name: "IT"}, {Name: "it"}}, "identity.error.unit-taken"},
			{[]identity.Unit{{Name: "IT", Line: "fourth"}}, "problem.choice"},
			{[]identity.Unit{{Name: ""}}, "problem.required"},
		} {
			f := export(t, d)
			f.Units = c.units
			err := d.Change(ctx, db.System("test"), func(tx *db.Tx) error {
				_, err := identity.Apply(ctx, tx, f)
				return err
			})
			wantKey(t, err, c.key)
		}
	})
}

func TestUnitIsDescribedAndRemovedOnlyWhenEmpty(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		for _, u := range []identity.Unit{{Name: " IT ", Function: "it"}, {Name: "Networks", Parent: "IT"}} {
			if _, err := op.Do(ctx, h.Runner, h.as("anna"), identity.OpSetUnit, u); err != nil {
				t.Fatal(err)
			}
		}
		_, err := op.Do(ctx, h.Runner, h.as("anna"), identity.OpRemoveUnit, identity.RemoveUnitInput{Name: "IT"})
		wantKey(t, err, "identity.error.unit-used")
		_, err = op.Do(ctx, h.Runner, h.as("anna"), identity.OpSetUnit, identity.Unit{Name: "IT", Parent: "Networks"})
		wantKey(t, err, "identity.error.unit-loop")
		_, err = op.Do(ctx, h.Runner, h.as("carla"), identity.OpSetUnit, identity.Unit{Name: "IT"})
		wantKey(t, err, "access.not-permitted")
		if _, err := op.Do(ctx, h.Runner, h.as("anna"), identity.OpRemoveUnit, identity.RemoveUnitInput{Name: "Networks"}); err != nil {
			t.Error(err)
		}
		dbtest.View(t, d, func(r db.Reader) error {
			units, err := identity.Units(ctx, r, struct{}{})
			if diff := cmp.Diff([]identity.Unit{{Name: "IT", Function: "it"}}, units); diff != "" {
				t.Error(diff)
			}
			return err
		})
	})
}

func TestFunctionalLineLeadsToSomebodyElseWhoIsThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		for to, key := range map[string]string{"nobody": "identity.error.no-superior", "piero": "identity.error.functional-self"} {
			_, err := op.Do(ctx, h.Runner, h.as("anna"), identity.OpChangePerson, identity.ChangePersonInput{ID: "piero", Name: "Piero Poli", FunctionalTo: []string{to}})
			wantKey(t, err, key)
		}
		p, err := op.Do(ctx, h.Runner, h.as("anna"), identity.OpChangePerson, identity.ChangePersonInput{ID: "piero", Name: "Piero Poli", Unit: "New unit", FunctionalTo: []string{"board", "carla", "board"}})
		if err != nil || !slices.Equal(p.FunctionalTo, []string{"board", "carla"}) {
			t.Errorf("got %v, %v", p.FunctionalTo, err)
		}
	})
}

func TestOneContactForTheAuthorityAndSeveralSubstitutes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		appoint := func(office, person string) error {
			_, err := op.Do(ctx, h.Runner, h.as("anna"), identity.OpAppoint, identity.AppointInput{Office: office, Person: person})
			return err
		}
		for _, person := range []string{"dario", "piero"} {
			if err := appoint(identity.OfficeNISSubstitute, person); err != nil {
				t.Error(err)
			}
		}
		if err := appoint(identity.OfficeNISContact, "dario"); err != nil {
			t.Error(err)
		}
		wantKey(t, appoint(identity.OfficeNISContact, "piero"), "identity.error.one-holder")
	})
}
