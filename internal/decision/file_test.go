package decision_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/record"
)

// fill gives every field of a value something of its own, so that a field that a file forgets is seen.
func fill(v reflect.Value, name string) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(dbtest.Now.Add(time.Duration(len(name)) * time.Minute)))
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), name)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), name+v.Type().Field(i).Name)
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), name)
	case v.Kind() == reflect.String:
		v.SetString("x" + name)
	case v.Kind() == reflect.Float64:
		v.SetFloat(float64(len(name)) + 0.5)
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.Int:
		v.SetInt(int64(len(name)))
	}
}

// everything is a decision in which every field says something that may be said.
func everything() decision.Decision {
	var d decision.Decision
	fill(reflect.ValueOf(&d).Elem(), "")
	d.ID, d.About, d.Kind, d.Materiality, d.ReviewOn, d.AskedBy, d.BuiltBy = "all", "risk:atm", decision.Change, "high", "2026-12-24", "it", "security"
	d.Chosen, d.Version = d.Options[0].ID, 0
	d.Keys[0].Office, d.Keys[0].Answer, d.Emergency.Office, d.Review.Grade, d.Challenges[0].Office = "cio", "no", "cio", "reached", "cro"
	return d
}

func TestEveryFieldComesBackThroughTheFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBank(t, d)
		revoked := dbtest.Now
		policy := decision.KeyPolicy{High: 1, Medium: 3, Low: 7, Settle: 2, First: "coo", Second: "board", RatifyHours: 24, Emergencies: []decision.Kind{decision.Exception}, ValidDays: 30}
		want := decision.File{
			Policy: &policy, Decisions: []decision.Decision{everything()},
			Delegations: []decision.Delegation{{ID: "one", Office: "cio", From: "carla", To: "nora", FirstDay: "2026-11-25", LastDay: "2026-11-30", Reason: "away", RevokedAt: &revoked}},
		}
		text, err := yaml.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var read decision.File
		if err := yaml.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		dbtest.Change(t, b.DB, func(tx *db.Tx) error {
			if _, err := decision.Apply(ctx, tx, read); err != nil {
				return err
			}
			got, err := decision.Export(ctx, tx)
			if err != nil {
				return err
			}
			out, err := yaml.Marshal(got)
			if err != nil {
				return err
			}
			if string(out) != string(text) {
				t.Errorf("got\n%s\nwant\n%s", out, text)
			}
			again, err := decision.Apply(ctx, tx, got)
			if len(again) != 0 {
				t.Errorf("got %v, want nothing more to do", again)
			}
			return err
		})
	})
}

func TestFileWithWhatIsNoNumberIsRefusedAtItsField(t *testing.T) {
	b := newBank(t, dbtest.SQLite(t))
	for _, wrong := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e13, -1e13} {
		one := everything()
		one.MoneyEUR = &wrong
		err := b.DB.Change(ctx, db.System("test"), func(tx *db.Tx) error {
			_, err := decision.Apply(ctx, tx, decision.File{Decisions: []decision.Decision{one}})
			return err
		})
		if p, ok := problem.As(err); !ok || !strings.Contains(p.Error(), "decisions[all].money_eur") {
			t.Errorf("%v: got %v, want its field named", wrong, err)
		}
	}
}

// exported is a decision with two keys as its file.
func exported(t *testing.T, d *db.DB, key record.Key) (decision.Exported, []byte) {
	t.Helper()
	b := newBank(t, d)
	one := b.propose(decision.Policy)
	must(b, "carla", decision.OpGiveKey, yes(one, "cio"))
	must(b, "sandro", decision.OpGiveKey, yes(one, "ciso"))
	file, err := op.Ask(ctx, b.Runner, b.actor("rita"), decision.OpExport(key), decision.GetIn{ID: one.ID})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return file, data
}

func newKey(t *testing.T) record.Key {
	t.Helper()
	key, err := record.LoadKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func holds(proven []decision.Proven) bool {
	for _, p := range proven {
		if !p.OK {
			return false
		}
	}
	return len(proven) > 0
}

// Every byte of the file is changed in several ways: what can still be read says the same thing, or is found.
func TestNoByteOfAnExportedDecisionChangesItsMeaningUnseen(t *testing.T) {
	key := newKey(t)
	file, data := exported(t, dbtest.SQLite(t), key)
	if !holds(file.Verify(key.Public)) {
		t.Fatalf("got %+v, want all proven", file.Verify(key.Public))
	}
	found, unread, same, flips := 0, 0, 0, []byte{0x01}
	if sequences() > 30_000 {
		flips = append(flips, 0x20, 0x10)
	}
	for at := range data {
		for _, flip := range flips {
			changed := append([]byte(nil), data...)
			changed[at] ^= flip
			var read decision.Exported
			switch err := json.Unmarshal(changed, &read); {
			case err != nil:
				unread++
			case !holds(read.Verify(key.Public)):
				found++
			default:
				same++
				if again, err := json.Marshal(read); err != nil || string(again) != string(data) {
					t.Errorf("byte %d: %q passes as %q", at, data[max(0, at-20):at+1], changed[max(0, at-20):at+1])
				}
			}
		}
	}
	t.Logf("%d bytes: %d found, %d unreadable, %d with the same meaning", len(data), found, unread, same)
	if found < len(data)/2 {
		t.Errorf("got %d found of %d, want most", found, len(data))
	}
}

func TestDecisionOfAnotherLogIsNotProven(t *testing.T) {
	file, _ := exported(t, dbtest.SQLite(t), newKey(t))
	other := newKey(t)
	if holds(file.Verify(other.Public)) {
		t.Error("another key proves it")
	}
	file.Public = other.Public
	if holds(file.Verify("")) {
		t.Error("the key in the file was changed, and it is still proven")
	}
}

func TestKeyThatCameInWithAFileIsTold(t *testing.T) {
	b := newBank(t, dbtest.SQLite(t))
	key := newKey(t)
	b.now = b.now.Add(time.Hour)
	dbtest.Change(t, b.DB, func(tx *db.Tx) error {
		if _, err := decision.Apply(ctx, tx, decision.File{Decisions: []decision.Decision{everything()}}); err != nil {
			return err
		}
		tx.Touch(everything().Ref())
		_, err := op.Record(ctx, tx, "organisation.apply", organisation.Organisation{})
		return err
	})
	b.now = b.now.AddDate(0, 0, 1)
	file, err := op.Ask(ctx, b.Runner, b.actor("rita"), decision.OpExport(key), decision.GetIn{ID: "all"})
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, p := range file.Verify(key.Public) {
		if (p.What == "key" || p.What == "arbitration") && p.Told {
			told++
		}
	}
	if told != 2 {
		t.Errorf("got %+v, want the key and the arbitration told", file.Verify(key.Public))
	}
}
