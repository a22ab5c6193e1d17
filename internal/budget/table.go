package budget

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"accordo.dev/internal/budget/choice"
	"accordo.dev/internal/db"
	"accordo.dev/internal/problem"
)

// tableOf gathers what a choice is made from. The years run from the first one asked for as far as there are
// funds. What is funded is a fixed part: it takes its money and keeps its effect. The effect of what is done is
// in the estimates of the risks already.
func tableOf(ctx context.Context, r db.Reader, in ChooseIn) (Table, error) {
	b, err := load(ctx, r, yearsDrawn)
	if err != nil {
		return Table{}, err
	}
	t := Table{In: in, LeftOut: []LeftOut{}, losses: b.losses}
	if err := t.years(b, r.Now().Year()); err != nil {
		return t, err
	}
	if err := t.objective(); err != nil {
		return t, err
	}
	if err := t.limits(b); err != nil {
		return t, err
	}
	t.sort(b.rows)
	t.write()
	return t, nil
}

// years finds the years of the choice.
func (t *Table) years(b book, now int) error {
	if t.In.From == 0 {
		t.In.From = now + 1
		if _, there := b.fund(now + 1); !there && len(b.funds) > 0 {
			t.In.From = b.funds[len(b.funds)-1].Year
		}
	}
	for _, f := range b.funds {
		if f.Year >= t.In.From {
			t.Years = append(t.Years, f.Year)
		}
	}
	if len(t.Years) == 0 {
		return problem.New(problem.NotFound, "budget.error.no-fund")
	}
	return nil
}

// objective reads what is minimised. The tail is always drawn, so that both figures stand side by side.
func (t *Table) objective() error {
	if t.In.Objective == "" {
		t.In.Objective = "mean"
	}
	if err := problem.Choice("objective", t.In.Objective, Objectives...); err != nil {
		return err
	}
	if t.In.Objective == "mix" && t.In.Weight == 0 {
		t.In.Weight = 1
	}
	if !(t.In.Weight >= 0 && t.In.Weight <= 1000) {
		return problem.Field("weight", "problem.range", "value", t.In.Weight, "min", 0, "max", 1000)
	}
	t.problem.Objective = map[string]choice.Objective{
		"mean": {Mean: 1, Level: 0.95}, "tvar95": {Tail: 1, Level: 0.95}, "tvar99": {Tail: 1, Level: 0.99}, "mix": {Mean: 1, Level: 0.95, Value: t.In.Weight},
	}[t.In.Objective]
	return nil
}

// limits are the money of each year, and then the staff days of those years in which they are counted.
func (t *Table) limits(b book) error {
	for n, year := range t.Years {
		f, _ := b.fund(year)
		limit := f.TotalEUR
		if n < len(t.In.Money) {
			limit = t.In.Money[n]
		}
		if !(limit >= 0 && limit <= 1e12) {
			return problem.Field(fmt.Sprintf("money-%d", year), "budget.error.amount")
		}
		t.Budgets = append(t.Budgets, Budget{Year: year, Limit: limit, Fund: f.TotalEUR, Bound: b.standing(f).Committed.EUR()})
		if t.Ring = max(t.Ring, f.RingFencedShare); t.In.NoRing {
			t.Ring = 0
		}
	}
	for n, year := range t.Years {
		f, _ := b.fund(year)
		if f.StaffDays == nil {
			continue
		}
		limit := *f.StaffDays
		if n < len(t.In.StaffDays) {
			limit = t.In.StaffDays[n]
		}
		if !(limit >= 0 && limit <= 1e9) {
			return problem.Field(fmt.Sprintf("days-%d", year), "budget.error.amount")
		}
		t.Budgets = append(t.Budgets, Budget{Year: year, Days: true, Limit: limit, Fund: *f.StaffDays, Bound: b.standing(f).StaffDays})
	}
	return nil
}

// sort tells what can be chosen from what cannot: its first year is over, or what it requires or excludes decides it.
func (t *Table) sort(rows []Row) {
	fixed, taken := map[string]bool{}, map[string]bool{}
	for _, row := range rows {
		if row.Committed() {
			fixed[row.ID] = true
			for _, g := range row.Groups {
				taken[g] = true
			}
		}
	}
	last, out := t.Years[len(t.Years)-1], map[string]bool{}
	leave := func(row Row, why string) {
		out[row.ID] = true
		t.LeftOut = append(t.LeftOut, LeftOut{ID: row.ID, Title: row.Name(), Why: why})
	}
	for _, row := range rows {
		switch starts := row.Starts(); {
		case row.Committed():
		case starts == 0:
			leave(row, "no-cost")
		case starts < t.In.From:
			leave(row, "past")
		case starts > last:
			leave(row, "later")
		case slices.ContainsFunc(row.Groups, func(g string) bool { return taken[g] }):
			leave(row, "excluded")
		}
	}
	for again := true; again; {
		again = false
		for _, row := range rows {
			if !out[row.ID] && !row.Committed() && slices.ContainsFunc(row.Requires, func(id string) bool { return out[id] }) {
				leave(row, "requires")
				again = true
			}
		}
	}
	for _, row := range rows {
		if !out[row.ID] {
			t.Rows = append(t.Rows, row)
		}
	}
}

// write puts the table in the words of the optimiser.
func (t *Table) write() {
	p := &t.problem
	for _, s := range t.losses.Scenarios {
		p.Scenarios = append(p.Scenarios, choice.Scenario{ID: s.ID, ALE: s.ALE})
	}
	p.Losses = t.losses.Years
	for _, b := range t.Budgets {
		p.Budgets = append(p.Budgets, b.Limit)
	}
	here, groups, order := map[string]bool{}, map[string][]string{}, []string{}
	for _, row := range t.Rows {
		here[row.ID] = true
		p.Options = append(p.Options, t.option(row))
		if row.Committed() || row.Mandatory != nil {
			p.Mandatory = append(p.Mandatory, row.ID)
		}
		for _, g := range row.Groups {
			if !slices.Contains(order, g) {
				order = append(order, g)
			}
			groups[g] = append(groups[g], row.ID)
		}
	}
	for _, row := range t.Rows {
		for _, id := range row.Requires {
			if here[id] && !row.Committed() {
				p.Requires = append(p.Requires, [2]string{row.ID, id})
			}
		}
	}
	for _, g := range order {
		if len(groups[g]) > 1 {
			p.AtMostOne = append(p.AtMostOne, groups[g])
		}
	}
	p.RingFence = t.fence()
}

func (t *Table) option(row Row) choice.Option {
	o := choice.Option{ID: row.ID, Value: row.WorthEUR, Effects: map[string]float64{}}
	for _, b := range t.Budgets {
		if cost := row.In(b.Year); b.Days {
			o.Cost = append(o.Cost, cost.StaffDays)
		} else {
			o.Cost = append(o.Cost, cost.EUR())
		}
	}
	if row.State == Done {
		return o
	}
	for id, share := range row.Takes() {
		if _, there := t.losses.of(id); there {
			o.Effects[id] = share
		}
	}
	return o
}

// fence is the ring fence over the money of all years together; nil without one.
func (t *Table) fence() *choice.RingFence {
	if t.Ring == 0 {
		return nil
	}
	f := &choice.RingFence{Share: t.Ring}
	for n, b := range t.Budgets {
		if !b.Days {
			f.Budgets = append(f.Budgets, n)
		}
	}
	for _, row := range t.Rows {
		if row.Security {
			f.Options = append(f.Options, row.ID)
		}
	}
	return f
}

// priced says a constraint as something that has a price.
func (t Table) priced(place string) *problem.Error {
	list, number := cutIndex(place)
	if list != "budgets" {
		says := t.named(place)
		says.Field = ""
		return says
	}
	key := "budget.weigh.money"
	if t.Budgets[number].Days {
		key = "budget.weigh.days"
	}
	return problem.New(problem.Invalid, key, "year", strconv.Itoa(t.Budgets[number].Year), "limit", int64(math.Round(t.Budgets[number].Limit)))
}

// named says a constraint in the words of the fund, a limit with what is needed at least.
func (t Table) named(place string) *problem.Error {
	list, number := cutIndex(place)
	switch list {
	case "budgets":
		b := t.Budgets[number]
		need := 0.0
		for n, o := range t.problem.Options {
			if slices.Contains(t.problem.Mandatory, o.ID) {
				need += t.problem.Options[n].Cost[number]
			}
		}
		if b.Days {
			return problem.Field(fmt.Sprintf("days-%d", b.Year), "budget.conflict.days", "year", strconv.Itoa(b.Year), "limit", int64(math.Round(b.Limit)), "need", int64(math.Ceil(need)))
		}
		return problem.Field(fmt.Sprintf("money-%d", b.Year), "budget.conflict.money", "year", strconv.Itoa(b.Year), "limit", int64(math.Round(b.Limit)), "need", int64(math.Ceil(need)))
	case "requires":
		pair := t.problem.Requires[number]
		return problem.Field("", "budget.conflict.requires", "option", t.Title(pair[0]), "other", t.Title(pair[1]))
	case "at_most_one":
		group := t.problem.AtMostOne[number]
		return problem.Field("", "budget.conflict.group", "option", t.Title(group[0]), "other", t.Title(group[len(group)-1]))
	case "mandatory":
		id := t.problem.Mandatory[number]
		if slices.Contains(t.committed(), id) {
			return problem.Field("", "budget.conflict.funded", "option", t.Title(id))
		}
		return problem.Field("", "budget.conflict.mandatory", "option", t.Title(id))
	}
	return problem.Field("ring", "budget.conflict.ring", "share", t.Ring)
}

// cutIndex takes a place such as budgets[2] apart.
func cutIndex(place string) (list string, number int) {
	for at := range place {
		if place[at] == '[' {
			n, _ := strconv.Atoi(place[at+1 : len(place)-1]) //nolint:errcheck // written by the optimiser
			return place[:at], n
		}
	}
	return place, 0
}
