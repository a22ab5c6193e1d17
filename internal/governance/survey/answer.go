package survey

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// offices of each side. Who holds none of them answers for the function of their unit.
var offices = map[Side][]string{
	IT:       {identity.OfficeCIO, identity.OfficeCTO, identity.OfficeCDO, identity.OfficeITStaff},
	Security: {identity.OfficeCISO, identity.OfficeOTSecurity, identity.OfficeSecurityStaff},
}

// sideOf is the side for which whoever acts answers today; empty for those of neither, and of both.
func sideOf(ctx context.Context, r db.Reader) (Side, error) {
	who := r.Actor().Ref
	if who.Kind() != "person" {
		return "", nil
	}
	held, err := identity.OfficesAt(ctx, r, who.ID(), identity.Day(r.Now()))
	if err != nil {
		return "", err
	}
	var found []Side
	for _, side := range Sides {
		if slices.ContainsFunc(held, func(office string) bool { return slices.Contains(offices[side], office) }) {
			found = append(found, side)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return unitSide(ctx, r, who.ID())
}

// unitSide is the side of the unit of a person.
func unitSide(ctx context.Context, r db.Reader, person string) (Side, error) {
	p, err := identity.Get(ctx, r, identity.GetInput{ID: person})
	if err != nil {
		return "", err
	}
	units, err := identity.Units(ctx, r, struct{}{})
	for _, u := range units {
		if u.Name == p.Unit && (u.Function == "it" || u.Function == "security") {
			return Side(u.Function), err
		}
	}
	return "", err
}

// AnswerIn is everything that one person answers. The record holds neither the answers nor the texts.
type AnswerIn struct {
	Round   string            `json:"round"`
	Answers map[string]int    `json:"answers" secret:"true" doc:"statement to agreement, 1 to 5; all of them"`
	Texts   map[string]string `json:"texts,omitempty" secret:"true" doc:"area to words, if any"`
}

// Target is the round.
func (in AnswerIn) Target() ref.Ref { return Ref(in.Round) }

// Thanks is all that an answer gives back.
type Thanks struct {
	Round string `json:"round"`
}

// Answer counts an answer for the side of whoever gives it, once. Nothing that is kept ties it to the person: that
// somebody has answered stands in a table of its own, counts have no order, and texts are written anew in another.
func Answer(ctx context.Context, tx *db.Tx, in AnswerIn) (Thanks, error) {
	thanks := Thanks{Round: in.Round}
	round, err := find(ctx, tx, in.Round)
	if err != nil {
		return thanks, err
	}
	if round.StateOn(identity.Day(tx.Now())) != Open {
		return thanks, problem.New(problem.Conflict, "survey.error.not-open")
	}
	side, err := sideOf(ctx, tx)
	if err != nil {
		return thanks, err
	}
	if side == "" {
		return thanks, problem.New(problem.Forbidden, "survey.error.no-side", "policy", "people-of-both-offices-answer-the-survey")
	}
	person := tx.Actor().Ref.ID()
	if done, err := answered(ctx, tx, round.ID, person); err != nil || done {
		if err == nil {
			err = problem.New(problem.Conflict, "survey.error.answered")
		}
		return thanks, err
	}
	if err := in.check(); err != nil {
		return thanks, err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO survey_answered (round, person) VALUES ($1, $2)", round.ID, person); err != nil {
		return thanks, err
	}
	if err := count(ctx, tx, round.ID, side, in.Answers); err != nil {
		return thanks, err
	}
	return thanks, addTexts(ctx, tx, round.ID, side, in.Texts)
}

// OpAnswer answers a round.
var OpAnswer = op.Command[AnswerIn, Thanks]{Name: "survey.answer", Route: "POST /api/surveys/answers", Func: Answer}

func (in AnswerIn) check() error {
	var wrong []*problem.Error
	for _, statement := range Statements() {
		switch v, there := in.Answers[statement]; {
		case !there:
			wrong = append(wrong, problem.Field(statement, "problem.required"))
		case v < 1 || v > 5:
			wrong = append(wrong, problem.Field(statement, "survey.error.scale"))
		}
	}
	for statement := range in.Answers {
		if !slices.Contains(Statements(), statement) {
			wrong = append(wrong, problem.Field("answers", "survey.error.unknown"))
		}
	}
	for area, text := range in.Texts {
		if !slices.Contains(Areas, area) {
			wrong = append(wrong, problem.Field("texts", "survey.error.unknown"))
		}
		if len(text) > 2000 {
			wrong = append(wrong, problem.Field("text-"+area, "problem.too-long", "max", 2000))
		}
	}
	return problem.Many(wrong)
}

// count adds one to the value of each statement and to the sum of each area.
func count(ctx context.Context, tx *db.Tx, round string, side Side, answers map[string]int) error {
	for _, area := range Areas {
		sum := 0
		for i := range PerArea {
			statement := fmt.Sprintf("%s-%d", area, i+1)
			sum += points(statement, answers[statement])
			if err := addOne(ctx, tx, round, side, statement, answers[statement]); err != nil {
				return err
			}
		}
		if err := addOne(ctx, tx, round, side, area, sum); err != nil {
			return err
		}
	}
	return nil
}

func addOne(ctx context.Context, tx *db.Tx, round string, side Side, what string, value int) error {
	_, err := tx.Exec(ctx, `INSERT INTO survey_count (round, side, item, value, n) VALUES ($1, $2, $3, $4, 1)
		ON CONFLICT (round, side, item, value) DO UPDATE SET n = survey_count.n + 1`, round, side, what, value)
	return err
}

// text is what somebody of a side wrote about an area.
type text struct {
	Area, Body string
}

// addTexts puts texts among those of the side, and writes all of them anew in an order by chance: neither their place
// nor their name says which came last.
func addTexts(ctx context.Context, tx *db.Tx, round string, side Side, added map[string]string) error {
	all, err := texts(ctx, tx, round, side)
	if err != nil {
		return err
	}
	for _, area := range Areas {
		if added[area] != "" {
			all = append(all, text{area, added[area]})
		}
	}
	return putTexts(ctx, tx, round, side, all)
}

func putTexts(ctx context.Context, tx *db.Tx, round string, side Side, all []text) error {
	if _, err := tx.Exec(ctx, "DELETE FROM survey_text WHERE round = $1 AND side = $2", round, side); err != nil {
		return err
	}
	for len(all) > 0 {
		pick, err := rand.Int(rand.Reader, big.NewInt(int64(len(all))))
		if err != nil {
			return fmt.Errorf("survey: %w", err)
		}
		at := int(pick.Int64())
		id := make([]byte, 16)
		if _, err := rand.Read(id); err != nil {
			return fmt.Errorf("survey: %w", err)
		}
		_, err = tx.Exec(ctx, "INSERT INTO survey_text (id, round, side, area, body) VALUES ($1, $2, $3, $4, $5)", hex.EncodeToString(id), round, side, all[at].Area, all[at].Body)
		if err != nil {
			return err
		}
		all = slices.Delete(all, at, at+1)
	}
	return nil
}

func texts(ctx context.Context, r db.Reader, round string, side Side) ([]text, error) {
	return db.All(ctx, r, func(s db.Scan) (text, error) {
		var t text
		return t, s(&t.Area, &t.Body)
	}, "SELECT area, body FROM survey_text WHERE round = $1 AND side = $2 ORDER BY area, body", round, side)
}

func answered(ctx context.Context, r db.Reader, round, person string) (bool, error) {
	n, err := db.Value[int](ctx, r, "SELECT COUNT(*) FROM survey_answered WHERE round = $1 AND person = $2", round, person)
	return n > 0, err
}
