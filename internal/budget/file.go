package budget

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// File is budget.yaml.
type File struct {
	Funds       []Fund       `yaml:"funds"`
	Initiatives []Initiative `yaml:"initiatives"`
	Payments    []Payment    `yaml:"payments,omitempty"`
	Plans       []Plan       `yaml:"plans,omitempty"`
	Measures    []Measure    `yaml:"measures,omitempty"` // the earlier form of initiatives: read, never written
}

// Export gives the funds by year and everything else by id.
func Export(ctx context.Context, r db.Reader) (File, error) {
	var f File
	var err error
	if f.Funds, err = Funds(ctx, r); err != nil {
		return f, err
	}
	if f.Initiatives, err = Initiatives(ctx, r); err != nil {
		return f, err
	}
	if f.Payments, err = Payments(ctx, r); err != nil {
		return f, err
	}
	f.Plans, err = db.All(ctx, r, scanPlan, "SELECT body, version FROM budget_plan ORDER BY id")
	return f, err
}

// Apply makes everything what the file says. What a plan was is taken over, not computed again.
func Apply(ctx context.Context, tx *db.Tx, f File) ([]change.Change, error) {
	want := kept(f.present())
	if err := problem.Many(want.wrong); err != nil {
		return nil, err
	}
	current, err := Export(ctx, tx)
	if err != nil {
		return nil, err
	}
	have := kept(current)
	plan := change.Plan("fund", have.funds.byID, want.funds.byID, want.funds.order, func(x Fund) string { return strconv.Itoa(x.Year) })
	plan = append(plan, change.Plan("initiative", have.initiatives.byID, want.initiatives.byID, want.initiatives.order, func(x Initiative) string { return x.Title })...)
	plan = append(plan, change.Plan("payment", have.payments.byID, want.payments.byID, want.payments.order, func(x Payment) string { return x.Initiative + " " + x.Day })...)
	plan = append(plan, change.Plan("plan", have.plans.byID, want.plans.byID, want.plans.order, func(x Plan) string { return x.Title })...)
	for _, c := range plan {
		tx.Touch(c.Ref)
		if err := carryOut(ctx, tx, c, want); err != nil {
			return nil, err
		}
	}
	return plan, item.Dangling(ctx, tx, want.pointers)
}

// ledger is a file by ids, with what is wrong with it and all that it points to.
type ledger struct {
	funds       table[Fund]
	initiatives table[Initiative]
	payments    table[Payment]
	plans       table[Plan]
	pointers    []item.Pointer
	wrong       []*problem.Error
}

type table[T any] struct {
	byID  map[string]T
	order []string
}

func kept(f File) ledger {
	var l ledger
	l.funds = index(&l, "funds", f.Funds, func(x Fund) string { return strconv.Itoa(x.Year) }, Fund.check, nil)
	l.initiatives = index(&l, "initiatives", f.Initiatives, func(x Initiative) string { return x.ID }, Initiative.check, Initiative.pointers)
	l.payments = index(&l, "payments", f.Payments, func(x Payment) string { return x.ID }, Payment.check, Payment.pointers)
	l.plans = index(&l, "plans", f.Plans, func(x Plan) string { return x.ID }, Plan.check, Plan.pointers)
	return l
}

// index checks rows and gives them by id, with the order of the file.
func index[T any](l *ledger, list string, rows []T, id func(T) string, check func(T, func(string) string) []*problem.Error, point func(T, func(string) string) []item.Pointer) table[T] {
	t := table[T]{byID: map[string]T{}}
	for i, row := range rows {
		name := id(row)
		if list == "funds" {
			name = strconv.Itoa(i)
		}
		field := func(f string) string { return fmt.Sprintf("%s[%s].%s", list, name, f) }
		l.wrong = append(l.wrong, check(row, field)...)
		if point != nil {
			l.pointers = append(l.pointers, point(row, field)...)
		}
		if _, twice := t.byID[id(row)]; twice {
			l.wrong = append(l.wrong, problem.Field(field("id"), "problem.twice", "value", id(row)))
		}
		t.byID[id(row)] = row
		t.order = append(t.order, id(row))
	}
	return t
}

func (p Plan) check(field func(string) string) []*problem.Error {
	c := checker{field: field}
	if !ref.ValidID(p.ID) {
		c.add(problem.Field(field("id"), "problem.required"))
	}
	c.needed("title", p.Title)
	c.choice("objective", p.Objective, Objectives...)
	for n, line := range p.Lines {
		c.needed("lines["+strconv.Itoa(n)+"].initiative", line.Initiative)
	}
	return c.wrong
}

func (p Plan) pointers(field func(string) string) []item.Pointer {
	var all []item.Pointer
	for _, line := range p.Lines {
		all = append(all, item.Point(field("lines"), "initiative", line.Initiative)...)
	}
	return all
}

// removals delete one row of each kind.
var removals = map[string]string{
	"fund": "DELETE FROM budget_fund WHERE year = $1", "initiative": "DELETE FROM budget_initiative WHERE id = $1",
	"payment": "DELETE FROM budget_payment WHERE id = $1", "plan": "DELETE FROM budget_plan WHERE id = $1",
}

func carryOut(ctx context.Context, tx *db.Tx, c change.Change, want ledger) error {
	id := c.Ref.ID()
	if c.Kind == change.Remove {
		var key any = id
		if year, err := strconv.Atoi(id); c.Ref.Kind() == "fund" && err == nil {
			key = year
		}
		if _, err := tx.Exec(ctx, removals[c.Ref.Kind()], key); err != nil {
			return err
		}
		return item.Remove(ctx, tx, c.Ref)
	}
	switch c.Ref.Kind() {
	case "fund":
		return putFund(ctx, tx, want.funds.byID[id])
	case "initiative":
		return put(ctx, tx, want.initiatives.byID[id])
	case "payment":
		return putPayment(ctx, tx, want.payments.byID[id])
	default:
		p := want.plans.byID[id]
		p.SavedAt = p.SavedAt.UTC().Truncate(time.Microsecond)
		return putPlan(ctx, tx, p)
	}
}
