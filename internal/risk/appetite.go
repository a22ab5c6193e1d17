package risk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Appetite is how much the board is ready to bear, on the three scales that CIO and CISO share.
// Each setting stays in the history; the one in force on a day is the last set not later.
type Appetite struct {
	SetOn               string  `yaml:"set_on" json:"setOn"` // day
	SetBy               string  `yaml:"set_by" json:"setBy"` // person id, or the office "board"
	Decision            string  `yaml:"decision,omitempty" json:"decision,omitempty"`
	MoneyP95EUR         float64 `yaml:"money_p95_eur" json:"moneyP95Eur"` // loss of a year that only 1 year in 20 may exceed
	MinutesQuarter      float64 `yaml:"minutes_quarter" json:"minutesQuarter"`
	ExposureDaysQuarter float64 `yaml:"exposure_days_quarter" json:"exposureDaysQuarter"`    // weighted
	CapacityEUR         float64 `yaml:"capacity_eur,omitempty" json:"capacityEur,omitempty"` // risk capacity: the loss of a year that would end the organisation; 0: never said
}

func (a Appetite) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	if !db.ValidDay(a.SetOn) {
		wrong = append(wrong, problem.Field(field("set_on"), "problem.day", "value", a.SetOn))
	}
	for _, v := range []struct {
		name  string
		value float64
	}{{"money_p95_eur", a.MoneyP95EUR}, {"minutes_quarter", a.MinutesQuarter}, {"exposure_days_quarter", a.ExposureDaysQuarter}} {
		if !(v.value > 0) {
			wrong = append(wrong, problem.Field(field(v.name), "risk.error.positive"))
		}
	}
	if a.CapacityEUR != 0 && !(a.CapacityEUR > a.MoneyP95EUR) {
		wrong = append(wrong, problem.Field(field("capacity_eur"), "risk.appetite.error.capacity"))
	}
	return wrong
}

// amounts are the losses of a year for which the chance of a higher one is wanted today: the money scale first, then what
// the statements on the curve name, then the capacity.
func amounts(ctx context.Context, r db.Reader) ([]float64, error) {
	statements, err := inForce(ctx, r)
	if err != nil {
		return nil, err
	}
	var all []float64
	add := func(amount float64) {
		if amount > 0 && !slices.Contains(all, amount) {
			all = append(all, amount)
		}
	}
	for _, headline := range []bool{true, false} {
		for _, s := range statements {
			if (s.ID == Headline) == headline {
				add(s.AmountEUR)
			}
		}
	}
	appetite, err := AppetiteOn(ctx, r, today(r))
	if problem.Is(err, problem.NotFound) {
		return all, nil
	}
	add(appetite.CapacityEUR)
	return all, err
}

// AppetiteOn gives the appetite in force on a day; NotFound when the board never set one.
func AppetiteOn(ctx context.Context, r db.Reader, day string) (Appetite, error) {
	return db.One(ctx, r, problem.New(problem.NotFound, "risk.error.no-appetite"), scanAppetite,
		"SELECT body FROM risk_appetite WHERE set_on <= $1 ORDER BY set_on DESC LIMIT 1", day)
}

// AppetiteHistory gives all settings, the newest first.
func AppetiteHistory(ctx context.Context, r db.Reader, _ struct{}) ([]Appetite, error) {
	return db.All(ctx, r, scanAppetite, "SELECT body FROM risk_appetite ORDER BY set_on DESC")
}

// OpAppetite reads the history of the appetite.
var OpAppetite = op.Query[struct{}, []Appetite]{Name: "risk.appetite", Route: "GET /api/risks/appetite", Func: AppetiteHistory}

// SetAppetiteIn is a new appetite.
type SetAppetiteIn struct {
	Appetite Appetite `json:"appetite"`
}

// SetAppetite sets the appetite from today; only the board may.
func SetAppetite(ctx context.Context, tx *db.Tx, in SetAppetiteIn) (Appetite, error) {
	a := in.Appetite
	a.SetOn, a.SetBy = tx.Now().Format("2006-01-02"), tx.Actor().Ref.ID()
	if err := problem.Many(a.check(func(name string) string { return name })); err != nil {
		return a, err
	}
	if err := putAppetite(ctx, tx, a); err != nil {
		return a, err
	}
	return a, watched(ctx, tx)
}

// OpSetAppetite sets the appetite.
var OpSetAppetite = op.Command[SetAppetiteIn, Appetite]{Name: "risk.set-appetite", Route: "POST /api/risks/appetite", Func: SetAppetite}

func putAppetite(ctx context.Context, tx *db.Tx, a Appetite) error {
	body, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("appetite: %w", err)
	}
	tx.Touch(ref.New("appetite", a.SetOn))
	headline := a.headline("")
	if err := item.Put(ctx, tx, item.Item{Ref: headline.Ref(), Title: headline.Name(), Area: "risk"}); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO risk_appetite (set_on, body) VALUES ($1, $2)
		ON CONFLICT (set_on) DO UPDATE SET body = excluded.body`, a.SetOn, string(body))
	return err
}

func scanAppetite(s db.Scan) (Appetite, error) {
	var body string
	var a Appetite
	if err := s(&body); err != nil {
		return a, err
	}
	return a, json.Unmarshal([]byte(body), &a)
}
