package risk_test

import (
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk"
)

// statement is one on the curve that nobody has set yet.
func statement() risk.Statement {
	return risk.Statement{Sentence: "Rarely so much", On: risk.OnCurve, AmountEUR: 2e6, Warning: 0.01, Breach: 0.02}
}

func TestBoardAloneSetsStatementsAndALimitExistsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, file())
		in := risk.SetStatementIn{Statement: statement()}
		for _, actor := range []db.Actor{cio, cro, admin, db.System("x")} {
			refuses(h, actor, risk.OpSetStatement, in, problem.Forbidden)
		}
		first := do(h, board, risk.OpSetStatement, in)
		if first.ID != "S-2026-001" || first.From != "2026-11-23" || first.SetBy != "franco" {
			t.Errorf("got %+v, want the first of the year, from today", first)
		}
		refuses(h, board, risk.OpSetStatement, in, problem.Invalid)
		twice := statement()
		twice.AmountEUR = 1e6 // the money scale itself
		refuses(h, board, risk.OpSetStatement, risk.SetStatementIn{Statement: twice}, problem.Invalid)
		h.now = monday.AddDate(0, 0, 7)
		second := do(h, board, risk.OpSetStatement, risk.SetStatementIn{Statement: statement(), Replaces: first.ID})
		all, err := op.Ask(ctx, h.run, cro, risk.OpStatements, struct{}{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range all {
			got = append(got, s.ID+" "+s.Until)
		}
		if want := []string{"money ", second.ID + " ", first.ID + " 2026-11-29"}; !slices.Equal(got, want) && !slices.Equal(got, []string{want[1], want[0], want[2]}) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestFigureThatStraddlesItsLimitOpensNothingAndSaysSo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, calm())
		s := statement()
		do(h, board, risk.OpSetStatement, risk.SetStatementIn{Statement: s})
		figure := h.standing("S-2026-001").Figure
		s.Breach, s.Warning, s.AmountEUR = figure.Value, figure.Value/2, 2e6
		do(h, board, risk.OpSetStatement, risk.SetStatementIn{Statement: s, Replaces: "S-2026-001"})
		if got := h.standing("S-2026-002"); got.Position != risk.CannotTell || got.Reason != risk.Straddles {
			t.Errorf("got %s because %q, want cannot tell: %+v against %v", got.Position, got.Reason, got.Figure, s.Breach)
		}
		if n := len(h.escalations()); n != 0 {
			t.Errorf("got %d escalations, want none", n)
		}
	})
}

func TestToleranceKeepsAnAcknowledgedBreachWithTheOfficers(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), calm())
	s := statement()
	s.Warning, s.Breach, s.AmountEUR = 0.01, 0.02, 3e5
	s.Tolerance = &risk.Tolerance{UpTo: 1, Days: 10}
	do(h, board, risk.OpSetStatement, risk.SetStatementIn{Statement: s})
	e := h.only()
	do(h, cio, risk.OpAcknowledge, risk.AcknowledgeIn{ID: e.ID, Office: "cio", Note: "Known."})
	do(h, ciso, risk.OpAcknowledge, risk.AcknowledgeIn{ID: e.ID, Office: "ciso", Note: "Known."})
	h.now = monday.AddDate(0, 0, 9)
	if h.watch(); len(h.only().Steps) != 1 {
		t.Error("got the CRO reached while the breach is tolerated")
	}
	h.now = monday.AddDate(0, 0, 10)
	if h.watch(); !slices.Equal(h.only().Due, []string{"cro"}) {
		t.Errorf("got due %v, want the CRO once the tolerance is over", h.only().Due)
	}
}

func TestStatementsAreMeasuredOnWhatTheyAreAbout(t *testing.T) {
	f := file()
	f.Scenarios[0].Threat, f.Scenarios[0].Services = "error", nil
	f.Scenarios[1].Threat = "criminals"
	f.Statements = []risk.Statement{
		{ID: "area", Sentence: "Area", On: risk.OnArea, Of: "threat:error", Warning: 1, Breach: 1e9, From: "2026-01-01", SetBy: "board", SetOn: "2026-01-01"},
		{ID: "top", Sentence: "Top", On: risk.OnConcentration, Of: "scenario", Warning: 0.1, Breach: 1, From: "2026-01-01", SetBy: "board", SetOn: "2026-01-01"},
		{ID: "none", Sentence: "None", On: risk.OnConcentration, Of: "supplier", Warning: 0.1, Breach: 0.2, From: "2026-01-01", SetBy: "board", SetOn: "2026-01-01"},
	}
	h := newHouse(t, dbtest.SQLite(t), f)
	var s risk.Simulation
	dbtest.View(t, h.d, func(r db.Reader) (err error) { s, err = risk.Current(ctx, r, struct{}{}); return err })
	alone, top := s.Result.Scenarios[1], 0.0 // fraud, outage
	for _, one := range s.Result.Scenarios {
		top = max(top, one.TailShare)
	}
	if got := h.standing("area"); alone.ID != "outage" || got.Figure.Value != alone.Loss.VaR95.Value || !slices.Equal(got.Scenarios, []string{"outage"}) {
		t.Errorf("got %v of %v, want the one scenario's own %v", got.Figure, got.Scenarios, alone.Loss.VaR95.Value)
	}
	got := h.standing("top")
	if got.Figure.Value != top || got.Largest != "risk:outage" || !(got.Figure.Low < top && top < got.Figure.High) || got.Figure.High-got.Figure.Low > 0.1 {
		t.Errorf("got %+v on %s, want %v within a narrow interval", got.Figure, got.Largest, top)
	}
	if got := h.standing("none"); got.Position != risk.CannotTell || got.Reason != risk.NoScenario {
		t.Errorf("got %s because %q, want cannot tell: nothing hangs on a supplier", got.Position, got.Reason)
	}
}

func TestFileOfTheAppetiteComesBackAsItWas(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, breached())
		do(h, board, risk.OpSetStatement, risk.SetStatementIn{Statement: statement()})
		e := h.only()
		do(h, cio, risk.OpAcknowledge, risk.AcknowledgeIn{ID: e.ID, Office: "cio", Note: "Known."})
		h.accepts(e.Ref())
		do(h, ciso, risk.OpAccept, risk.AcceptIn{About: e.Ref(), ReviewOn: "2026-12-10", ExpiresOn: "2026-12-20"})
		first := exported(t, d)
		other := dbtest.SQLite(t)
		other.Now = d.Now
		var f risk.File
		if err := yaml.Unmarshal(first, &f); err != nil {
			t.Fatal(err)
		}
		apply(t, other, f)
		if got := exported(t, other); string(got) != string(first) {
			t.Errorf("got\n%s\nwant\n%s", got, first)
		}
		dbtest.Change(t, other, func(tx *db.Tx) error {
			plan, err := risk.Apply(ctx, tx, f)
			if len(plan) != 0 {
				t.Errorf("got %v, want nothing left to change", plan)
			}
			return err
		})
	})
}

func exported(t *testing.T, d *db.DB) (data []byte) {
	t.Helper()
	dbtest.View(t, d, func(r db.Reader) error {
		f, err := risk.Export(ctx, r)
		if err != nil {
			return err
		}
		data, err = yaml.Marshal(f)
		return err
	})
	return data
}

func TestStatementsOfAFileNameWhatIsWrong(t *testing.T) {
	day := "2026-01-01"
	for _, c := range []struct {
		name  string
		s     risk.Statement
		field string
	}{
		{"reserved id", risk.Statement{ID: "money", Sentence: "x", On: risk.OnCurve, AmountEUR: 1, Warning: .1, Breach: .2, From: day}, "statements[money].id"},
		{"no sentence", risk.Statement{ID: "a", On: risk.OnCurve, AmountEUR: 1, Warning: .1, Breach: .2, From: day}, "statements[a].sentence"},
		{"probability above one", risk.Statement{ID: "a", Sentence: "x", On: risk.OnCurve, AmountEUR: 1, Warning: .1, Breach: 1.2, From: day}, "statements[a].breach"},
		{"warning above limit", risk.Statement{ID: "a", Sentence: "x", On: risk.OnCurve, AmountEUR: 1, Warning: .3, Breach: .2, From: day}, "statements[a].warning"},
		{"no amount", risk.Statement{ID: "a", Sentence: "x", On: risk.OnCurve, Warning: .1, Breach: .2, From: day}, "statements[a].amount_eur"},
		{"unknown area", risk.Statement{ID: "a", Sentence: "x", On: risk.OnArea, Of: "colour:red", Warning: 1, Breach: 2, From: day}, "statements[a].of"},
		{"unknown service", risk.Statement{ID: "a", Sentence: "x", On: risk.OnService, Of: "nowhere", Reading: risk.Expected, Warning: 1, Breach: 2, From: day}, "statements[a].of"},
		{"no reading", risk.Statement{ID: "a", Sentence: "x", On: risk.OnService, Of: "nowhere", Warning: 1, Breach: 2, From: day}, "statements[a].reading"},
		{"ends before it begins", risk.Statement{ID: "a", Sentence: "x", On: risk.OnCurve, AmountEUR: 1, Warning: .1, Breach: .2, From: day, Until: "2025-01-01"}, "statements[a].until"},
		{"tolerance below limit", risk.Statement{ID: "a", Sentence: "x", On: risk.OnCurve, AmountEUR: 1, Warning: .1, Breach: .2, From: day, Tolerance: &risk.Tolerance{UpTo: .15, Days: 3}}, "statements[a].tolerance.up_to"},
		{"money scale again", risk.Statement{ID: "a", Sentence: "x", On: risk.OnCurve, AmountEUR: 1e6, Warning: .01, Breach: .05, From: day}, "statements[a].of"},
	} {
		f := file()
		f.Statements = []risk.Statement{c.s}
		err := dbtest.SQLite(t).Change(ctx, db.System("test"), func(tx *db.Tx) error { _, err := risk.Apply(ctx, tx, f); return err })
		p, ok := problem.As(err)
		if !ok || !slices.Contains(fieldsOf(p), c.field) {
			t.Errorf("%s: got %v, want %s named", c.name, err, c.field)
		}
	}
}
