package survey

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

func compare(a, b string) int { return strings.Compare(a, b) }

func plusDays(day string, days int) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return at.AddDate(0, 0, days).Format(time.DateOnly)
}

// Row is a round as it stands today, for the one who asks.
type Row struct {
	Round
	State State  `json:"state"`
	Side  Side   `json:"side,omitempty"` // for which the reader would answer; empty: for none
	Mine  bool   `json:"mine"`           // the reader has answered
	Shown []Side `json:"shown"`          // sides of which enough have answered to show something, once it is over
}

// Rounds lists the rounds, the newest first.
func Rounds(ctx context.Context, r db.Reader, _ struct{}) ([]Row, error) {
	all, err := rounds(ctx, r)
	if err != nil {
		return nil, err
	}
	side, err := sideOf(ctx, r)
	if err != nil {
		return nil, err
	}
	rows := []Row{}
	for i := len(all) - 1; i >= 0; i-- {
		row := Row{Round: all[i], State: all[i].StateOn(identity.Day(r.Now())), Side: side, Shown: []Side{}}
		if row.Mine, err = answered(ctx, r, row.ID, r.Actor().Ref.ID()); err != nil {
			return nil, err
		}
		if row.State == Over {
			shown, err := tallies(ctx, r, row.ID)
			if err != nil {
				return nil, err
			}
			for _, side := range Sides {
				if shown[side].N >= MinN {
					row.Shown = append(row.Shown, side)
				}
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// OpRounds lists rounds.
var OpRounds = op.Query[struct{}, []Row]{Name: "survey.rounds", Route: "GET /api/surveys", Func: Rounds}

func rounds(ctx context.Context, r db.Reader) ([]Round, error) {
	all, err := db.All(ctx, r, func(s db.Scan) (Round, error) {
		var body string
		var round Round
		if err := s(&body); err != nil {
			return round, err
		}
		return round, json.Unmarshal([]byte(body), &round)
	}, "SELECT body FROM survey_round ORDER BY id")
	sortRounds(all)
	return all, err
}

func find(ctx context.Context, r db.Reader, id string) (Round, error) {
	all, err := rounds(ctx, r)
	for _, round := range all {
		if round.ID == id {
			return round, err
		}
	}
	if err == nil {
		err = problem.New(problem.NotFound, "problem.not-found", "what", "survey round "+id)
	}
	return Round{}, err
}

// OpenIn opens a round from a day to a day.
type OpenIn struct {
	ID      string `json:"id,omitempty" doc:"year-month of its first day unless told"`
	Title   string `json:"title"`
	TitleIT string `json:"titleIt,omitempty"`
	From    string `json:"from,omitempty" doc:"first day, today unless told"`
	To      string `json:"to" doc:"last day"`
}

// OpenRound opens a round. It does not begin in the past, nor soon after another.
func OpenRound(ctx context.Context, tx *db.Tx, in OpenIn) (Round, error) {
	round := Round{ID: in.ID, Title: in.Title, TitleIT: in.TitleIT, From: in.From, To: in.To}
	today := identity.Day(tx.Now())
	if round.From == "" {
		round.From = today
	}
	if round.ID == "" && db.ValidDay(round.From) {
		round.ID = round.From[:len("2006-01")]
	}
	if who := tx.Actor().Ref; who.Kind() == "person" {
		round.OpenedBy = who.ID()
	}
	wrong := round.check(plain)
	if db.ValidDay(round.From) && round.From < today {
		wrong = append(wrong, problem.Field("from", "survey.error.past"))
	}
	all, err := rounds(ctx, tx)
	if err != nil {
		return round, err
	}
	for _, other := range all {
		if other.ID == round.ID {
			wrong = append(wrong, problem.Field("id", "problem.twice", "value", round.ID))
		}
	}
	if len(wrong) == 0 {
		wrong = checkRest(append(all, round), func(Round) string { return "from" })
	}
	if err := problem.Many(wrong); err != nil {
		return round, err
	}
	return round, putRound(ctx, tx, round)
}

func plain(name string) string { return name }

// OpOpen opens a round.
var OpOpen = op.Command[OpenIn, Round]{Name: "survey.open", Route: "POST /api/surveys", Func: OpenRound}

// CloseIn names a round.
type CloseIn struct {
	Round string `json:"round"`
}

// Target is the round.
func (in CloseIn) Target() ref.Ref { return Ref(in.Round) }

// Ref is the name of a round as an item.
func Ref(id string) ref.Ref { return ref.New("survey", id) }

// CloseRound closes a round for good, and forgets who answered it.
func CloseRound(ctx context.Context, tx *db.Tx, in CloseIn) (Round, error) {
	round, err := find(ctx, tx, in.Round)
	if err != nil {
		return round, err
	}
	today := identity.Day(tx.Now())
	if round.StateOn(today) != Open {
		return round, problem.New(problem.Conflict, "survey.error.not-open")
	}
	round.Closed = today
	if _, err := tx.Exec(ctx, "DELETE FROM survey_answered WHERE round = $1", round.ID); err != nil {
		return round, err
	}
	return round, putRound(ctx, tx, round)
}

// OpClose closes a round.
var OpClose = op.Command[CloseIn, Round]{Name: "survey.close", Route: "POST /api/surveys/close", Func: CloseRound}

func putRound(ctx context.Context, tx *db.Tx, round Round) error {
	data, err := json.Marshal(round)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO survey_round (id, body) VALUES ($1, $2)
		ON CONFLICT (id) DO UPDATE SET body = excluded.body`, round.ID, string(data)); err != nil {
		return err
	}
	tx.Touch(Ref(round.ID))
	return item.Put(ctx, tx, item.Item{Ref: Ref(round.ID), Title: round.Name(), Area: "survey"})
}
