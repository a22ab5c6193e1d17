package risk

import (
	"context"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Transition is one thing that the watch did to an escalation, or to the acceptance of a scenario.
type Transition struct {
	What    string   `json:"what"` // opened, lapsed, moved, closed or expired
	About   ref.Ref  `json:"about"`
	Because string   `json:"because,omitempty"` // statement, or why it closed
	Figure  *Figure  `json:"figure,omitempty"`
	Offices []string `json:"offices,omitempty"` // that did not acknowledge, or that are reached now
}

// Target is what it happened to.
func (t Transition) Target() ref.Ref { return t.About }

// WatchOut is what the watch did.
type WatchOut struct {
	Transitions []Transition `json:"transitions"`
	Kept        bool         `json:"kept"` // how the statements stand was computed and kept: it had changed
}

// Idle tells that there was nothing to do.
func (o WatchOut) Idle() bool { return len(o.Transitions) == 0 && !o.Kept }

// Watch holds the statements against the figures and does what follows by rule: a breach opens an escalation, once while it
// lasts; a clock that has run out is noted and the next office reached; what is back inside closes; an acceptance past its
// last day ends and its escalation starts again. Each of these leaves an entry of its own. A figure of which nobody can tell
// whether it is above the limit opens nothing, and closes nothing.
func Watch(ctx context.Context, tx *db.Tx, _ struct{}) (WatchOut, error) {
	w := watch{ctx: ctx, tx: tx}
	if err := w.load(); err != nil {
		return w.out, err
	}
	for _, step := range []func() error{w.expire, w.follow, w.open} {
		if err := step(); err != nil {
			return w.out, err
		}
	}
	return w.out, nil
}

// OpWatch holds the statements against the figures.
var OpWatch = op.Command[struct{}, WatchOut]{Name: "risk.watch", Route: "POST /api/risks/watch", Func: Watch}

// watched is the watch at the end of another command.
func watched(ctx context.Context, tx *db.Tx) error {
	_, err := Watch(ctx, tx, struct{}{})
	return err
}

// watch is one round.
type watch struct {
	ctx      context.Context
	tx       *db.Tx
	standing []Standing
	going    []EscalationRow // not closed
	out      WatchOut
}

func (w *watch) load() error {
	before, err := db.Column[string](w.ctx, w.tx, "SELECT inputs_hash FROM risk_standing")
	if err != nil {
		return err
	}
	all, hash, err := standings(w.ctx, w.tx)
	if err != nil {
		return err
	}
	w.standing, w.out = all, WatchOut{Transitions: []Transition{}, Kept: !slices.Equal(before, []string{hash})}
	if err := keepStandings(w.ctx, w.tx, all, hash); err != nil {
		return err
	}
	going, err := db.All(w.ctx, w.tx, scanBody[Escalation], "SELECT body FROM risk_escalation WHERE closed_at IS NULL ORDER BY opened_at, id")
	if err != nil {
		return err
	}
	w.going, err = escalationRows(w.ctx, w.tx, going)
	return err
}

// note leaves the entry of one transition.
func (w *watch) note(t Transition) error {
	w.out.Transitions = append(w.out.Transitions, t)
	_, err := op.Record(w.ctx, w.tx, "risk.watch", t)
	return err
}

// expire ends the acceptances past their last day. The escalation behind one starts again with the officers.
func (w *watch) expire() error {
	all, err := Acceptances(w.ctx, w.tx, AcceptanceFilter{})
	if err != nil {
		return err
	}
	now := w.tx.Now()
	for _, a := range all {
		fallen, err := w.fallen(a)
		if err != nil {
			return err
		}
		if a.EndedAt != nil || a.InForce(today(w.tx)) && !fallen {
			continue
		}
		a.EndedAt = &now
		if err := putAcceptance(w.ctx, w.tx, a); err != nil {
			return err
		}
		for i := range w.going {
			if row := &w.going[i]; row.Accepted == a.ID {
				row.Accepted = ""
				row.Steps = append(row.Steps, row.About.step(0, now))
				if err := putEscalation(w.ctx, w.tx, row.Escalation, row.About); err != nil {
					return err
				}
			}
		}
		if err := w.note(Transition{What: "expired", About: a.About, Because: a.ExpiresOn}); err != nil {
			return err
		}
	}
	return nil
}

// fallen tells whether an acceptance rests on an emergency that was not ratified.
func (w *watch) fallen(a Acceptance) (bool, error) {
	if a.EndedAt != nil || a.Decision == "" {
		return false, nil
	}
	d, err := decision.Get(w.ctx, w.tx, decision.GetIn{ID: a.Decision})
	if problem.Is(err, problem.NotFound) {
		return false, nil
	}
	return err == nil && d.Status(w.tx.Now()) == decision.Reverted, err
}

// follow closes what is over and moves on what has waited long enough.
func (w *watch) follow() error {
	now := w.tx.Now()
	for i := range w.going {
		row := &w.going[i]
		var err error
		switch {
		case row.Standing == nil:
			err = w.close(row, StatementEnded, now)
		case row.Standing.Position == Inside || row.Standing.Position == Warning:
			err = w.close(row, BackInside, now)
		default:
			err = w.move(row, now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *watch) close(row *EscalationRow, why string, now time.Time) error {
	if row.Accepted != "" {
		if err := w.endAcceptance(row.Accepted, now); err != nil {
			return err
		}
	}
	row.Accepted, row.ClosedAt, row.ClosedWhy = "", &now, why
	if err := putEscalation(w.ctx, w.tx, row.Escalation, row.About); err != nil {
		return err
	}
	t := Transition{What: "closed", About: row.Ref(), Because: why}
	if row.Standing != nil {
		t.Figure = row.Standing.Figure
	}
	return w.note(t)
}

func (w *watch) endAcceptance(id string, now time.Time) error {
	all, err := Acceptances(w.ctx, w.tx, AcceptanceFilter{})
	for _, a := range all {
		if a.ID == id {
			a.EndedAt = &now
			return putAcceptance(w.ctx, w.tx, a)
		}
	}
	return err
}

func (w *watch) move(row *EscalationRow, now time.Time) error {
	missing := row.WaitsFor()
	lapsed, moved := row.advance(now)
	if !lapsed && !moved {
		return nil
	}
	if err := putEscalation(w.ctx, w.tx, row.Escalation, row.About); err != nil {
		return err
	}
	if lapsed {
		if err := w.note(Transition{What: "lapsed", About: row.Ref(), Offices: missing}); err != nil {
			return err
		}
	}
	if !moved {
		return nil
	}
	return w.note(Transition{What: "moved", About: row.Ref(), Offices: row.Now().Offices})
}

// open opens an escalation for each breach that has none.
func (w *watch) open() error {
	now := w.tx.Now()
	for _, s := range w.standing {
		if s.Position != Breach || slices.ContainsFunc(w.going, func(row EscalationRow) bool { return row.ClosedAt == nil && row.Statement == s.Statement.ID }) {
			continue
		}
		all, err := db.All(w.ctx, w.tx, scanBody[Escalation], "SELECT body FROM risk_escalation")
		if err != nil {
			return err
		}
		e := Escalation{
			ID: nextNumber(now.Format("E-2006-"), all, func(e Escalation) string { return e.ID }), Statement: s.Statement.ID, Figure: *s.Figure,
			Limit: s.Statement.Breach, OpenedAt: now, Steps: []Step{s.Statement.step(0, now)},
		}
		if err := putEscalation(w.ctx, w.tx, e, s.Statement); err != nil {
			return err
		}
		if err := w.note(Transition{What: "opened", About: e.Ref(), Because: s.Statement.ID, Figure: s.Figure, Offices: e.Now().Offices}); err != nil {
			return err
		}
	}
	return nil
}
