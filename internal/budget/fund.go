// Package budget holds the shared fund that CIO and CISO both feed, and the measures that it may pay.
package budget

import (
	"context"
	"encoding/json"
	"fmt"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Fund is the shared money of one year.
type Fund struct {
	Year            int     `yaml:"year" json:"year"`
	TotalEUR        float64 `yaml:"total_eur" json:"totalEur"`
	RingFencedShare float64 `yaml:"ring_fenced_share" json:"ringFencedShare"` // share kept for security, 0 to 1
	FromCIOEUR      float64 `yaml:"from_cio_eur" json:"fromCioEur"`
	FromCISOEUR     float64 `yaml:"from_ciso_eur" json:"fromCisoEur"`
}

// Measure is one way to spend money of the fund, with what it is expected to remove.
type Measure struct {
	ID             string   `yaml:"id" json:"id"`
	Title          string   `yaml:"title" json:"title"`
	TitleIT        string   `yaml:"title_it,omitempty" json:"titleIt,omitempty"`
	Year           int      `yaml:"year" json:"year"`
	CostEUR        float64  `yaml:"cost_eur" json:"costEur"`
	SpentEUR       float64  `yaml:"spent_eur,omitempty" json:"spentEur,omitempty"`
	RemovesEURYear *float64 `yaml:"removes_eur_year,omitempty" json:"removesEurYear,omitempty"` // expected yearly loss removed
	RemovesMinutes *float64 `yaml:"removes_minutes,omitempty" json:"removesMinutes,omitempty"`  // of critical service, a year
	Risks          []string `yaml:"risks,omitempty" json:"risks,omitempty"`                     // scenario ids
	Security       bool     `yaml:"security,omitempty" json:"security,omitempty"`               // may be paid from the ring-fenced share
	State          string   `yaml:"state" json:"state"`                                         // idea, proposed, funded, done
	Decision       string   `yaml:"decision,omitempty" json:"decision,omitempty"`               // decision id
	Version        int      `yaml:"-" json:"version"`
}

// Name is the title in both languages.
func (m Measure) Name() i18n.Text { return i18n.Text{EN: m.Title, IT: m.TitleIT} }

// Committed tells whether the fund's money is promised to the measure.
func (m Measure) Committed() bool { return m.State == "funded" || m.State == "done" }

// Ratio is the expected yearly loss removed for each euro of cost; not known when the loss is not, or nothing is paid.
func (m Measure) Ratio() *float64 {
	if m.RemovesEURYear == nil || m.CostEUR == 0 {
		return nil
	}
	ratio := *m.RemovesEURYear / m.CostEUR
	return &ratio
}

func (f Fund) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	if f.Year < 2000 || f.Year > 2200 {
		wrong = append(wrong, problem.Field(field("year"), "problem.range", "value", fmt.Sprint(f.Year), "min", "2000", "max", "2200"))
	}
	if !(f.RingFencedShare >= 0 && f.RingFencedShare <= 1) {
		wrong = append(wrong, problem.Field(field("ring_fenced_share"), "problem.range", "value", f.RingFencedShare, "min", 0, "max", 1))
	}
	for name, value := range map[string]float64{"total_eur": f.TotalEUR, "from_cio_eur": f.FromCIOEUR, "from_ciso_eur": f.FromCISOEUR} {
		if !(value >= 0) || value > 1e12 {
			wrong = append(wrong, problem.Field(field(name), "budget.error.amount"))
		}
	}
	if len(wrong) == 0 && cents(f.FromCIOEUR)+cents(f.FromCISOEUR) != cents(f.TotalEUR) {
		wrong = append(wrong, problem.Field(field("total_eur"), "budget.error.sum"))
	}
	return wrong
}

func cents(euro float64) int64 { return int64(euro*100 + 0.5) }

func (m Measure) check(field func(string) string) []*problem.Error {
	var wrong []*problem.Error
	if !ref.ValidID(m.ID) {
		wrong = append(wrong, problem.Field(field("id"), "problem.required"))
	}
	if m.Title == "" {
		wrong = append(wrong, problem.Field(field("title"), "problem.required"))
	}
	if !(m.CostEUR >= 0) || m.CostEUR > 1e12 {
		wrong = append(wrong, problem.Field(field("cost_eur"), "budget.error.amount"))
	}
	if !(m.SpentEUR >= 0) || m.SpentEUR > 1e12 {
		wrong = append(wrong, problem.Field(field("spent_eur"), "budget.error.amount"))
	}
	if err := problem.Choice(field("state"), m.State, "idea", "proposed", "funded", "done"); err != nil {
		wrong = append(wrong, err)
	}
	return wrong
}

// Standing is the fund of a year with its measures and what is left.
type Standing struct {
	Fund         Fund      `json:"fund"`
	Measures     []Measure `json:"measures"`
	CommittedEUR float64   `json:"committedEur"` // cost of funded and done measures
	SpentEUR     float64   `json:"spentEur"`
	FreeEUR      float64   `json:"freeEur"`
	RingFreeEUR  float64   `json:"ringFreeEur"` // of the ring-fenced share, not yet committed to security
}

// StandingIn asks for a year; 0 is the newest year that has a fund.
type StandingIn struct {
	Year int `query:"year" json:"year"`
}

// Stand gives the fund of a year.
func Stand(ctx context.Context, r db.Reader, in StandingIn) (Standing, error) {
	missing := problem.New(problem.NotFound, "budget.error.no-fund")
	fund, err := db.One(ctx, r, missing, scanFund, `SELECT body FROM budget_fund WHERE year = $1 OR $1 = 0 ORDER BY year DESC LIMIT 1`, in.Year)
	if err != nil {
		return Standing{}, err
	}
	s := Standing{Fund: fund, Measures: []Measure{}}
	all, err := db.All(ctx, r, scanMeasure, "SELECT body, version FROM budget_measure ORDER BY id")
	if err != nil {
		return s, err
	}
	security := 0.0
	for _, m := range all {
		if m.Year != fund.Year {
			continue
		}
		s.Measures = append(s.Measures, m)
		s.SpentEUR += m.SpentEUR
		if m.Committed() {
			s.CommittedEUR += m.CostEUR
			if m.Security {
				security += m.CostEUR
			}
		}
	}
	s.FreeEUR = fund.TotalEUR - s.CommittedEUR
	s.RingFreeEUR = max(0, fund.TotalEUR*fund.RingFencedShare-security)
	return s, nil
}

// OpStanding reads the fund of a year.
var OpStanding = op.Query[StandingIn, Standing]{Name: "budget.standing", Route: "GET /api/fund", Func: Stand}

func scanFund(s db.Scan) (Fund, error) {
	var body string
	var f Fund
	if err := s(&body); err != nil {
		return f, err
	}
	return f, json.Unmarshal([]byte(body), &f)
}

func scanMeasure(s db.Scan) (Measure, error) {
	var body string
	var version int
	var m Measure
	if err := s(&body, &version); err != nil {
		return m, err
	}
	err := json.Unmarshal([]byte(body), &m)
	m.Version = version
	return m, err
}
