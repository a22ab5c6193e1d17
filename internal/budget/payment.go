package budget

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Payment is money of the fund that was spent on an initiative. A correction is a negative one.
type Payment struct {
	ID         string  `yaml:"id" json:"id"`
	Initiative string  `yaml:"initiative" json:"initiative"`
	Day        string  `yaml:"day" json:"day"`
	Kind       string  `yaml:"kind" json:"kind"` // capital, running
	AmountEUR  float64 `yaml:"amount_eur" json:"amountEur"`
	Nature     Nature  `yaml:"nature,omitempty" json:"nature,omitempty"` // empty: that of the initiative
	Cause      ref.Ref `yaml:"cause,omitempty" json:"cause,omitempty"`   // what a reactive one follows
	CauseNote  string  `yaml:"cause_note,omitempty" json:"causeNote,omitempty"`
}

// PaymentKinds lists the kinds.
var PaymentKinds = []string{"capital", "running"}

// Year is the year for which the payment counts.
func (p Payment) Year() int {
	var year int
	_, _ = fmt.Sscanf(p.Day, "%4d", &year)
	return year
}

func (p Payment) check(field func(string) string) []*problem.Error {
	c := checker{field: field}
	if !ref.ValidID(p.ID) {
		c.add(problem.Field(field("id"), "problem.required"))
	}
	c.needed("initiative", p.Initiative)
	c.needed("day", p.Day)
	c.day("day", p.Day)
	c.choice("kind", p.Kind, PaymentKinds...)
	c.choice("nature", string(p.Nature), "", "preventive", "reactive")
	if !(math.Abs(p.AmountEUR) <= 1e12) || p.AmountEUR == 0 {
		c.add(problem.Field(field("amount_eur"), "budget.error.payment"))
	}
	if p.Nature == Reactive && p.Cause == "" && p.CauseNote == "" {
		c.add(problem.Field(field("cause"), "budget.error.cause"))
	}
	return c.wrong
}

func (p Payment) pointers(field func(string) string) []item.Pointer {
	all := item.Point(field("initiative"), "initiative", p.Initiative)
	if p.Cause != "" {
		all = append(all, item.Point(field("cause"), p.Cause.Kind(), p.Cause.ID())...)
	}
	return all
}

// Payments gives all payments, by id.
func Payments(ctx context.Context, r db.Reader) ([]Payment, error) {
	return db.All(ctx, r, scanPayment, "SELECT body FROM budget_payment ORDER BY id")
}

// PayIn is what was spent on an initiative.
type PayIn struct {
	Initiative string  `json:"initiative"`
	Day        string  `json:"day" doc:"2026-12-31; not later than today"`
	Kind       string  `json:"kind" enum:"capital,running"`
	AmountEUR  float64 `json:"amountEur" doc:"a correction is negative"`
	Nature     Nature  `json:"nature,omitempty" doc:"preventive or reactive; that of the initiative unless told"`
	Cause      ref.Ref `json:"cause,omitempty" doc:"what a reactive payment follows (kind:id)"`
	CauseNote  string  `json:"causeNote,omitempty"`
}

// Target is the initiative.
func (in PayIn) Target() ref.Ref { return ref.New("initiative", in.Initiative) }

// Pay notes that money was spent on an initiative which the fund has promised to pay.
func Pay(ctx context.Context, tx *db.Tx, in PayIn) (Payment, error) {
	p := Payment{
		ID: ref.NewID(), Initiative: in.Initiative, Day: in.Day, Kind: in.Kind, AmountEUR: in.AmountEUR,
		Nature: in.Nature, Cause: in.Cause, CauseNote: in.CauseNote,
	}
	own := func(name string) string { return name }
	if err := problem.Many(p.check(own)); err != nil {
		return p, err
	}
	i, err := initiative(ctx, tx, in.Initiative)
	if err != nil {
		return p, err
	}
	if !i.Committed() {
		return p, problem.New(problem.Conflict, "budget.error.not-funded", "title", i.Title)
	}
	if p.Day > tx.Now().Format("2006-01-02") {
		return p, problem.Field("day", "budget.error.future")
	}
	if err := item.Dangling(ctx, tx, p.pointers(own)); err != nil {
		return p, err
	}
	tx.Touch(i.Ref())
	return p, putPayment(ctx, tx, p)
}

// OpPay notes a payment.
var OpPay = op.Command[PayIn, Payment]{Name: "budget.pay", Route: "POST /api/fund/payments", Func: Pay}

func putPayment(ctx context.Context, tx *db.Tx, p Payment) error {
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("payment %s: %w", p.ID, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO budget_payment (id, initiative, day, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET initiative = excluded.initiative, day = excluded.day, body = excluded.body`, p.ID, p.Initiative, p.Day, string(body))
	return err
}

func scanPayment(s db.Scan) (Payment, error) {
	var body string
	var p Payment
	if err := s(&body); err != nil {
		return p, err
	}
	return p, json.Unmarshal([]byte(body), &p)
}

// Mix is money by what it followed: spent before something happened, or after.
type Mix struct {
	PreventiveEUR float64 `json:"preventiveEur"`
	ReactiveEUR   float64 `json:"reactiveEur"`
	UnsaidEUR     float64 `json:"unsaidEur"` // nobody said
}

// ReactiveShare is the reactive part of what is known; nil when nothing is.
func (m Mix) ReactiveShare() *float64 {
	known := m.PreventiveEUR + m.ReactiveEUR
	if known <= 0 {
		return nil
	}
	share := m.ReactiveEUR / known
	return &share
}

func (m *Mix) add(nature Nature, eur float64) {
	switch nature {
	case Preventive:
		m.PreventiveEUR += eur
	case Reactive:
		m.ReactiveEUR += eur
	default:
		m.UnsaidEUR += eur
	}
}
