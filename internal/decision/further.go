package decision

import (
	"context"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
)

// WriteMemoIn is what one side says of a proposal.
type WriteMemoIn struct {
	ID           string   `json:"id"`
	Side         string   `json:"side" enum:"it,security"`
	First        string   `json:"first,omitempty" doc:"operational impact, or risk"`
	FirstIT      string   `json:"firstIt,omitempty"`
	Second       string   `json:"second,omitempty" doc:"cost and benefit, or control"`
	SecondIT     string   `json:"secondIt,omitempty"`
	Third        string   `json:"third,omitempty" doc:"time, or compliance"`
	ThirdIT      string   `json:"thirdIt,omitempty"`
	MoneyEUR     *float64 `json:"moneyEur,omitempty" doc:"the effect as this side sees it: euro a year"`
	Minutes      *float64 `json:"minutes,omitempty"`
	ExposureDays *float64 `json:"exposureDays,omitempty"`
}

// Target is the decision.
func (in WriteMemoIn) Target() ref.Ref { return ref.New("decision", in.ID) }

// WriteMemo writes the memo of one side.
func WriteMemo(ctx context.Context, tx *db.Tx, in WriteMemoIn) (Decision, error) {
	m := Memo{
		First: in.First, FirstIT: in.FirstIT, Second: in.Second, SecondIT: in.SecondIT, Third: in.Third, ThirdIT: in.ThirdIT,
		MoneyEUR: in.MoneyEUR, Minutes: in.Minutes, ExposureDays: in.ExposureDays,
	}
	return act(ctx, tx, in.ID, "", func(d *Decision, h Hand, _ Clock) error { return d.Write(h, in.Side, m, tx.Now()) })
}

// OpWriteMemo writes the memo of one side.
var OpWriteMemo = op.Command[WriteMemoIn, Decision]{Name: "decision.write-memo", Route: "POST /api/decisions/memo", Func: WriteMemo}

// ChallengeIn is what a second-line officer holds against a proposal.
type ChallengeIn struct {
	ID     string `json:"id"`
	Hash   string `json:"hash"`
	Veto   bool   `json:"veto,omitempty" doc:"stops it, as a no does"`
	Reason string `json:"reason"`
}

// Target is the decision.
func (in ChallengeIn) Target() ref.Ref { return ref.New("decision", in.ID) }

// Object challenges or vetoes a proposal.
func Object(ctx context.Context, tx *db.Tx, in ChallengeIn) (Decision, error) {
	return act(ctx, tx, in.ID, "", func(d *Decision, h Hand, c Clock) error {
		return d.Challenge(h, in.Hash, in.Reason, in.Veto, c, tx.Now())
	})
}

// OpChallenge challenges or vetoes a proposal.
var OpChallenge = op.Command[ChallengeIn, Decision]{Name: "decision.challenge", Route: "POST /api/decisions/challenge", Func: Object}

// AnswerIn answers a challenge.
type AnswerIn struct {
	ID     string `json:"id"`
	Person string `json:"person" doc:"who challenged"`
	Answer string `json:"answer"`
}

// Target is the decision.
func (in AnswerIn) Target() ref.Ref { return ref.New("decision", in.ID) }

// AnswerChallenge answers a challenge.
func AnswerChallenge(ctx context.Context, tx *db.Tx, in AnswerIn) (Decision, error) {
	return act(ctx, tx, in.ID, "", func(d *Decision, h Hand, _ Clock) error { return d.Answer(h, in.Person, in.Answer) })
}

// OpAnswer answers a challenge.
var OpAnswer = op.Command[AnswerIn, Decision]{Name: "decision.answer", Route: "POST /api/decisions/answer", Func: AnswerChallenge}

// LiftChallenge takes a challenge or veto back.
func LiftChallenge(ctx context.Context, tx *db.Tx, in OneIn) (Decision, error) {
	return act(ctx, tx, in.ID, "", func(d *Decision, h Hand, c Clock) error { return d.Lift(h, c, tx.Now()) })
}

// OpLift takes a challenge or veto back.
var OpLift = op.Command[OneIn, Decision]{Name: "decision.lift", Route: "POST /api/decisions/lift", Func: LiftChallenge}

// InterestIn declares an interest of who declares it.
type InterestIn struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// Target is the decision.
func (in InterestIn) Target() ref.Ref { return ref.New("decision", in.ID) }

// DeclareInterest takes who declares it out of the decision.
func DeclareInterest(ctx context.Context, tx *db.Tx, in InterestIn) (Decision, error) {
	return act(ctx, tx, in.ID, "", func(d *Decision, h Hand, c Clock) error { return d.DeclareConflict(h, in.Reason, c, tx.Now()) })
}

// OpInterest declares an interest.
var OpInterest = op.Command[InterestIn, Decision]{Name: "decision.declare-interest", Route: "POST /api/decisions/interest", Func: DeclareInterest}

// ReviewIn is the outcome of a decision.
type ReviewIn struct {
	ID           string   `json:"id"`
	Grade        string   `json:"grade" enum:"reached,partly,missed,unknown"`
	MoneyEUR     *float64 `json:"moneyEur,omitempty"`
	Minutes      *float64 `json:"minutes,omitempty"`
	ExposureDays *float64 `json:"exposureDays,omitempty"`
	Note         string   `json:"note"`
	NoteIT       string   `json:"noteIt,omitempty"`
}

// Target is the decision.
func (in ReviewIn) Target() ref.Ref { return ref.New("decision", in.ID) }

// ReviewOutcome holds the outcome against the expected effect.
func ReviewOutcome(ctx context.Context, tx *db.Tx, in ReviewIn) (Decision, error) {
	outcome := Review{Grade: in.Grade, MoneyEUR: in.MoneyEUR, Minutes: in.Minutes, ExposureDays: in.ExposureDays, Note: in.Note, NoteIT: in.NoteIT}
	return act(ctx, tx, in.ID, "", func(d *Decision, h Hand, _ Clock) error { return d.Grade(h, outcome, tx.Now()) })
}

// OpReview holds the outcome against the expected effect.
var OpReview = op.Command[ReviewIn, Decision]{Name: "decision.review", Route: "POST /api/decisions/review", Func: ReviewOutcome}
