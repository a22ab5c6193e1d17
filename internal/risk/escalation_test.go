package risk_test

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"accordo.dev/internal/access"
	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/record"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
)

var ctx = context.Background()

var (
	cio   = db.Actor{Ref: "person:ada", Name: "Ada", Offices: []string{"cio"}}
	ciso  = db.Actor{Ref: "person:bruno", Name: "Bruno", Offices: []string{"ciso"}}
	cro   = db.Actor{Ref: "person:rita", Name: "Rita", Offices: []string{"cro"}}
	board = db.Actor{Ref: "person:franco", Name: "Franco", Offices: []string{"board"}}
	admin = db.Actor{Ref: "person:fabio", Name: "Fabio", Offices: []string{"ciso", "administrator"}}
)

// house is an installation whose clock the test turns.
type house struct {
	*testing.T
	d   *db.DB
	run *op.Runner
	now time.Time
}

// monday is the start of a week without surprises.
var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func newHouse(t *testing.T, d *db.DB, f risk.File) *house {
	t.Helper()
	policies, err := access.Load(identity.Offices)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{T: t, d: d, run: &op.Runner{DB: d, Access: policies}, now: monday}
	d.Now = func() time.Time { return h.now }
	apply(t, d, f)
	return h
}

func do[In, Out any](h *house, actor db.Actor, c op.Command[In, Out], in In) Out {
	h.Helper()
	out, err := op.Do(ctx, h.run, actor, c, in)
	if err != nil {
		h.Fatalf("%s: %v", c.Name, err)
	}
	return out
}

// refuses runs a command that must be refused, and gives the problem.
func refuses[In, Out any](h *house, actor db.Actor, c op.Command[In, Out], in In, kind problem.Kind) *problem.Error {
	h.Helper()
	_, err := op.Do(ctx, h.run, actor, c, in)
	if !problem.Is(err, kind) {
		h.Fatalf("%s: got %v, want %s", c.Name, err, kind)
	}
	p, _ := problem.As(err)
	return p
}

func (h *house) watch() risk.WatchOut {
	h.Helper()
	return do(h, db.System("watch"), risk.OpWatch, struct{}{})
}

func (h *house) escalations() []risk.EscalationRow {
	h.Helper()
	rows, err := op.Ask(ctx, h.run, cio, risk.OpEscalations, risk.EscalationFilter{Sort: "opened"})
	if err != nil {
		h.Fatal(err)
	}
	return rows
}

// only gives the one escalation there is.
func (h *house) only() risk.EscalationRow {
	h.Helper()
	rows := h.escalations()
	if len(rows) != 1 {
		h.Fatalf("got %d escalations, want 1", len(rows))
	}
	return rows[0]
}

func (h *house) standing(id string) risk.Standing {
	h.Helper()
	all, err := op.Ask(ctx, h.run, cio, risk.OpStandings, struct{}{})
	if err != nil {
		h.Fatal(err)
	}
	i := slices.IndexFunc(all, func(s risk.Standing) bool { return s.Statement.ID == id })
	if i < 0 {
		h.Fatalf("got no standing of %s", id)
	}
	return all[i]
}

// entries gives the inputs of all entries of an operation.
func (h *house) entries(operation string) []string {
	h.Helper()
	var inputs []string
	dbtest.View(h, h.d, func(r db.Reader) error {
		page, err := record.List(ctx, r, record.Filter{Page: db.Page{Limit: db.Unlimited, Sort: "seq"}, Operation: operation})
		for _, e := range page.Items {
			inputs = append(inputs, string(e.Input))
		}
		return err
	})
	return inputs
}

// breached is a bank whose yearly loss is far above its money scale.
func breached() risk.File {
	f := file()
	f.Appetite[0].MoneyP95EUR = 1e5
	return f
}

// calm is a bank that is inside its money scale.
func calm() risk.File {
	f := file()
	f.Appetite[0].MoneyP95EUR = 1e9
	return f
}

func TestHoldSaysBreachOnlyWhenTheWholeIntervalIsAbove(t *testing.T) {
	at := func(low, high float64) *risk.Figure {
		return &risk.Figure{Value: (low + high) / 2, Low: low, High: high}
	}
	for _, c := range []struct {
		name           string
		figure         *risk.Figure
		warning, limit float64
		want           risk.Position
	}{
		{"no figure", nil, 1, 2, risk.CannotTell},
		{"below both", at(0.1, 0.9), 1, 2, risk.Inside},
		{"ends on the warning", at(0.1, 1), 1, 2, risk.Inside},
		{"reaches the warning", at(0.9, 1.1), 1, 2, risk.Warning},
		{"ends on the limit", at(1.5, 2), 1, 2, risk.Warning},
		{"straddles the limit", at(1.9, 2.1), 1, 2, risk.CannotTell},
		{"begins on the limit", at(2, 2.2), 1, 2, risk.CannotTell},
		{"above the limit", at(2.1, 2.2), 1, 2, risk.Breach},
		{"without a warning", at(1.9, 2), 0, 2, risk.Inside},
	} {
		if got := risk.Hold(c.figure, c.warning, c.limit); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestLifeOfAnEscalation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, breached())
		e := h.only()
		if e.Statement != risk.Headline || e.StateNow != risk.EscalationOpen || !slices.Equal(e.Due, []string{"cio", "ciso"}) {
			t.Fatalf("got %s %s due %v, want the money scale open at both officers", e.Statement, e.StateNow, e.Due)
		}
		if want := monday.AddDate(0, 0, 2); !e.Now().DueAt.Equal(want) {
			t.Errorf("got due %v, want two working days later %v", e.Now().DueAt, want)
		}

		do(h, cio, risk.OpAcknowledge, risk.AcknowledgeIn{ID: e.ID, Office: "cio", Note: "Backups are tested this week."})
		if e = h.only(); !slices.Equal(e.Due, []string{"ciso"}) {
			t.Errorf("got due %v, want the CISO alone", e.Due)
		}

		h.now = monday.AddDate(0, 0, 2).Add(time.Minute)
		out := h.watch()
		if e = h.only(); len(e.Steps) != 2 || e.Steps[0].LapsedAt == nil || !slices.Equal(e.Due, []string{"cro"}) || len(out.Transitions) != 2 {
			t.Fatalf("got steps %+v and %d transitions, want the lapse of the CISO noted and the CRO reached", e.Steps, len(out.Transitions))
		}
		if want := time.Date(2026, 11, 30, 9, 1, 0, 0, time.UTC); !e.Now().DueAt.Equal(want) {
			t.Errorf("got due %v, want three working days after a Wednesday %v", e.Now().DueAt, want)
		}

		h.accepts(e.Ref())
		a := do(h, ciso, risk.OpAccept, risk.AcceptIn{About: e.Ref(), ReviewOn: "2026-12-10", ExpiresOn: "2026-12-20"})
		if e = h.only(); e.StateNow != risk.EscalationAccepted || len(e.Due) != 0 || a.Decision == "" {
			t.Fatalf("got %s due %v decision %q, want it accepted", e.StateNow, e.Due, a.Decision)
		}

		h.now = time.Date(2026, 12, 20, 23, 0, 0, 0, time.UTC)
		if h.watch(); h.only().StateNow != risk.EscalationAccepted {
			t.Error("got it reopened on the last day of the acceptance")
		}
		h.now = time.Date(2026, 12, 21, 1, 0, 0, 0, time.UTC)
		h.watch()
		if e = h.only(); e.StateNow != risk.EscalationOpen || !slices.Equal(e.Due, []string{"cio", "ciso"}) {
			t.Fatalf("got %s due %v, want it to start again with the officers", e.StateNow, e.Due)
		}

		do(h, board, risk.OpSetAppetite, risk.SetAppetiteIn{Appetite: risk.Appetite{MoneyP95EUR: 1e9, MinutesQuarter: 1, ExposureDaysQuarter: 1}})
		if e = h.only(); e.StateNow != risk.EscalationClosed || e.ClosedWhy != risk.BackInside {
			t.Errorf("got %s because %s, want it closed: back inside", e.StateNow, e.ClosedWhy)
		}
		var noted []string
		for _, input := range h.entries("risk.watch") {
			var done risk.Transition
			if err := json.Unmarshal([]byte(input), &done); err != nil {
				t.Fatal(err)
			}
			if done.What != "" {
				noted = append(noted, done.What)
			}
		}
		if want := []string{"opened", "lapsed", "moved", "expired", "closed"}; !slices.Equal(noted, want) {
			t.Errorf("got the record note %v, want %v", noted, want)
		}
	})
}

// accepts proposes to accept something, and turns both keys.
func (h *house) accepts(about ref.Ref) {
	h.Helper()
	d := do(h, cio, decision.OpPropose, decision.ProposeIn{Title: "Accept", Terms: decision.Terms{Content: "It is borne."}, About: about, Kind: decision.AcceptRisk, Materiality: "medium"})
	for office, actor := range map[string]db.Actor{"cio": cio, "ciso": ciso} {
		do(h, actor, decision.OpGiveKey, decision.GiveKeyIn{ID: d.ID, Office: office, Hash: d.Hash()})
	}
}

func TestWatchTwiceChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, breached())
		for _, days := range []int{0, 1, 3, 20, 40} {
			h.now = monday.AddDate(0, 0, days)
			h.watch()
			before := h.escalations()
			if out := h.watch(); !out.Idle() || !reflect.DeepEqual(before, h.escalations()) {
				t.Errorf("day %d: got %+v, want a second watch to change nothing", days, out)
			}
		}
		if e := h.only(); len(e.Steps) != 3 || e.Steps[2].LapsedAt == nil || !slices.Equal(e.Due, []string{"board"}) {
			t.Errorf("got %+v, want all three clocks run out and the board still asked", e.Steps)
		}
	})
}

func TestOnlyTheHolderOfTheOfficeAcknowledges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, breached())
		in := risk.AcknowledgeIn{ID: h.only().ID, Office: "ciso", Note: "Known."}
		for name, actor := range map[string]db.Actor{
			"the other officer": cio, "an administrator": admin, "the system": db.System("x"),
			"a token": {Ref: ciso.Ref, Offices: ciso.Offices, Scopes: []string{"write"}}, "nobody": {Ref: "person:none"},
		} {
			h.Log(name)
			refuses(h, actor, risk.OpAcknowledge, in, problem.Forbidden)
		}
		both := db.Actor{Ref: cio.Ref, Offices: []string{"cio", "ciso"}}
		do(h, both, risk.OpAcknowledge, risk.AcknowledgeIn{ID: in.ID, Office: "cio", Note: "Known."})
		refuses(h, both, risk.OpAcknowledge, in, problem.Forbidden)
		refuses(h, cro, risk.OpAcknowledge, risk.AcknowledgeIn{ID: in.ID, Office: "cro", Note: "Early."}, problem.Conflict)
		refuses(h, ciso, risk.OpAcknowledge, risk.AcknowledgeIn{ID: in.ID, Office: "ciso", Note: " "}, problem.Invalid)
		do(h, ciso, risk.OpAcknowledge, in)
		if e := h.only(); !slices.Equal(e.Due, []string{"cro"}) {
			t.Errorf("got due %v, want the CRO once both officers know", e.Due)
		}
	})
}

func TestAcceptanceNeedsBothKeysAndAnExpiry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, breached())
		about := h.only().Ref()
		good := risk.AcceptIn{About: about, ReviewOn: "2027-05-31", ExpiresOn: "2027-11-23"}
		refuses(h, ciso, risk.OpAccept, good, problem.Conflict)
		h.accepts(about)
		for _, c := range []struct{ review, expires, field string }{
			{"2027-05-31", "2027-11-24", "expires_on"},
			{"2026-11-24", "2026-11-23", "expires_on"},
			{"2027-12-01", "2027-11-23", "review_on"},
			{"2026-11-23", "2027-11-23", "review_on"},
			{"", "2027-11-23", "review_on"},
			{"2027-05-31", "", "expires_on"},
		} {
			p := refuses(h, ciso, risk.OpAccept, risk.AcceptIn{About: about, ReviewOn: c.review, ExpiresOn: c.expires}, problem.Invalid)
			if fields := fieldsOf(p); !slices.Contains(fields, c.field) {
				t.Errorf("review %s, expires %s: got %v, want %s named", c.review, c.expires, fields, c.field)
			}
		}
		refuses(h, cro, risk.OpAccept, good, problem.Forbidden)
		refuses(h, db.System("x"), risk.OpAccept, good, problem.Forbidden)
		do(h, ciso, risk.OpAccept, good)
		refuses(h, ciso, risk.OpAccept, good, problem.Conflict)
		h.now = time.Date(2027, 5, 31, 8, 0, 0, 0, time.UTC)
		due, err := op.Ask(ctx, h.run, cro, risk.OpAcceptances, risk.AcceptanceFilter{Due: true})
		if err != nil || len(due) != 1 {
			t.Errorf("got %d reviews due, %v, want 1", len(due), err)
		}
	})
}

func TestScenarioIsAcceptedOnlyWhereThatIsItsTreatment(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), calm())
	h.accepts("risk:outage")
	h.accepts("risk:fraud")
	in := risk.AcceptIn{About: "risk:outage", ReviewOn: "2027-01-10", ExpiresOn: "2027-02-01"}
	refuses(h, ciso, risk.OpAccept, in, problem.Conflict)
	in.About = "risk:fraud"
	do(h, ciso, risk.OpAccept, in)
	h.now = time.Date(2027, 2, 2, 8, 0, 0, 0, time.UTC)
	if out := h.watch(); len(out.Transitions) != 1 || out.Transitions[0].What != "expired" {
		t.Errorf("got %+v, want its end noted", out.Transitions)
	}
}

func fieldsOf(p *problem.Error) []string {
	fields := []string{p.Field}
	for _, cause := range p.Causes {
		fields = append(fields, cause.Field)
	}
	return fields
}
