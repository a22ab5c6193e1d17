package risk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// Position is how a figure stands to its limit.
type Position string

// The positions.
const (
	Inside     Position = "inside"
	Warning    Position = "warning"     // its interval reaches the warning threshold and stays below the limit
	Breach     Position = "breach"      // its whole interval is above the limit
	CannotTell Position = "cannot-tell" // there is no figure, or the limit lies in its interval
)

// Positions lists them, the worst first.
var Positions = []Position{Breach, CannotTell, Warning, Inside}

// Standing is a statement in force and how it stands.
type Standing struct {
	Statement Statement `json:"statement"`
	Position  Position  `json:"position"`
	measured
	Years      int       `json:"years,omitempty"`
	At         time.Time `json:"at"` // of the simulation
	InputsHash string    `json:"inputsHash,omitempty"`
}

// Hold holds a figure against warning and limit. A warning comes early: the interval needs only to reach its threshold.
// A breach is said only when the whole interval is above the limit.
func Hold(f *Figure, warning, limit float64) Position {
	switch {
	case f == nil:
		return CannotTell
	case f.Low > limit:
		return Breach
	case f.High > limit:
		return CannotTell
	case warning > 0 && f.High > warning:
		return Warning
	default:
		return Inside
	}
}

// hold holds a statement against its figure. A lower bound proves a breach, and nothing else.
func (s Statement) hold(m measured) (Position, string) {
	position := Hold(m.Figure, s.Warning, s.Breach)
	switch {
	case position == CannotTell && m.Reason == "":
		return position, Straddles
	case position != Breach && m.Reason != "":
		return CannotTell, m.Reason
	default:
		return position, m.Reason
	}
}

// Within tells whether a breach is still tolerated at a moment, when it has lasted since another one.
func (s Standing) Within(since, now time.Time) bool {
	t := s.Statement.Tolerance
	return t != nil && s.Figure != nil && s.Reason != NoMinutes && s.Figure.High <= t.UpTo && now.Before(since.AddDate(0, 0, t.Days))
}

// Standings holds the statements in force against the estimates as they are: the stored answer when nothing changed since,
// else it is computed (and not stored: only commands write).
func Standings(ctx context.Context, r db.Reader, _ struct{}) ([]Standing, error) {
	all, _, err := standings(ctx, r)
	return all, err
}

// OpStandings holds the statements against the figures.
var OpStandings = op.Query[struct{}, []Standing]{Name: "risk.standings", Route: "GET /api/risks/standings", Func: Standings}

// standings also gives the hash of what they were computed from.
func standings(ctx context.Context, r db.Reader) ([]Standing, string, error) {
	statements, err := inForce(ctx, r)
	if err != nil {
		return nil, "", err
	}
	hash, err := standingHash(ctx, r, statements)
	if err != nil {
		return nil, "", err
	}
	none := problem.New(problem.NotFound, "problem.not-found", "what", "standing")
	stored, err := db.One(ctx, r, none, scanBody[[]Standing], "SELECT body FROM risk_standing WHERE inputs_hash = $1", hash)
	if err == nil || !problem.Is(err, problem.NotFound) {
		return stored, hash, err
	}
	f, err := loadFigures(ctx, r)
	if err != nil {
		return nil, "", err
	}
	all := make([]Standing, len(statements))
	for i, s := range statements {
		if all[i], err = f.standing(s); err != nil {
			return nil, "", fmt.Errorf("statement %s: %w", s.ID, err)
		}
	}
	return all, hash, nil
}

func standingHash(ctx context.Context, r db.Reader, statements []Statement) (string, error) {
	_, inputs, err := loadInputs(ctx, r)
	if err != nil {
		return "", err
	}
	hangs, err := hangings(ctx, r)
	if err != nil {
		return "", err
	}
	data, err := json.Marshal([]any{"standing-1", inputs, statements, hangs})
	if err != nil {
		return "", fmt.Errorf("standing: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

func (f *figures) standing(s Statement) (Standing, error) {
	m, err := f.measure(s)
	out := Standing{Statement: s, measured: m, Years: f.whole.Result.Years, At: f.whole.At, InputsHash: f.whole.InputsHash}
	out.Position, out.Reason = s.hold(m)
	if s.ID == Headline && f.known {
		// The same rule as everywhere else where the money scale is shown: the loss that 1 year in 20 exceeds.
		out.Position, out.Reason = f.whole.Position(Appetite{MoneyP95EUR: s.AmountEUR}), ""
		if out.Position == CannotTell {
			out.Reason = Straddles
		}
	}
	return out, err
}

// keepStandings stores the standings, so that the next reader does not wait for them. Older ones are of no use to anybody.
func keepStandings(ctx context.Context, tx *db.Tx, all []Standing, hash string) error {
	body, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("standing: %w", err)
	}
	if _, err := tx.Exec(ctx, "DELETE FROM risk_standing WHERE inputs_hash <> $1", hash); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO risk_standing (inputs_hash, at, body) VALUES ($1, $2, $3)
		ON CONFLICT (inputs_hash) DO NOTHING`, hash, db.Micros(tx.Now()), string(body))
	return err
}
