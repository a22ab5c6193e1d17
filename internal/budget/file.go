package budget

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/item"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// File is budget.yaml.
type File struct {
	Funds    []Fund    `yaml:"funds"`
	Measures []Measure `yaml:"measures"`
}

// Export gives the funds by year and the measures by id.
func Export(ctx context.Context, r db.Reader) (File, error) {
	var f File
	var err error
	if f.Funds, err = db.All(ctx, r, scanFund, "SELECT body FROM budget_fund ORDER BY year"); err != nil {
		return f, err
	}
	f.Measures, err = db.All(ctx, r, scanMeasure, "SELECT body, version FROM budget_measure ORDER BY id")
	return f, err
}

// Apply makes funds and measures what the file says.
func Apply(ctx context.Context, tx *db.Tx, f File) ([]change.Change, error) {
	funds, years, wrong := index(f.Funds, func(x Fund) string { return strconv.Itoa(x.Year) }, "funds", Fund.check)
	measures, ids, more := index(f.Measures, func(x Measure) string { return x.ID }, "measures", Measure.check)
	if err := problem.Many(append(wrong, more...)); err != nil {
		return nil, err
	}
	if err := item.Dangling(ctx, tx, pointers(f.Measures)); err != nil {
		return nil, err
	}
	current, err := Export(ctx, tx)
	if err != nil {
		return nil, err
	}
	oldFunds, _, _ := index(current.Funds, func(x Fund) string { return strconv.Itoa(x.Year) }, "", nil)
	oldMeasures, _, _ := index(current.Measures, func(x Measure) string { return x.ID }, "", nil)
	plan := change.Plan("fund", oldFunds, funds, years, func(x Fund) string { return strconv.Itoa(x.Year) })
	plan = append(plan, change.Plan("measure", oldMeasures, measures, ids, func(x Measure) string { return x.Title })...)
	for _, c := range plan {
		tx.Touch(c.Ref)
		if err := carryOut(ctx, tx, c, funds, measures); err != nil {
			return nil, err
		}
	}
	return plan, nil
}

// pointers are the risks that measures lower and the decisions that they follow.
func pointers(measures []Measure) []item.Pointer {
	var all []item.Pointer
	for _, m := range measures {
		all = append(all, item.Point(fmt.Sprintf("measures[%s].risks", m.ID), "risk", m.Risks...)...)
		all = append(all, item.Point(fmt.Sprintf("measures[%s].decision", m.ID), "decision", m.Decision)...)
	}
	return all
}

func carryOut(ctx context.Context, tx *db.Tx, c change.Change, funds map[string]Fund, measures map[string]Measure) error {
	id := c.Ref.ID()
	switch {
	case c.Ref.Kind() == "fund" && c.Kind == change.Remove:
		year, err := strconv.Atoi(id)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "DELETE FROM budget_fund WHERE year = $1", year)
		return err
	case c.Ref.Kind() == "fund":
		return putFund(ctx, tx, funds[id])
	case c.Kind == change.Remove:
		if _, err := tx.Exec(ctx, "DELETE FROM budget_measure WHERE id = $1", id); err != nil {
			return err
		}
		return item.Remove(ctx, tx, c.Ref)
	default:
		return putMeasure(ctx, tx, measures[id])
	}
}

func putFund(ctx context.Context, tx *db.Tx, f Fund) error {
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO budget_fund (year, body) VALUES ($1, $2)
		ON CONFLICT (year) DO UPDATE SET body = excluded.body`, f.Year, string(body))
	return err
}

func putMeasure(ctx context.Context, tx *db.Tx, m Measure) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO budget_measure (id, body, version) VALUES ($1, $2, 1)
		ON CONFLICT (id) DO UPDATE SET body = excluded.body, version = budget_measure.version + 1`, m.ID, string(body))
	if err != nil {
		return err
	}
	return item.Put(ctx, tx, item.Item{Ref: ref.New("measure", m.ID), Title: m.Name(), Area: "budget"})
}

// index checks rows and gives them by id, with the order of the file.
func index[T any](rows []T, id func(T) string, list string, check func(T, func(string) string) []*problem.Error) (map[string]T, []string, []*problem.Error) {
	byID, order := map[string]T{}, []string{}
	var wrong []*problem.Error
	for i, row := range rows {
		name := id(row)
		if list == "funds" {
			name = strconv.Itoa(i)
		}
		field := func(f string) string { return fmt.Sprintf("%s[%s].%s", list, name, f) }
		if check != nil {
			wrong = append(wrong, check(row, field)...)
		}
		if _, twice := byID[id(row)]; twice {
			wrong = append(wrong, problem.Field(field("id"), "problem.twice", "value", id(row)))
		}
		byID[id(row)] = row
		order = append(order, id(row))
	}
	return byID, order, wrong
}
