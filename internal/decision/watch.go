package decision

import (
	"context"
	"encoding/json"
	"fmt"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
)

// Passed is a status that a decision reached by the clock alone.
type Passed struct {
	ID     string `json:"id"`
	From   Status `json:"from,omitempty"`
	To     Status `json:"to"`
	Office string `json:"office,omitempty"` // that it reached
}

// Target is the decision.
func (p Passed) Target() ref.Ref { return ref.New("decision", p.ID) }

// WatchOut is what the watch noted.
type WatchOut struct {
	Passed []Passed `json:"passed"`
	Gaps   []Gap    `json:"gaps"`
	Moved  bool     `json:"gapsMoved"` // other gaps than before
	Filled int      `json:"filled"`    // decisions of an older version that were written anew
}

// Idle tells that there was nothing to do.
func (o WatchOut) Idle() bool { return len(o.Passed) == 0 && !o.Moved && o.Filled == 0 }

// Watch notes in the record what the clock alone did: deadlocks by silence and their way up, emergencies that fell,
// approvals that lapsed; and whether the policy can still be followed by the people there are. It decides nothing: the
// status of a decision is computed whenever somebody looks.
func Watch(ctx context.Context, tx *db.Tx, _ struct{}) (WatchOut, error) {
	out := WatchOut{Passed: []Passed{}, Gaps: []Gap{}}
	type noted struct {
		Decision
		before Status
		stage  string
	}
	all, err := db.All(ctx, tx, func(s db.Scan) (noted, error) {
		var n noted
		var err error
		n.Decision, err = scan(func(dest ...any) error { return s(append(dest, &n.before, &n.stage)...) })
		return n, err
	}, `SELECT d.body, d.version, d.noted, d.stage FROM decision d
		WHERE d.stage IN ('', 'waiting', 'one-key', 'stuck', 'emergency') OR d.stage IN ('both-keys', 'approved') AND d.until_at > 0 ORDER BY d.proposed_at, d.id`)
	if err != nil {
		return out, err
	}
	for _, n := range all {
		now := n.Status(tx.Now())
		if fell := now == Reverted && n.Emergency.pending(); fell {
			n.Emergency.RevertedAt = &n.Emergency.Until
		} else if n.stage == "" {
			out.Filled++
		}
		if n.stage == "" || n.Emergency.fallen() {
			if _, err := saved(ctx, tx, n.Decision); err != nil {
				return out, err
			}
		}
		if now == n.before || !now.Stuck() && now != Reverted && now != Lapsed {
			continue
		}
		office, _ := n.Escalation(tx.Now())
		passed := Passed{ID: n.ID, From: n.before, To: now, Office: office}
		out.Passed = append(out.Passed, passed)
		if _, err := tx.Exec(ctx, "UPDATE decision SET noted = $2 WHERE id = $1", n.ID, string(now)); err != nil {
			return out, err
		}
		if _, err := op.Record(ctx, tx, "decision.watch", passed); err != nil {
			return out, err
		}
	}
	return out, out.noteGaps(ctx, tx)
}

// OpWatch notes what the clock did.
var OpWatch = op.Command[struct{}, WatchOut]{Name: "decision.watch", Func: Watch}

const gapsKey = "decision.gaps"

// noteGaps compares what is missing today with what was missing when somebody last looked.
func (o *WatchOut) noteGaps(ctx context.Context, tx *db.Tx) error {
	gaps, err := Gaps(ctx, tx, struct{}{})
	if err != nil {
		return err
	}
	o.Gaps = gaps
	text, err := json.Marshal(gaps)
	if err != nil {
		return fmt.Errorf("gaps: %w", err)
	}
	before, err := db.Value[string](ctx, tx, "SELECT value FROM setting WHERE key = $1", gapsKey)
	if err != nil || before == string(text) || before == "" && len(gaps) == 0 {
		return err
	}
	o.Moved = true
	_, err = tx.Exec(ctx, `INSERT INTO setting (key, value) VALUES ($1, $2)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, gapsKey, string(text))
	return err
}
