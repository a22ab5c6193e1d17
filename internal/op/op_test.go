package op_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"accordo.dev/internal/access"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/record"
	"accordo.dev/internal/ref"
)

var (
	ctx  = context.Background()
	ciso = db.Actor{Ref: "person:dario", Name: "Dario", Offices: []string{"ciso"}}
	cro  = db.Actor{Ref: "person:rita", Name: "Rita", Offices: []string{"cro"}}
)

type name struct {
	ID string `json:"id"`
}

func (n name) Target() ref.Ref { return ref.New("element", n.ID) }

var errNo = errors.New("no")

// opKeep writes a setting; the id "bad" is refused after it was written.
var opKeep = op.Command[name, string]{Name: "landscape.keep", Func: func(ctx context.Context, tx *db.Tx, in name) (string, error) {
	if _, err := tx.Exec(ctx, "INSERT INTO setting (key, value) VALUES ($1, 'x')", in.ID); err != nil {
		return "", err
	}
	tx.Touch(in.Target(), "element:other")
	if in.ID == "bad" {
		return "half", errNo
	}
	return "kept " + in.ID, nil
}}

var opCount = op.Query[struct{}, int]{Name: "landscape.count", Func: func(ctx context.Context, r db.Reader, _ struct{}) (int, error) {
	return db.Value[int](ctx, r, "SELECT COUNT(*) FROM setting")
}}

func runner(t *testing.T, d *db.DB) *op.Runner {
	t.Helper()
	policies, err := access.Load([]string{"cio", "ciso", "cro"})
	if err != nil {
		t.Fatal(err)
	}
	return &op.Runner{DB: d, Access: policies}
}

func entries(t *testing.T, d *db.DB) (all []record.Entry) {
	t.Helper()
	dbtest.View(t, d, func(r db.Reader) error {
		page, err := record.List(ctx, r, record.Filter{Page: db.Page{Limit: db.Unlimited, Sort: "seq"}})
		all = page.Items
		return err
	})
	return all
}

func kept(t *testing.T, run *op.Runner) int {
	t.Helper()
	n, err := op.Ask(ctx, run, ciso, opCount, struct{}{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCommandLeavesExactlyOneEntry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		run := runner(t, d)
		out, err := op.Do(ctx, run, ciso, opKeep, name{"core"})
		if err != nil || out != "kept core" {
			t.Fatalf("got %q, %v, want kept core", out, err)
		}
		all := entries(t, d)
		if len(all) != 1 {
			t.Fatalf("got %d entries, want 1", len(all))
		}
		got := fmt.Sprintf("%d %s %s %s %s %s %s", all[0].Seq, all[0].At.Format("2006-01-02"), all[0].Actor, all[0].ActorName, all[0].Operation, all[0].Refs, all[0].Input)
		want := `0 2026-11-25 person:dario Dario landscape.keep [element:core element:other] {"id":"core"}`
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestQueryLeavesNoEntry(t *testing.T) {
	d := dbtest.SQLite(t)
	kept(t, runner(t, d))
	if got := len(entries(t, d)); got != 0 {
		t.Errorf("got %d entries, want none", got)
	}
}

func TestRefusedCommandLeavesNoEntryAndChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		run := runner(t, d)
		if _, err := op.Do(ctx, run, cro, opKeep, name{"core"}); !problem.Is(err, problem.Forbidden) {
			t.Errorf("the policy: got %v, want forbidden", err)
		}
		if _, err := op.Do(ctx, run, db.Actor{}, opKeep, name{"core"}); !problem.Is(err, problem.Unauthenticated) {
			t.Errorf("nobody: got %v, want unauthenticated", err)
		}
		if out, err := op.Do(ctx, run, ciso, opKeep, name{"bad"}); !errors.Is(err, errNo) || out != "" {
			t.Errorf("the rule: got %q, %v, want nothing and %v", out, err, errNo)
		}
		if n, all := kept(t, run), entries(t, d); n != 0 || len(all) != 0 {
			t.Errorf("got %d settings and %d entries, want none", n, len(all))
		}
	})
}

func TestDryRunTellsTheResultAndLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		run := runner(t, d)
		if out, err := op.DryRun(ctx, run, ciso, opKeep, name{"core"}); err != nil || out != "kept core" {
			t.Errorf("got %q, %v, want kept core", out, err)
		}
		if out, err := op.DryRun(ctx, run, ciso, opKeep, name{"bad"}); !errors.Is(err, errNo) || out != "" {
			t.Errorf("got %q, %v, want nothing and %v", out, err, errNo)
		}
		if _, err := op.DryRun(ctx, run, cro, opKeep, name{"core"}); !problem.Is(err, problem.Forbidden) {
			t.Errorf("got %v, want forbidden: looking ahead needs the same right", err)
		}
		if n, all := kept(t, run), entries(t, d); n != 0 || len(all) != 0 {
			t.Errorf("got %d settings and %d entries, want none", n, len(all))
		}
	})
}

type inner struct {
	Note string `json:"note"`
	Code string `json:"code" secret:"true"`
}

type hidden struct {
	Pin string `json:"pin" secret:"true"`
}

type secretive struct {
	hidden
	User     string           `json:"user"`
	Password string           `json:"password" secret:"true"`
	File     []byte           `json:"file" secret:"true"`
	One      inner            `json:"one"`
	Pointer  *inner           `json:"pointer"`
	Many     []inner          `json:"many"`
	ByName   map[string]inner `json:"byName"`
	Any      any              `json:"any"`
	private  inner
}

func TestSecretFieldsNeverReachTheRecordHoweverDeep(t *testing.T) {
	d := dbtest.SQLite(t)
	run := runner(t, d)
	deep := func(n string) inner { return inner{Note: "note" + n, Code: "SECRET" + n} }
	pointed, anyOf := deep("2"), deep("6")
	in := &secretive{
		hidden: hidden{"SECRET0"}, User: "dario", Password: "SECRET", File: []byte("SECRET"), One: deep("1"), Pointer: &pointed,
		Many: []inner{deep("3"), deep("4")}, ByName: map[string]inner{"a": deep("5")}, Any: []any{&anyOf}, private: deep("7"),
	}
	seen := ""
	cmd := op.Command[*secretive, string]{Name: "landscape.keep", Func: func(_ context.Context, _ *db.Tx, in *secretive) (string, error) {
		seen = in.Pin + in.Password + in.Pointer.Code + in.Many[1].Code + in.ByName["a"].Code
		return "", nil
	}}
	if _, err := op.Do(ctx, run, ciso, cmd, in); err != nil {
		t.Fatal(err)
	}
	if want := "SECRET0SECRETSECRET2SECRET4SECRET5"; seen != want || in.Many[0].Code != "SECRET3" || anyOf.Code != "SECRET6" {
		t.Errorf("got %s, want %s: the command itself needs them", seen, want)
	}
	input := string(entries(t, d)[0].Input)
	secret, err := json.Marshal([]byte("SECRET"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(input, "SECRET") || strings.Contains(input, strings.Trim(string(secret), `"`)) {
		t.Errorf("got %s, want no secret", input)
	}
	for _, note := range []string{"dario", "note1", "note2", "note3", "note4", "note5", "note6"} {
		if !strings.Contains(input, note) {
			t.Errorf("got %s, want %s in it", input, note)
		}
	}
}

type keyed struct{ office string }

func (k keyed) PolicyContext() map[string]string {
	if k.office == "" {
		return nil
	}
	return map[string]string{"office": k.office}
}

func TestPoliciesSeeTheFactsOfTheInput(t *testing.T) {
	d := dbtest.SQLite(t)
	run := runner(t, d)
	cmd := op.Command[keyed, string]{Name: "decision.give-key", Func: func(context.Context, *db.Tx, keyed) (string, error) { return "turned", nil }}
	if _, err := op.Do(ctx, run, ciso, cmd, keyed{}); !problem.Is(err, problem.Forbidden) {
		t.Errorf("got %v, want forbidden: no office named", err)
	}
	if got, err := op.Do(ctx, run, ciso, cmd, keyed{"ciso"}); got != "turned" || err != nil {
		t.Errorf("got %q, %v, want turned", got, err)
	}
}
