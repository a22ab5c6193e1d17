package item_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/item"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

var ctx = context.Background()

func register(t *testing.T, d *db.DB, titles map[string]i18n.Text) {
	t.Helper()
	dbtest.Change(t, d, func(tx *db.Tx) error {
		for id, title := range titles {
			if err := item.Put(ctx, tx, item.Item{Ref: ref.New("element", id), Title: title, Area: "landscape"}); err != nil {
				return err
			}
		}
		return nil
	})
}

func find(t *testing.T, d *db.DB, query string, limit int) (ids []string) {
	t.Helper()
	dbtest.View(t, d, func(r db.Reader) error {
		found, err := item.Search(ctx, r, query, limit)
		for _, it := range found {
			ids = append(ids, it.Ref.ID())
		}
		return err
	})
	slices.Sort(ids)
	return ids
}

func TestSearchFindsAllWordsInAnyOrderInBothLanguagesAndInTheID(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		register(t, d, map[string]i18n.Text{
			"core-banking": {EN: "Core Banking", IT: "Sistema centrale"},
			"cards":        {EN: "Card payments", IT: "Pagamenti con carta"},
			"citta":        {EN: "City portal", IT: "Portale della Città"},
		})
		for query, want := range map[string][]string{
			"banking": {"core-banking"}, "BANK core": {"core-banking"}, "centrale core": {"core-banking"}, "core-banking": {"core-banking"},
			"pag carta": {"cards"}, "CITTÀ": {"citta"}, "banking cards": nil, "": nil, " \t ": nil,
		} {
			if got := find(t, d, query, 10); !slices.Equal(got, want) {
				t.Errorf("%q: got %v, want %v", query, got, want)
			}
		}
	})
}

func TestSearchTakesSignsOfPatternsAsTheyAre(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		register(t, d, map[string]i18n.Text{
			"a": {EN: "100% sure"}, "b": {EN: "100x sure"}, "c": {EN: "snake_case"}, "d": {EN: "snakeXcase"},
			"e": {EN: `back\slash`}, "f": {EN: "backslash"}, "g": {EN: "O'Neill"},
		})
		for query, want := range map[string][]string{
			"100%": {"a"}, "e_c": {"c"}, `k\s`: {"e"}, "%": {"a"}, "_": {"c"}, `\`: {"e"}, "o'n": {"g"}, `%' OR '1'='1`: nil,
		} {
			if got := find(t, d, query, 10); !slices.Equal(got, want) {
				t.Errorf("%q: got %v, want %v", query, got, want)
			}
		}
	})
}

func TestSearchOfManyWordsHeedsTheFirstEightAndTheLimit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		titles := map[string]i18n.Text{}
		for i := range 12 {
			titles[fmt.Sprint("n", i)] = i18n.Text{EN: "one two three four five six seven eight"}
		}
		register(t, d, titles)
		if got := len(find(t, d, "one two three four five six seven eight nine ten", 5)); got != 5 {
			t.Errorf("got %d, want 5", got)
		}
		if got := find(t, d, "one two three four five six seven nine", 5); got != nil {
			t.Errorf("got %v, want none: the eighth word is in no title", got)
		}
		if got := find(t, d, strings.Repeat("one ", 5000), 100); len(got) != 12 {
			t.Errorf("got %d, want 12", len(got))
		}
	})
}

func TestSearchForWhatNoTextCanHoldIsAProblem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, query := range []string{"a\x00b", "caff\xe8 nero"} {
			err := d.View(ctx, db.System("test"), func(r db.Reader) error {
				_, err := item.Search(ctx, r, query, 10)
				return err
			})
			if err != nil && !problem.Is(err, problem.Invalid) {
				t.Errorf("%q: got %v, want a problem or nothing found", query, err)
			}
		}
	})
}

func TestItemIsRenamedFoundByNameAndTakenOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		register(t, d, map[string]i18n.Text{"core": {EN: "Core"}})
		register(t, d, map[string]i18n.Text{"core": {EN: "Ledger", IT: "Mastro"}})
		if got := find(t, d, "ledger", 10); !slices.Equal(got, []string{"core"}) {
			t.Errorf("got %v, want the new name found", got)
		}
		dbtest.View(t, d, func(r db.Reader) error {
			got, err := item.Get(ctx, r, "element:core")
			if got.Title != (i18n.Text{EN: "Ledger", IT: "Mastro"}) || got.Area != "landscape" {
				t.Errorf("got %+v, want the new name", got)
			}
			return err
		})
		dbtest.Change(t, d, func(tx *db.Tx) error { return item.Remove(ctx, tx, "element:core") })
		err := d.View(ctx, db.System("test"), func(r db.Reader) error { _, err := item.Get(ctx, r, "element:core"); return err })
		if !problem.Is(err, problem.NotFound) {
			t.Errorf("got %v, want not found", err)
		}
	})
}

func TestTitlesOfManyItemsLeaveOutTheUnknown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		titles, names := map[string]i18n.Text{}, []ref.Ref{"element:unknown"}
		for i := range 1201 {
			id := fmt.Sprint("n", i)
			titles[id] = i18n.Text{EN: "Title " + id}
			names = append(names, ref.New("element", id))
		}
		register(t, d, titles)
		dbtest.View(t, d, func(r db.Reader) error {
			got, err := item.Titles(ctx, r, names)
			if len(got) != 1201 || got["element:n1200"].EN != "Title n1200" {
				t.Errorf("got %d titles, want 1201", len(got))
			}
			return err
		})
	})
}
