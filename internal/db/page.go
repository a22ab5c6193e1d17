package db

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/huandu/go-sqlbuilder"

	"accordo.dev/internal/problem"
)

// Page asks for one part of a list: sorted, after a cursor, so many rows.
type Page struct {
	Sort  string `query:"sort" json:"sort,omitempty" doc:"column to sort by; a leading minus sorts downwards"`
	After string `query:"after" json:"after,omitempty" doc:"cursor of the page before"`
	Limit int    `query:"limit" json:"limit,omitempty" minimum:"0" maximum:"1000" doc:"rows, 50 unless told"`
}

// Holding is a LIKE pattern for texts that hold the given one; write LIKE with ESCAPE '\' beside it.
func Holding(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

// Unlimited asks Paged for all rows; for exports.
const Unlimited = -1

// PageOf is one part of a list: its items, how many there are in all, and the cursor of the next part.
type PageOf[T any] struct {
	Items []T    `json:"items"`
	Total int    `json:"total"`
	Next  string `json:"next,omitempty"`
}

// Sorts says by what a list may be sorted: public name to SQL expression (never null), the
// expression that breaks ties (unique), and the order when nobody asked for one.
type Sorts struct {
	By      map[string]string
	Key     string
	Default string
}

// Paged runs a select built for PostgreSQL flavor and returns the page asked for. The cursor holds the
// sort value and key of the last row, so a page costs the same at any depth.
func Paged[T any](ctx context.Context, r Reader, b *sqlbuilder.SelectBuilder, page Page, sorts Sorts, scan func(Scan) (T, error)) (PageOf[T], error) {
	out := PageOf[T]{Items: []T{}}
	order, err := sorts.parse(page.Sort)
	if err != nil {
		return out, err
	}
	query, args := b.BuildWithFlavor(sqlbuilder.PostgreSQL)
	if out.Total, err = Value[int](ctx, r, "SELECT COUNT(*) FROM ("+query+") AS listed", args...); err != nil {
		return out, err
	}
	if err := order.after(b, page.After); err != nil {
		return out, err
	}
	limit := page.Limit
	if limit == 0 {
		limit = 50
	}
	if limit > 0 {
		b.Limit(limit + 1)
	}
	b.SelectMore(order.expr+" AS cursor_value", sorts.Key+" AS cursor_key")
	b.OrderBy(order.expr+order.direction(), sorts.Key+order.direction())
	query, args = b.BuildWithFlavor(sqlbuilder.PostgreSQL)
	rows, err := All(ctx, r, func(s Scan) (mark[T], error) { return scanMark(s, scan) }, query, args...)
	if err != nil {
		return out, err
	}
	if limit > 0 && len(rows) > limit {
		rows = rows[:limit]
		if out.Next, err = order.cursor(rows[limit-1].value, rows[limit-1].key); err != nil {
			return out, err
		}
	}
	for _, row := range rows {
		out.Items = append(out.Items, row.item)
	}
	return out, nil
}

type mark[T any] struct {
	item  T
	value any
	key   string
}

func scanMark[T any](s Scan, scan func(Scan) (T, error)) (mark[T], error) {
	var m mark[T]
	item, err := scan(func(dest ...any) error { return s(append(dest, &m.value, &m.key)...) })
	m.item = item
	if bytes, ok := m.value.([]byte); ok {
		m.value = string(bytes)
	}
	return m, err
}

type ordering struct {
	name, expr, key string
	down            bool
}

func (s Sorts) parse(asked string) (ordering, error) {
	if asked == "" {
		asked = s.Default
	}
	name, down := strings.CutPrefix(asked, "-")
	expr, ok := s.By[name]
	if !ok {
		return ordering{}, problem.Field("sort", "problem.sort", "value", name)
	}
	return ordering{name: name, expr: expr, key: s.Key, down: down}, nil
}

func (o ordering) direction() string {
	if o.down {
		return " DESC"
	}
	return " ASC"
}

// after narrows the select to the rows behind the cursor, comparing (value, key) as one row.
func (o ordering) after(b *sqlbuilder.SelectBuilder, cursor string) error {
	if cursor == "" {
		return nil
	}
	value, key, err := o.mark(cursor)
	if err != nil {
		return err
	}
	compare := " > "
	if o.down {
		compare = " < "
	}
	b.Where("(" + o.expr + ", " + o.key + ")" + compare + "(" + b.Var(value) + ", " + b.Var(key) + ")")
	return nil
}

// cursor names the last row of a page: what it was sorted by, its value, its key.
func (o ordering) cursor(value any, key string) (string, error) {
	data, err := json.Marshal([]any{o.name, value, key})
	if err != nil {
		return "", fmt.Errorf("cursor of %s: %w", o.name, err)
	}
	return base64.RawURLEncoding.EncodeToString(data), nil
}

// mark reads a cursor; one that another order made is refused, as its value means nothing here.
func (o ordering) mark(cursor string) (value any, key string, err error) {
	bad := problem.Field("after", "problem.cursor")
	data, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, "", bad
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var parts []any
	if err := decoder.Decode(&parts); err != nil || len(parts) != 3 || parts[0] != o.name {
		return nil, "", bad
	}
	key, isText := parts[2].(string)
	value, err = scalar(parts[1])
	if err != nil || !isText {
		return nil, "", bad
	}
	return value, key, nil
}

// scalar is a text, a truth or a number of a cursor as databases take it.
func scalar(value any) (any, error) {
	switch v := value.(type) {
	case string, bool:
		return v, nil
	case json.Number:
		if whole, err := v.Int64(); err == nil {
			return whole, nil
		}
		return v.Float64()
	default:
		return nil, errors.New("not a scalar")
	}
}
