package landscape

import (
	"context"
	"strings"

	"github.com/huandu/go-sqlbuilder"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
)

// Filter narrows the list of elements. Ended elements are not listed unless asked for.
type Filter struct {
	db.Page
	Text        string `query:"text" doc:"part of the id, name or an alias"`
	Kind        string `query:"kind" doc:"only elements of this kind"`
	Outside     string `query:"outside" doc:"yes or no: under our control or not"`
	Criticality string `query:"criticality" doc:"1 (highest) to 4, or unset"`
	Owner       string `query:"owner" doc:"only elements that this person answers for (id)"`
	Tag         string `query:"tag" doc:"only elements with this tag"`
	Source      string `query:"source" doc:"only elements that this source brought"`
	Gap         string `query:"gap" doc:"owner, rto or criticality: only elements that should have it and do not"`
	Ended       bool   `query:"ended" doc:"only elements that are no longer there"`
}

// ElementRow is an element with the name of its owner.
type ElementRow struct {
	Element
	OwnerName i18n.Text `json:"ownerName"`
}

const ownerName = `COALESCE((SELECT i.title FROM item i WHERE i.ref = 'person:' || owner), '') AS owner_name,
	COALESCE((SELECT i.title_it FROM item i WHERE i.ref = 'person:' || owner), '') AS owner_name_it`

// ListElements gives the elements that the filter leaves.
func ListElements(ctx context.Context, r db.Reader, f Filter) (db.PageOf[ElementRow], error) {
	b := sqlbuilder.PostgreSQL.NewSelectBuilder()
	b.Select(elementColumns, ownerName).From("element")
	f.narrow(b)
	sorts := db.Sorts{By: map[string]string{
		"name": "sort_name", "kind": "kind", "criticality": "COALESCE(criticality, 9)", "rto": "COALESCE(rto_min, 99999999)",
		"owner": "owner", "cost": "COALESCE(cost_eur_year, -1)", "end": "end_of_life",
	}, Key: "id", Default: "name"}
	return db.Paged(ctx, r, b, f.Page, sorts, scanElementRow)
}

func (f Filter) narrow(b *sqlbuilder.SelectBuilder) {
	if f.Ended {
		b.Where("ended_at IS NOT NULL")
	} else {
		b.Where("ended_at IS NULL")
	}
	for column, value := range map[string]string{"kind": f.Kind, "owner": f.Owner, "source": f.Source} {
		if value != "" {
			b.Where(b.Equal(column, value))
		}
	}
	for _, word := range strings.Fields(strings.ToLower(f.Text)) {
		b.Where("search LIKE " + b.Var(db.Holding(word)) + ` ESCAPE '\'`)
	}
	if f.Tag != "" {
		b.Where("tags LIKE " + b.Var(db.Holding(strings.Trim(pack([]string{f.Tag}), "[]"))) + ` ESCAPE '\'`)
	}
	switch f.Outside {
	case "yes":
		b.Where("outside = TRUE")
	case "no":
		b.Where("outside = FALSE")
	}
	switch f.Criticality {
	case "":
	case "1", "2", "3", "4":
		b.Where(b.Equal("criticality", int64(f.Criticality[0]-'0')))
	default:
		b.Where("criticality IS NULL")
	}
	if gap, ok := gaps[f.Gap]; ok {
		b.Where(gap)
	}
}

// gaps are the conditions for something that should be known and is not.
var gaps = map[string]string{
	"owner":       "owner = '' AND outside = FALSE AND kind IN (" + quoted(answered()) + ")",
	"rto":         "rto_min IS NULL AND outside = FALSE AND kind IN (" + quoted(recovering()) + ")",
	"criticality": "criticality IS NULL AND kind IN (" + quoted(recovering()) + ")",
	"kind":        "kind = 'unknown'",
}

func answered() (kinds []Kind) {
	for _, k := range Kinds {
		if k.Answered() {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

func recovering() (kinds []Kind) {
	for _, k := range Kinds {
		if k.Recovers() {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// quoted writes kinds as SQL texts; they come from code, never from input.
func quoted(kinds []Kind) string { return "'" + strings.Join(words(kinds), "', '") + "'" }

func scanElementRow(s db.Scan) (ElementRow, error) {
	var row ElementRow
	e, err := scanElement(func(dest ...any) error {
		return s(append(dest, &row.OwnerName.EN, &row.OwnerName.IT)...)
	})
	row.Element = e
	return row, err
}

// OpListElements lists elements.
var OpListElements = op.Query[Filter, db.PageOf[ElementRow]]{Name: "landscape.list", Route: "GET /api/landscape/elements", Func: ListElements}

// Summary counts the live map and what is not known about it.
type Summary struct {
	Elements   int `json:"elements"`
	Services   int `json:"services"`
	Outside    int `json:"outside"`
	NoOwner    int `json:"noOwner"`   // of those that must have an owner
	NoRTO      int `json:"noRto"`     // of those that must have a recovery time objective
	Unknown    int `json:"unknown"`   // named by somebody and described by nobody
	Crossing   int `json:"crossing"`  // connections between inside and outside
	Unagreed   int `json:"unagreed"`  // of those, without an agreement
	Connection int `json:"connected"` // connections in all
}

// Count counts the live map.
func Count(ctx context.Context, r db.Reader, _ struct{}) (Summary, error) {
	query := `SELECT COUNT(*), COALESCE(SUM(CASE WHEN kind = 'service' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN outside THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN ` + gaps["owner"] + ` THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN ` + gaps["rto"] + ` THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN kind = 'unknown' THEN 1 ELSE 0 END), 0) FROM element WHERE ended_at IS NULL`
	s, err := db.One(ctx, r, nil, func(scan db.Scan) (s Summary, err error) {
		return s, scan(&s.Elements, &s.Services, &s.Outside, &s.NoOwner, &s.NoRTO, &s.Unknown)
	}, query)
	if err != nil {
		return s, err
	}
	if s.Connection, err = db.Value[int](ctx, r, "SELECT COUNT(*) FROM connection WHERE ended_at IS NULL"); err != nil {
		return s, err
	}
	for _, end := range []string{"c.from_id = o.id JOIN element i ON i.id = c.to_id", "c.to_id = o.id JOIN element i ON i.id = c.from_id"} {
		crossing, err := db.One(ctx, r, nil, func(scan db.Scan) (n [2]int, err error) { return n, scan(&n[0], &n[1]) },
			`SELECT COUNT(*), COALESCE(SUM(CASE WHEN c.agreement = '' THEN 1 ELSE 0 END), 0)
			FROM element o JOIN connection c ON `+end+`
			WHERE o.outside = TRUE AND o.ended_at IS NULL AND i.outside = FALSE AND i.ended_at IS NULL AND c.ended_at IS NULL`)
		if err != nil {
			return s, err
		}
		s.Crossing, s.Unagreed = s.Crossing+crossing[0], s.Unagreed+crossing[1]
	}
	return s, nil
}

// OpCount counts the live map.
var OpCount = op.Query[struct{}, Summary]{Name: "landscape.count", Route: "GET /api/landscape/summary", Func: Count}
