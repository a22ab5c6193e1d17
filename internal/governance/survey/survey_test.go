package survey_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"accordo.dev/internal/access"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/governance/survey"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/record"
	"accordo.dev/internal/record/browse"
)

var ctx = context.Background()

// tester is a test, or a case of a property.
type tester interface {
	Helper()
	Fatal(...any)
}

// offices has n people of IT and m of security: it0, it1, ... and sec0, sec1, ...
func offices(t *testing.T, d *db.DB, n, m int) {
	t.Helper()
	dbtest.Change(t, d, func(tx *db.Tx) error {
		add := func(id, office, unit string) error {
			if _, err := identity.AddPerson(ctx, tx, identity.AddPersonInput{ID: id, Name: id, Unit: unit}); err != nil || office == "" {
				return err
			}
			_, err := identity.AppointOffice(ctx, tx, identity.AppointInput{Office: office, Person: id, From: "2026-01-01"})
			return err
		}
		for i := range n {
			if err := add(fmt.Sprintf("it%d", i), identity.OfficeITStaff, ""); err != nil {
				return err
			}
		}
		for i := range m {
			if err := add(fmt.Sprintf("sec%d", i), identity.OfficeSecurityStaff, ""); err != nil {
				return err
			}
		}
		if err := add("audit", identity.OfficeInternalAudit, "Audit"); err != nil {
			return err
		}
		return add("both", "", "")
	})
}

func do[In, Out any](d *db.DB, person string, fn func(context.Context, *db.Tx, In) (Out, error), in In) (out Out, err error) {
	actor := db.Actor{Ref: identity.PersonRef(person), Name: person}
	err = d.Change(ctx, actor, func(tx *db.Tx) error { out, err = fn(ctx, tx, in); return err })
	return out, err
}

func ask[In, Out any](t tester, d *db.DB, person string, fn func(context.Context, db.Reader, In) (Out, error), in In) (out Out) {
	t.Helper()
	err := d.View(ctx, db.Actor{Ref: identity.PersonRef(person)}, func(r db.Reader) (err error) { out, err = fn(ctx, r, in); return err })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// open opens a round from today for a week.
func open(t *testing.T, d *db.DB) string {
	t.Helper()
	round, err := do(d, "it0", survey.OpenRound, survey.OpenIn{Title: "Autumn", To: "2026-12-02"})
	if err != nil {
		t.Fatal(err)
	}
	return round.ID
}

// all answers every statement alike.
func all(agreement int) map[string]int {
	answers := map[string]int{}
	for _, s := range survey.Statements() {
		answers[s] = agreement
	}
	return answers
}

func answer(t tester, d *db.DB, person, round string, answers map[string]int, texts map[string]string) {
	t.Helper()
	if _, err := do(d, person, survey.Answer, survey.AnswerIn{Round: round, Answers: answers, Texts: texts}); err != nil {
		t.Fatal(err)
	}
}

func TestNobodyAnswersTwiceAndOnlyThoseOfASideDo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		offices(t, d, 2, 1)
		round := open(t, d)
		answer(t, d, "it1", round, all(3), nil)
		if _, err := do(d, "it1", survey.Answer, survey.AnswerIn{Round: round, Answers: all(3)}); !problem.Is(err, problem.Conflict) {
			t.Errorf("got %v, want a conflict: answered already", err)
		}
		for _, person := range []string{"audit", "both"} {
			if _, err := do(d, person, survey.Answer, survey.AnswerIn{Round: round, Answers: all(3)}); !problem.Is(err, problem.Forbidden) {
				t.Errorf("%s: got %v, want it refused: of no side", person, err)
			}
		}
		missing := all(3)
		delete(missing, "silos-2")
		missing["silos-1"] = 6
		_, err := do(d, "sec0", survey.Answer, survey.AnswerIn{Round: round, Answers: missing})
		if p, ok := problem.As(err); !ok || len(p.Causes) != 2 {
			t.Errorf("got %v, want two statements refused", err)
		}
		if rows := ask(t, d, "it1", survey.Rounds, struct{}{}); !rows[0].Mine || rows[0].Side != survey.IT {
			t.Errorf("got %+v, want it answered by it1 for IT", rows[0])
		}
		if rows := ask(t, d, "sec0", survey.Rounds, struct{}{}); rows[0].Mine || rows[0].Side != survey.Security {
			t.Errorf("got %+v, want it still to be answered by sec0", rows[0])
		}
	})
}

func TestWhoHoldsOfficesOfBothSidesAnswersForTheirUnit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		offices(t, d, 1, 1)
		dbtest.Change(t, d, func(tx *db.Tx) error {
			for _, office := range []string{identity.OfficeITStaff, identity.OfficeSecurityStaff} {
				if _, err := identity.AppointOffice(ctx, tx, identity.AppointInput{Office: office, Person: "both", From: "2026-01-01"}); err != nil {
					return err
				}
			}
			return nil
		})
		open(t, d)
		if rows := ask(t, d, "both", survey.Rounds, struct{}{}); rows[0].Side != "" {
			t.Errorf("got side %q, want none: both offices, no unit", rows[0].Side)
		}
	})
}

func TestNothingIsSaidOfASideOfFewerThanFive(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		offices(t, d, 5, 4)
		round := open(t, d)
		for i := range 5 {
			answer(t, d, fmt.Sprintf("it%d", i), round, all(2), map[string]string{"silos": fmt.Sprintf("text %d", 4-i)})
		}
		for i := range 4 {
			answer(t, d, fmt.Sprintf("sec%d", i), round, all(5), map[string]string{"silos": "said by security"})
		}
		if got := ask(t, d, "it0", survey.Results, survey.ResultsIn{}); len(got) != 0 {
			t.Errorf("got %v, want nothing while the round goes on", got)
		}
		if f := ask(t, d, "it0", exported, struct{}{}); len(f.Rounds[0].Sides) != 0 {
			t.Errorf("got %v, want no counts of an open round in the file", f.Rounds[0].Sides)
		}
		if _, err := do(d, "it0", survey.CloseRound, survey.CloseIn{Round: round}); err != nil {
			t.Fatal(err)
		}
		got := ask(t, d, "it0", survey.Results, survey.ResultsIn{})[0]
		for _, area := range got.Areas {
			if area.Security != nil || area.Gap.Value.Known || area.Verdict != survey.NotShown {
				t.Errorf("%s: got %+v, want nothing of security", area.Area, area)
			}
			// Agreeing 2 to two statements and 2 to the one that praises: friction 2, 2 and 4.
			if area.IT == nil || area.IT.N != 5 || area.IT.Friction.Value.X != 8.0/3 {
				t.Errorf("%s: got %+v, want the friction 2.67 of five", area.Area, area.IT)
			}
		}
		text, err := json.Marshal(got)
		if err != nil || strings.Contains(string(text), "security\":{") || strings.Contains(string(text), "said by security") {
			t.Errorf("got %s, want no word of security", text)
		}
		if silos := got.Areas[4]; len(silos.Texts) != 5 || silos.Texts[0].Text != "text 0" {
			t.Errorf("got %v, want five texts in the order of their words", silos.Texts)
		}
		if _, err := do(d, "sec3", survey.Answer, survey.AnswerIn{Round: round, Answers: all(3)}); !problem.Is(err, problem.Conflict) {
			t.Errorf("got %v, want no answer after the end", err)
		}
	})
}

func exported(ctx context.Context, r db.Reader, _ struct{}) (survey.File, error) {
	return survey.Export(ctx, r)
}

// What the program says of a round (results, rounds, folder) does not depend on what a small side answered, nor on how
// many of it did: not by itself, and so by no subtraction from anything else that is said. The same for all answers of
// a round that goes on.
func TestWhatIsSaidDoesNotDependOnASmallSide(t *testing.T) {
	d := dbtest.SQLite(t)
	offices(t, d, 7, 4)
	rapid.Check(t, func(rt *rapid.T) {
		common := rapid.SliceOfN(answersOf(), 5, 7).Draw(rt, "it")
		one := rapid.SliceOfN(answersOf(), 0, 4).Draw(rt, "small")
		other := rapid.SliceOfN(answersOf(), 0, 4).Draw(rt, "small again")
		closed := rapid.Bool().Draw(rt, "closed")
		first, second := said(rt, d, common, one, closed), said(rt, d, common, other, closed)
		if first != second {
			rt.Fatalf("got %s and %s: what is said tells of four people or fewer", first, second)
		}
		if closed {
			return
		}
		if third := said(rt, d, other, common[:4], false); third != first {
			rt.Fatalf("got %s and %s: a round that goes on tells of its answers", first, third)
		}
	})
}

func answersOf() *rapid.Generator[map[string]int] {
	return rapid.Custom(func(t *rapid.T) map[string]int {
		answers := map[string]int{}
		for _, s := range survey.Statements() {
			answers[s] = rapid.IntRange(1, 5).Draw(t, s)
		}
		return answers
	})
}

// said is everything that is said of a round which these answered, to somebody who did not.
func said(t tester, d *db.DB, it, security []map[string]int, closed bool) string {
	round, err := do(d, "it0", survey.OpenRound, survey.OpenIn{Title: "Autumn", To: "2026-12-02"})
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range it {
		answer(t, d, fmt.Sprintf("it%d", i), round.ID, a, nil)
	}
	for i, a := range security {
		answer(t, d, fmt.Sprintf("sec%d", i), round.ID, a, map[string]string{"budget": fmt.Sprint(a)})
	}
	if closed {
		if _, err := do(d, "it0", survey.CloseRound, survey.CloseIn{Round: round.ID}); err != nil {
			t.Fatal(err)
		}
	}
	text, err := json.Marshal([]any{
		ask(t, d, "audit", survey.Results, survey.ResultsIn{}), ask(t, d, "audit", survey.Rounds, struct{}{}), ask(t, d, "audit", exported, struct{}{}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := do(d, "it0", survey.Apply, survey.File{}); err != nil { // the next one begins anew
		t.Fatal(err)
	}
	return string(text)
}

func TestTheRecordHoldsNoAnswerAndNoTableTiesOneToAPerson(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		offices(t, d, 5, 1)
		round := open(t, d)
		policies, err := access.Load(identity.Offices)
		if err != nil {
			t.Fatal(err)
		}
		run := &op.Runner{DB: d, Access: policies}
		actor := db.Actor{Ref: "person:it1", Name: "it1", Offices: []string{identity.OfficeITStaff}}
		in := survey.AnswerIn{Round: round, Answers: all(4), Texts: map[string]string{"budget": "a word of mine"}}
		if _, err := op.Do(ctx, run, actor, survey.OpAnswer, in); err != nil {
			t.Fatal(err)
		}
		page, err := op.Ask(ctx, run, db.System("test"), browse.OpList, record.Filter{Page: db.Page{Limit: 10}})
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, e := range page.Items {
			text, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			found = found || strings.Contains(string(text), "survey.answer")
			if strings.Contains(string(text), "a word of mine") || strings.Contains(string(text), "budget-1") {
				t.Errorf("got %s, want no answer in the record", text)
			}
		}
		if !found {
			t.Error("got no entry, want one that somebody answered")
		}
		for _, query := range []string{"SELECT * FROM survey_count", "SELECT * FROM survey_text", "SELECT * FROM survey_answered"} {
			columns := ask(t, d, "it0", columnsOf, query)
			person, kept := false, false
			for _, c := range columns {
				person = person || c == "person"
				kept = kept || c == "value" || c == "body"
				if c == "at" || c == "day" || c == "seq" || c == "created" {
					t.Errorf("%s: got the column %s, want no time and no order", query, c)
				}
			}
			if person && kept {
				t.Errorf("%s: got %v, want no person beside an answer", query, columns)
			}
		}
	})
}

func columnsOf(ctx context.Context, r db.Reader, query string) ([]string, error) {
	rows, err := r.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	return columns, rows.Err()
}

// Texts lie in an order by chance: of twenty answers in turn, the chance that the names of their rows still sort as they
// came is one in 20 factorial.
func TestTextsDoNotLieInTheOrderInWhichTheyCame(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		offices(t, d, 20, 1)
		round := open(t, d)
		var came []string
		for i := range 20 {
			came = append(came, fmt.Sprintf("text %02d", i))
			answer(t, d, fmt.Sprintf("it%d", i), round, all(3), map[string]string{"language": came[i]})
		}
		lie := ask(t, d, "it0", func(ctx context.Context, r db.Reader, _ struct{}) ([]string, error) {
			return db.Column[string](ctx, r, "SELECT body FROM survey_text ORDER BY id")
		}, struct{}{})
		if len(lie) != 20 || reflect.DeepEqual(lie, came) {
			t.Errorf("got %v, want the twenty in another order", lie)
		}
	})
}

func TestRoundsLieApartAndDoNotBeginInThePast(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		offices(t, d, 1, 1)
		open(t, d)
		for from, kind := range map[string]problem.Kind{"2026-11-24": problem.Invalid, "2026-12-01": problem.Invalid, "2026-12-29": problem.Invalid} {
			if _, err := do(d, "it0", survey.OpenRound, survey.OpenIn{ID: "x" + from, Title: "Again", From: from, To: "2027-02-01"}); !problem.Is(err, kind) {
				t.Errorf("from %s: got %v, want it refused", from, err)
			}
		}
		if _, err := do(d, "it0", survey.OpenRound, survey.OpenIn{Title: "Again", From: "2026-12-30", To: "2027-02-01"}); err != nil {
			t.Errorf("got %v, want a round four weeks later", err)
		}
		d.Now = func() time.Time { return time.Date(2026, 12, 3, 8, 0, 0, 0, time.UTC) }
		if _, err := do(d, "it0", survey.Answer, survey.AnswerIn{Round: "2026-11", Answers: all(3)}); !problem.Is(err, problem.Conflict) {
			t.Errorf("got %v, want no answer past the last day", err)
		}
	})
}

func TestTheGapHasItsIntervalAndZeroInItTellsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		offices(t, d, 6, 6)
		round := open(t, d)
		for i := range 6 {
			it, security := all(3), all(3)
			for k := range 3 {
				name := fmt.Sprintf("budget-%d", k+1)
				it[name], security[name] = 2, 4
				if survey.Reversed(name) {
					it[name], security[name] = 4, 2
				}
			}
			it["silos-1"], security["silos-1"] = 1+i%5, 5-i%5
			answer(t, d, fmt.Sprintf("it%d", i), round, it, nil)
			answer(t, d, fmt.Sprintf("sec%d", i), round, security, nil)
		}
		if _, err := do(d, "it0", survey.CloseRound, survey.CloseIn{Round: round}); err != nil {
			t.Fatal(err)
		}
		got := ask(t, d, "it0", survey.Results, survey.ResultsIn{})[0]
		budget, silos := got.Areas[1], got.Areas[4]
		if budget.Verdict != survey.SecurityHigher || budget.Gap.Value.X != 2 || budget.Gap.Low.X >= 2 || budget.Gap.High.X <= 2 {
			t.Errorf("got %+v, want a gap of 2 with an interval although all answered alike", budget)
		}
		if silos.Verdict != survey.CannotTell || silos.Gap.Low.X > 0 || silos.Gap.High.X < 0 {
			t.Errorf("got %+v, want that nobody can tell", silos)
		}
	})
}

func TestTheFileComesBackAndRefusesCountsThatTellOfFew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		offices(t, d, 6, 5)
		round := open(t, d)
		for i := range 6 {
			answer(t, d, fmt.Sprintf("it%d", i), round, all(1+i%5), map[string]string{"budget": "more"})
		}
		for i := range 5 {
			answer(t, d, fmt.Sprintf("sec%d", i), round, all(4), nil)
		}
		if _, err := do(d, "it0", survey.CloseRound, survey.CloseIn{Round: round}); err != nil {
			t.Fatal(err)
		}
		f := ask(t, d, "it0", exported, struct{}{})
		before := ask(t, d, "it0", survey.Results, survey.ResultsIn{})
		if changes, err := do(d, "it0", survey.Apply, f); err != nil || len(changes) != 0 {
			t.Errorf("got %v %v, want no change", changes, err)
		}
		if _, err := do(d, "it0", survey.Apply, survey.File{}); err != nil {
			t.Fatal(err)
		}
		if changes, err := do(d, "it0", survey.Apply, f); err != nil || len(changes) != 1 {
			t.Errorf("got %v %v, want the round made again", changes, err)
		}
		if after := ask(t, d, "it0", survey.Results, survey.ResultsIn{}); !reflect.DeepEqual(before, after) {
			t.Errorf("got %+v, want %+v", after, before)
		}
		f.Rounds[0].Title = "Late autumn"
		if changes, err := do(d, "it0", survey.Apply, f); err != nil || len(changes) != 1 {
			t.Errorf("got %v %v, want one change: the title", changes, err)
		}
		f.Rounds[0].Sides[1].N = 4
		if _, err := do(d, "it0", survey.Apply, f); !problem.Is(err, problem.Invalid) {
			t.Errorf("got %v, want counts of four refused", err)
		}
		f.Rounds[0].Sides[1].N, f.Rounds[0].Sides[1].Areas["budget"][0] = 5, 1
		if _, err := do(d, "it0", survey.Apply, f); !problem.Is(err, problem.Invalid) {
			t.Errorf("got %v, want counts that do not add up refused", err)
		}
	})
}
