package db_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/huandu/go-sqlbuilder"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/problem"
)

var sorts = db.Sorts{By: map[string]string{"name": "LOWER(name)", "size": "size", "weight": "weight", "id": "id"}, Key: "id", Default: "name"}

func list(r db.Reader, page db.Page) (db.PageOf[string], error) {
	b := sqlbuilder.PostgreSQL.NewSelectBuilder()
	b.Select("id").From("thing").Where(b.NotEqual("name", "hidden"))
	return db.Paged(ctx, r, b, page, sorts, func(s db.Scan) (id string, err error) { return id, s(&id) })
}

// manyThings have many ties in each column, negative numbers, fractions and letters of several languages.
func manyThings(t testing.TB, d *db.DB, n int) {
	t.Helper()
	things(t, d)
	names := []string{"", "alpha", "Alpha", "beta", "città", "zoë", "x'y", `back\slash`}
	random := rand.New(rand.NewPCG(1, 2))
	rows := make([][]any, n)
	for i := range rows {
		rows[i] = []any{fmt.Sprintf("%06d", i), names[random.IntN(len(names))], int64(random.IntN(9)-4) * 1e15, float64(random.IntN(12)-6) / 4}
	}
	dbtest.Change(t, d, func(tx *db.Tx) error {
		return tx.InsertMany(ctx, "thing", []string{"id", "name", "size", "weight"}, rows)
	})
}

func TestPagesOneAfterAnotherAreTheWholeListInEveryOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		manyThings(t, d, 230)
		for _, sort := range []string{"", "name", "-name", "size", "-size", "weight", "-weight", "id", "-id"} {
			dbtest.View(t, d, func(r db.Reader) error {
				whole, err := list(r, db.Page{Sort: sort, Limit: db.Unlimited})
				if err != nil {
					return err
				}
				var paged []string
				page := db.PageOf[string]{Next: ""}
				for first := true; first || page.Next != ""; first = false {
					if page, err = list(r, db.Page{Sort: sort, Limit: 23, After: page.Next}); err != nil {
						return err
					}
					if page.Total != 230 {
						t.Errorf("%s: got a total of %d, want 230", sort, page.Total)
					}
					paged = append(paged, page.Items...)
				}
				if !slices.Equal(paged, whole.Items) || len(whole.Items) != 230 || whole.Next != "" {
					t.Errorf("%s: got %d rows in pages that are not the %d of the list", sort, len(paged), len(whole.Items))
				}
				return nil
			})
		}
	})
}

func TestDownwardsIsUpwardsTurnedRound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		manyThings(t, d, 60)
		dbtest.View(t, d, func(r db.Reader) error {
			up, err := list(r, db.Page{Sort: "size", Limit: db.Unlimited})
			if err != nil {
				return err
			}
			down, err := list(r, db.Page{Sort: "-size", Limit: db.Unlimited})
			slices.Reverse(down.Items)
			if !slices.Equal(up.Items, down.Items) {
				t.Errorf("got %v, want %v", down.Items, up.Items)
			}
			return err
		})
	})
}

func TestPageHoldsFiftyRowsUnlessToldAndTheLastHasNoNext(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		manyThings(t, d, 100)
		dbtest.View(t, d, func(r db.Reader) error {
			first, err := list(r, db.Page{})
			if err != nil || len(first.Items) != 50 || first.Next == "" {
				t.Errorf("got %d rows, next %q, %v, want 50 and a next page", len(first.Items), first.Next, err)
			}
			second, err := list(r, db.Page{After: first.Next})
			if len(second.Items) != 50 || second.Next != "" {
				t.Errorf("got %d rows, next %q, want 50 and no next page", len(second.Items), second.Next)
			}
			return err
		})
	})
}

func TestCursorsAndOrdersNobodyGaveAreProblemsOfTheirField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		manyThings(t, d, 60)
		encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
		dbtest.View(t, d, func(r db.Reader) error {
			byName, err := list(r, db.Page{Sort: "name", Limit: 5})
			if err != nil {
				return err
			}
			wrong := map[string]db.Page{
				"another order's": {Sort: "size", After: byName.Next},
				"no base64":       {After: "!"},
				"no JSON":         {After: encode("x")},
				"too short":       {After: encode(`["name","a"]`)},
				"key no text":     {After: encode(`["name","a",1]`)},
				"list as value":   {After: encode(`["name",[1],"a"]`)},
				"null as value":   {After: encode(`["name",null,"a"]`)},
				"endless number":  {Sort: "size", After: encode(`["size",1e999,"a"]`)},
			}
			for name, page := range wrong {
				if _, err := list(r, page); !problem.Is(err, problem.Invalid) {
					t.Errorf("%s: got %v, want a problem", name, err)
				}
			}
			for _, sort := range []string{"secret", "--name", "name DESC", "-"} {
				_, err := list(r, db.Page{Sort: sort})
				if p, ok := problem.As(err); !ok || p.Field != "sort" {
					t.Errorf("%q: got %v, want a problem of the field sort", sort, err)
				}
			}
			return nil
		})
	})
}

// A page of 50,000 rows costs the same at any depth: p95 over pages from the first to the last.
func BenchmarkPageOf50000AtAnyDepth(b *testing.B) {
	engines := map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres}
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) { benchmarkPages(b, engines[name](b)) })
	}
}

func benchmarkPages(b *testing.B, d *db.DB) {
	manyThings(b, d, 50_000)
	dbtest.Change(b, d, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "CREATE INDEX thing_name ON thing (LOWER(name), id)")
		return err
	})
	var times []time.Duration
	after := ""
	for b.Loop() {
		began := time.Now()
		dbtest.View(b, d, func(r db.Reader) error {
			page, err := list(r, db.Page{Limit: 500, After: after})
			after = page.Next // the next page; the first again after the last
			return err
		})
		times = append(times, time.Since(began))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)*95/100].Microseconds())/1000, "p95-ms")
}
