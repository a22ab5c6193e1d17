// Package budget holds the shared fund that IT and security both feed, the initiatives that it may pay, what
// was paid, and the choice of the best set of initiatives: the plan that both officers propose.
//
// Start with this file. initiative.go is what can be done and what it does to losses, standing.go how the
// fund of a year stands, choose.go the choice, plan.go the way from a choice to funded initiatives;
// losses.go is all that is asked of the risks.
package budget

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Fund is the shared money of one year.
type Fund struct {
	Year            int      `yaml:"year" json:"year"`
	TotalEUR        float64  `yaml:"total_eur" json:"totalEur"`                // what was agreed; the sources must add up to it
	RingFencedShare float64  `yaml:"ring_fenced_share" json:"ringFencedShare"` // share kept for security, 0 to 1
	Sources         []Source `yaml:"sources,omitempty" json:"sources,omitempty"`
	StaffDays       *float64 `yaml:"staff_days,omitempty" json:"staffDays,omitempty"` // that there are for initiatives; unset: nobody counts them
	// ITBudgetEUR is the whole IT budget of the year and JointShare the part of it that must go to risks which IT
	// and security identified together.
	ITBudgetEUR *float64 `yaml:"it_budget_eur,omitempty" json:"itBudgetEur,omitempty"`
	JointShare  *float64 `yaml:"joint_share,omitempty" json:"jointShare,omitempty"`
	Prices      Prices   `yaml:"prices,omitempty" json:"prices,omitzero"`
	// FromCIOEUR and FromCISOEUR are how sources were written before; they are read, never written.
	FromCIOEUR  float64 `yaml:"from_cio_eur,omitempty" json:"fromCioEur,omitempty"`
	FromCISOEUR float64 `yaml:"from_ciso_eur,omitempty" json:"fromCisoEur,omitempty"`
}

// Source is one of those who feed the fund, with what it gives as capital and as running cost.
type Source struct {
	Of         string  `yaml:"of" json:"of"` // it, security, group
	CapitalEUR float64 `yaml:"capital_eur,omitempty" json:"capitalEur,omitempty"`
	RunningEUR float64 `yaml:"running_eur,omitempty" json:"runningEur,omitempty"`
}

// Sources lists who may feed a fund.
var Sources = []string{"it", "security", "group"}

// EUR is all that the source gives.
func (s Source) EUR() float64 { return s.CapitalEUR + s.RunningEUR }

// Prices are what the organisation says one unit of IT value is worth, in euro; unset: it gives no price.
type Prices struct {
	MarketDayEUR     *float64 `yaml:"market_day_eur,omitempty" json:"marketDayEur,omitempty"`         // one day earlier on the market
	CapacityDayEUR   *float64 `yaml:"capacity_day_eur,omitempty" json:"capacityDayEur,omitempty"`     // one staff day set free
	ServiceMinuteEUR *float64 `yaml:"service_minute_eur,omitempty" json:"serviceMinuteEur,omitempty"` // one minute of critical service
}

// From is what one source gives.
func (f Fund) From(source string) float64 {
	sum := 0.0
	for _, s := range f.Sources {
		if s.Of == source {
			sum += s.EUR()
		}
	}
	return sum
}

// Capital and running cost of all sources.
func (f Fund) Split() (capital, running float64) {
	for _, s := range f.Sources {
		capital, running = capital+s.CapitalEUR, running+s.RunningEUR
	}
	return capital, running
}

// normal is the fund with its sources in the present form. Nobody had split them: all of it is running cost.
func (f Fund) normal() Fund {
	if len(f.Sources) == 0 {
		for _, old := range []Source{{Of: "it", RunningEUR: f.FromCIOEUR}, {Of: "security", RunningEUR: f.FromCISOEUR}} {
			if old.RunningEUR != 0 {
				f.Sources = append(f.Sources, old)
			}
		}
	}
	f.FromCIOEUR, f.FromCISOEUR = 0, 0
	return f
}

func (f Fund) check(field func(string) string) []*problem.Error {
	c := checker{field: field}
	c.year("year", f.Year)
	c.share("ring_fenced_share", &f.RingFencedShare)
	c.amount("total_eur", f.TotalEUR)
	c.maybe("staff_days", f.StaffDays)
	c.maybe("it_budget_eur", f.ITBudgetEUR)
	c.share("joint_share", f.JointShare)
	c.maybe("prices.market_day_eur", f.Prices.MarketDayEUR)
	c.maybe("prices.capacity_day_eur", f.Prices.CapacityDayEUR)
	c.maybe("prices.service_minute_eur", f.Prices.ServiceMinuteEUR)
	seen, sum := map[string]bool{}, 0.0
	for i, s := range f.Sources {
		at := "sources[" + strconv.Itoa(i) + "]."
		c.choice(at+"of", s.Of, Sources...)
		if seen[s.Of] {
			c.add(problem.Field(field(at+"of"), "problem.twice", "value", s.Of))
		}
		seen[s.Of] = true
		c.amount(at+"capital_eur", s.CapitalEUR)
		c.amount(at+"running_eur", s.RunningEUR)
		sum += s.EUR()
	}
	if len(c.wrong) == 0 && cents(sum) != cents(f.TotalEUR) {
		c.add(problem.Field(field("total_eur"), "budget.error.sum"))
	}
	return c.wrong
}

func cents(euro float64) int64 { return int64(math.Round(euro * 100)) }

// Funds gives the funds of all years, the first year first.
func Funds(ctx context.Context, r db.Reader) ([]Fund, error) {
	return db.All(ctx, r, scanFund, "SELECT body FROM budget_fund ORDER BY year")
}

// SetFundIn is the fund of a year as both agreed on it.
type SetFundIn struct {
	Fund Fund `json:"fund"`
}

// Target is the fund.
func (in SetFundIn) Target() ref.Ref { return ref.New("fund", strconv.Itoa(in.Fund.Year)) }

// SetFund writes the fund of a year.
func SetFund(ctx context.Context, tx *db.Tx, in SetFundIn) (Fund, error) {
	f := in.Fund.normal()
	if err := problem.Many(f.check(func(name string) string { return name })); err != nil {
		return f, err
	}
	f.Sources = slices.DeleteFunc(f.Sources, func(s Source) bool { return s.EUR() == 0 })
	tx.Touch(in.Target())
	return f, putFund(ctx, tx, f)
}

// OpSetFund writes the fund of a year.
var OpSetFund = op.Command[SetFundIn, Fund]{Name: "budget.set-fund", Route: "POST /api/fund", Func: SetFund}

func putFund(ctx context.Context, tx *db.Tx, f Fund) error {
	body, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("fund %d: %w", f.Year, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO budget_fund (year, body) VALUES ($1, $2)
		ON CONFLICT (year) DO UPDATE SET body = excluded.body`, f.Year, string(body))
	return err
}

func scanFund(s db.Scan) (Fund, error) {
	var body string
	var f Fund
	if err := s(&body); err != nil {
		return f, err
	}
	err := json.Unmarshal([]byte(body), &f)
	return f.normal(), err
}
