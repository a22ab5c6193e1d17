package web

import (
	"net/http"
	"net/url"
	"strconv"

	"accordo.dev/internal/budget"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/web/ui"
)

// yearForm is the form of the fund of a year.
func (s *Server) yearForm(q *request, year string) fundForm {
	p := q.Page
	number := func(name string, required bool) ui.Input {
		return ui.Input{Name: name, Label: p.T("budget.f." + name), Mode: "decimal", Required: required}
	}
	money := fundGroup{Title: p.T("budget.sources"), Note: p.T("budget.form.sources"), Class: "c6", Fields: []ui.Input{number("total_eur", true)}}
	for n, of := range budget.Sources {
		at := "sources[" + strconv.Itoa(n) + "]."
		money.Fields = append(money.Fields,
			ui.Input{Name: at + "capital_eur", Label: p.T("budget.source."+of) + ", " + p.T("budget.f.capital"), Mode: "decimal"},
			ui.Input{Name: at + "running_eur", Label: p.T("budget.source."+of) + ", " + p.T("budget.f.running"), Mode: "decimal"})
	}
	rules := fundGroup{Title: p.T("budget.form.rules"), Class: "c6", Fields: []ui.Input{
		number("ring_fenced_share", true), number("staff_days", false), number("it_budget_eur", false), number("joint_share", false),
		number("prices.market_day_eur", false), number("prices.capacity_day_eur", false), number("prices.service_minute_eur", false),
	}}
	s.fundTitle(q, p.T("budget.form.year", "year", year))
	return fundForm{
		Title: p.T("budget.form.year", "year", year), Lead: p.T("budget.form.year.lead"), Action: "/fund/years/" + year, Back: "/fund?year=" + year,
		Groups: []fundGroup{money, rules}, Refused: s.refusal(q, budget.OpSetFund.Name),
	}
}

func yearValues(q *request, f budget.Fund) url.Values {
	lang := q.Lang()
	v := url.Values{
		"total_eur": {written(lang, &f.TotalEUR)}, "ring_fenced_share": {percentWritten(lang, &f.RingFencedShare)}, "staff_days": {written(lang, f.StaffDays)},
		"it_budget_eur": {written(lang, f.ITBudgetEUR)}, "joint_share": {percentWritten(lang, f.JointShare)}, "prices.market_day_eur": {written(lang, f.Prices.MarketDayEUR)},
		"prices.capacity_day_eur": {written(lang, f.Prices.CapacityDayEUR)}, "prices.service_minute_eur": {written(lang, f.Prices.ServiceMinuteEUR)},
	}
	for n, of := range budget.Sources {
		for _, s := range f.Sources {
			if s.Of == of {
				v.Set("sources["+strconv.Itoa(n)+"].capital_eur", written(lang, &s.CapitalEUR))
				v.Set("sources["+strconv.Itoa(n)+"].running_eur", written(lang, &s.RunningEUR))
			}
		}
	}
	return v
}

// fund is what the form says of the fund of a year.
func (f *form) fund(year int) budget.Fund {
	share := func(name string) *float64 {
		x := f.maybe(name)
		if x != nil {
			*x /= 100
		}
		return x
	}
	fund := budget.Fund{
		Year: year, TotalEUR: f.number("total_eur"), StaffDays: f.maybe("staff_days"), ITBudgetEUR: f.maybe("it_budget_eur"), JointShare: share("joint_share"),
		Prices: budget.Prices{MarketDayEUR: f.maybe("prices.market_day_eur"), CapacityDayEUR: f.maybe("prices.capacity_day_eur"), ServiceMinuteEUR: f.maybe("prices.service_minute_eur")},
	}
	if ring := share("ring_fenced_share"); ring != nil {
		fund.RingFencedShare = *ring
	}
	for n, of := range budget.Sources {
		at := "sources[" + strconv.Itoa(n) + "]."
		fund.Sources = append(fund.Sources, budget.Source{Of: of, CapitalEUR: f.zero(at + "capital_eur"), RunningEUR: f.zero(at + "running_eur")})
	}
	return fund
}

// yearEdit shows the form of the fund of a year; one that has none begins empty.
func (s *Server) yearEdit(w http.ResponseWriter, q *request) error {
	year, err := strconv.Atoi(q.PathValue("year"))
	if err != nil || year < 2000 || year > 2200 {
		return problem.New(problem.NotFound, "budget.error.no-fund")
	}
	standing, err := op.Ask(q.Context(), s.Run, q.Actor, budget.OpStanding, budget.StandingIn{Year: year})
	if err != nil && !problem.Is(err, problem.NotFound) {
		return err
	}
	return q.render(w, fundFormPage(q.Page, s.yearForm(q, strconv.Itoa(year)).filled(q.Page, yearValues(q, standing.Fund), nil)))
}

// yearSave writes the fund of a year.
func (s *Server) yearSave(w http.ResponseWriter, q *request) error {
	f, err := q.form()
	if err != nil {
		return err
	}
	year, err := strconv.Atoi(q.PathValue("year"))
	if err != nil {
		return problem.New(problem.NotFound, "budget.error.no-fund")
	}
	fund := f.fund(year)
	wrong := f.err()
	if wrong == nil {
		wrong = doNamed(s, q, budget.OpSetFund, budget.SetFundIn{Fund: fund})
	}
	if wrong == nil {
		return q.redirect(w, "/fund?year="+strconv.Itoa(year), "budget.notice.fund")
	}
	return q.again(w, wrong, fundFormPage(q.Page, s.yearForm(q, strconv.Itoa(year)).filled(q.Page, f.Values, percents(wrong))))
}
