package budget

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Row is an initiative with all that follows from it and the losses as they are estimated now.
type Row struct {
	Initiative
	TotalEUR   float64  `json:"totalEur"` // of all years
	SpentEUR   float64  `json:"spentEur"`
	Changes    []Change `json:"changes"`
	RemovesEUR *float64 `json:"removesEur"` // mean yearly loss that it alone removes; nil: nobody knows
	Said       bool     `json:"said"`       // somebody said this figure, no effect is behind it
	WorthEUR   float64  `json:"worthEur"`   // of its benefits, a year, where they have a price
	Unpriced   int      `json:"unpriced"`   // benefits without one
	Joint      *bool    `json:"joint"`      // acts on a risk that both sides identified; nil: nobody said on which it acts
}

// Ratio is the expected yearly loss removed for each euro of cost; nil when the loss is not known, or nothing is paid.
func (r Row) Ratio() *float64 {
	if r.RemovesEUR == nil || r.TotalEUR == 0 {
		return nil
	}
	ratio := *r.RemovesEUR / r.TotalEUR
	return &ratio
}

// ROSI is the return on security investment: the loss removed in the years in which the initiative costs
// something, less the cost, by the cost. Nothing counts after these years.
func (r Row) ROSI() *float64 {
	ratio := r.Ratio()
	if ratio == nil {
		return nil
	}
	rosi := *ratio*float64(len(r.Costs)) - 1
	return &rosi
}

// GordonLoeb is the bound up to which spending on one risk can pay: 37 % (1/e) of its expected loss, for the two
// classes of breach functions of Gordon and Loeb (2002). Here it is for a year and over all risks acted on.
func (r Row) GordonLoeb() *float64 {
	const share = 0.37
	if len(r.Changes) == 0 {
		return nil
	}
	bound := 0.0
	for _, c := range r.Changes {
		bound += share * c.Before
	}
	return &bound
}

// YearlyEUR is the cost of a year on average.
func (r Row) YearlyEUR() float64 {
	if len(r.Costs) == 0 {
		return 0
	}
	return r.TotalEUR / float64(len(r.Costs))
}

// book is everything about the fund at once; an organisation has dozens of initiatives.
type book struct {
	funds    []Fund
	rows     []Row
	payments []Payment
	losses   Losses
}

// load reads the book with so many joint years of losses.
func load(ctx context.Context, r db.Reader, years int) (book, error) {
	var b book
	var err error
	if b.funds, err = Funds(ctx, r); err != nil {
		return b, err
	}
	all, err := Initiatives(ctx, r)
	if err != nil {
		return b, err
	}
	if b.payments, err = Payments(ctx, r); err != nil {
		return b, err
	}
	if b.losses, err = losses(ctx, r, years); err != nil {
		return b, err
	}
	spent := map[string]float64{}
	for _, p := range b.payments {
		spent[p.Initiative] += p.AmountEUR
	}
	for _, i := range all {
		b.rows = append(b.rows, b.row(i, spent[i.ID]))
	}
	return b, nil
}

func (b book) row(i Initiative, spent float64) Row {
	row := Row{Initiative: i, TotalEUR: i.CostEUR(), SpentEUR: spent, Changes: i.Changes(b.losses)}
	if row.RemovesEUR = removed(row.Changes); row.RemovesEUR == nil && i.Claimed != nil {
		row.RemovesEUR, row.Said = i.Claimed, true
	}
	row.WorthEUR, row.Unpriced = i.Worth(b.prices())
	if len(row.Effects) > 0 {
		joint := slices.ContainsFunc(row.Changes, func(c Change) bool { return c.Joint })
		row.Joint = &joint
	}
	return row
}

// prices are those of the newest fund that gives any.
func (b book) prices() Prices {
	for _, f := range slices.Backward(b.funds) {
		if f.Prices != (Prices{}) {
			return f.Prices
		}
	}
	return Prices{}
}

func (b book) fund(year int) (Fund, bool) {
	for _, f := range b.funds {
		if f.Year == year {
			return f, true
		}
	}
	return Fund{}, false
}

// Filter narrows the list of initiatives.
type Filter struct {
	Text   string `query:"text" doc:"words in the title"`
	State  string `query:"state" doc:"idea, proposed, funded or done"`
	Nature string `query:"nature" doc:"preventive or reactive"`
	Risk   string `query:"risk" doc:"id of a scenario that it acts on"`
	Year   int    `query:"year" doc:"only those that cost something in this year"`
	Sort   string `query:"sort" doc:"title, state, starts, cost, spent, removes, worth or ratio; a leading minus sorts downwards"`
}

// List gives the initiatives that the filter leaves, those that remove most for a euro first unless told otherwise.
func List(ctx context.Context, r db.Reader, f Filter) ([]Row, error) {
	b, err := load(ctx, r, 0)
	if err != nil {
		return nil, err
	}
	rows := []Row{}
	for _, row := range b.rows {
		if f.keeps(row) {
			rows = append(rows, row)
		}
	}
	return rows, f.order(rows)
}

// OpList lists initiatives.
var OpList = op.Query[Filter, []Row]{Name: "budget.initiatives", Route: "GET /api/fund/initiatives", Func: List}

func (f Filter) keeps(row Row) bool {
	year := func(c Cost) bool { return c.Year == f.Year }
	return strings.Contains(strings.ToLower(row.Title+" "+row.TitleIT), strings.ToLower(f.Text)) &&
		(f.State == "" || string(row.State) == f.State) && (f.Nature == "" || string(row.Nature) == f.Nature) &&
		(f.Risk == "" || slices.Contains(row.Risks(), f.Risk)) && (f.Year == 0 || slices.ContainsFunc(row.Costs, year))
}

func (f Filter) order(rows []Row) error {
	name, down := strings.CutPrefix(f.Sort, "-")
	if name == "" {
		name, down = "ratio", true
	}
	by := map[string]func(a, b Row) int{
		"title":   func(a, b Row) int { return cmp.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)) },
		"state":   func(a, b Row) int { return cmp.Compare(a.State, b.State) },
		"starts":  func(a, b Row) int { return cmp.Compare(a.Starts(), b.Starts()) },
		"cost":    func(a, b Row) int { return cmp.Compare(a.TotalEUR, b.TotalEUR) },
		"spent":   func(a, b Row) int { return cmp.Compare(a.SpentEUR, b.SpentEUR) },
		"removes": func(a, b Row) int { return cmp.Compare(orLow(a.RemovesEUR), orLow(b.RemovesEUR)) },
		"worth":   func(a, b Row) int { return cmp.Compare(a.WorthEUR, b.WorthEUR) },
		"ratio":   func(a, b Row) int { return cmp.Compare(orLow(a.Ratio()), orLow(b.Ratio())) },
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

// orLow puts what nobody knows below everything.
func orLow(x *float64) float64 {
	if x == nil {
		return -1
	}
	return *x
}

// GetIn names an initiative.
type GetIn struct {
	ID string `path:"id" json:"id"`
}

// Target is the initiative.
func (in GetIn) Target() ref.Ref { return ref.New("initiative", in.ID) }

// Page is one initiative with its payments and those that need it.
type Page struct {
	Row
	Payments []Payment `json:"payments"` // the newest first
	NeededBy []string  `json:"neededBy"` // initiative ids
	Against  []string  `json:"against"`  // that it excludes
}

// Get gives one initiative.
func Get(ctx context.Context, r db.Reader, in GetIn) (Page, error) {
	b, err := load(ctx, r, 0)
	if err != nil {
		return Page{}, err
	}
	at := slices.IndexFunc(b.rows, func(row Row) bool { return row.ID == in.ID })
	if at < 0 {
		return Page{}, problem.New(problem.NotFound, "problem.not-found", "what", "initiative "+in.ID)
	}
	page := Page{Row: b.rows[at], Payments: []Payment{}, NeededBy: []string{}, Against: []string{}}
	for _, p := range b.payments {
		if p.Initiative == in.ID {
			page.Payments = append(page.Payments, p)
		}
	}
	slices.SortStableFunc(page.Payments, func(a, b Payment) int { return strings.Compare(b.Day, a.Day) })
	for _, other := range b.rows {
		if slices.Contains(other.Requires, in.ID) {
			page.NeededBy = append(page.NeededBy, other.ID)
		}
		if other.ID != in.ID && slices.ContainsFunc(other.Groups, func(g string) bool { return slices.Contains(page.Groups, g) }) {
			page.Against = append(page.Against, other.ID)
		}
	}
	return page, nil
}

// OpGet gives one initiative.
var OpGet = op.Query[GetIn, Page]{Name: "budget.initiative", Route: "GET /api/fund/initiatives/{id}", Func: Get}
