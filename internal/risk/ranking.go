package risk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/risk/quant"
)

// Ranked is a scenario with its part in the simulated yearly loss.
type Ranked struct {
	Scenario
	Loss *Part `json:"loss,omitempty"` // none for a closed scenario, which is not simulated
}

// Part is what one scenario contributes to the simulated yearly loss, in euro.
type Part struct {
	Mean      quant.Interval `json:"mean"`
	VaR95     quant.Interval `json:"var95"`
	TailShare float64        `json:"tailShare"` // of the loss in the years as bad as VaR 95 or worse
}

// RankingFilter narrows and orders the ranking. The losses are simulated, so it is ordered after
// reading; an organisation has hundreds of scenarios, not millions.
type RankingFilter struct {
	Text      string `query:"text" doc:"words in the title"`
	Status    string `query:"status" doc:"open, treated or closed"`
	Treatment string `query:"treatment"`
	Category  string `query:"category" doc:"it, security, third-party, project or continuity"`
	Element   string `query:"element" doc:"id of what a scenario hits, or of a service that it names"`
	Sort      string `query:"sort" doc:"tail, mean, p95, title, status or treatment; a leading minus sorts downwards; -tail unless told"`
}

// Ranking gives the scenarios that the filter leaves, with what each contributes to the yearly loss.
func Ranking(ctx context.Context, r db.Reader, f RankingFilter) ([]Ranked, error) {
	page, err := List(ctx, r, Filter{Page: db.Page{Limit: db.Unlimited}, Text: f.Text, Status: f.Status, Treatment: f.Treatment, Category: f.Category})
	if err != nil {
		return nil, err
	}
	simulation, err := Current(ctx, r, struct{}{})
	if err != nil && !problem.Is(err, problem.NotFound) {
		return nil, err
	}
	parts := map[string]*Part{}
	for _, s := range simulation.Result.Scenarios {
		parts[s.ID] = &Part{Mean: s.Loss.Mean, VaR95: s.Loss.VaR95, TailShare: s.TailShare}
	}
	rows := make([]Ranked, 0, len(page.Items))
	for _, s := range page.Items {
		if f.Element == "" || s.Asset == f.Element || slices.Contains(s.Services, f.Element) {
			rows = append(rows, Ranked{Scenario: s, Loss: parts[s.ID]})
		}
	}
	return rows, f.order(rows)
}

// OpRanking ranks the scenarios by loss.
var OpRanking = op.Query[RankingFilter, []Ranked]{Name: "risk.ranking", Route: "GET /api/risks/ranking", Func: Ranking}

func (f RankingFilter) order(rows []Ranked) error {
	asked := f.Sort
	if asked == "" {
		asked = "-tail"
	}
	name, down := strings.CutPrefix(asked, "-")
	by := map[string]func(a, b Ranked) int{
		"tail":      byLoss(func(p Part) float64 { return p.TailShare }),
		"mean":      byLoss(func(p Part) float64 { return p.Mean.Value }),
		"p95":       byLoss(func(p Part) float64 { return p.VaR95.Value }),
		"title":     func(a, b Ranked) int { return cmp.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)) },
		"status":    func(a, b Ranked) int { return cmp.Compare(a.Status, b.Status) },
		"treatment": func(a, b Ranked) int { return cmp.Compare(a.Treatment, b.Treatment) },
	}[name]
	if by == nil {
		return problem.Field("sort", "problem.sort", "value", name)
	}
	slices.SortStableFunc(rows, by)
	if down {
		slices.Reverse(rows)
	}
	return nil
}

// byLoss compares by a figure of the loss; a scenario without one comes before all others.
func byLoss(figure func(Part) float64) func(a, b Ranked) int {
	of := func(r Ranked) float64 {
		if r.Loss == nil {
			return -1
		}
		return figure(*r.Loss)
	}
	return func(a, b Ranked) int { return cmp.Compare(of(a), of(b)) }
}

// Position holds the simulated loss that 1 year in 20 exceeds against the appetite, with the interval that the number of
// simulated years leaves.
func (s Simulation) Position(a Appetite) Position {
	return Hold(figureOf(s.Result.Total.VaR95), 0, a.MoneyP95EUR)
}

// TopShare is the part of the n largest scenarios in the loss of the worst years.
func (s Simulation) TopShare(n int) float64 {
	shares := make([]float64, 0, len(s.Result.Scenarios))
	for _, one := range s.Result.Scenarios {
		shares = append(shares, one.TailShare)
	}
	slices.SortFunc(shares, func(a, b float64) int { return cmp.Compare(b, a) })
	sum := 0.0
	for _, share := range shares[:min(n, len(shares))] {
		sum += share
	}
	return sum
}
