// Package item is the register of all named things: the title and area of every item, for pickers,
// search, and references "to anything". The area that owns an item keeps its entry in the same transaction.
package item

import (
	"context"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// Item is one entry of the register.
type Item struct {
	Ref   ref.Ref   `json:"ref"`
	Title i18n.Text `json:"title"`
	Area  string    `json:"area"`
}

// Put writes or renames an entry.
func Put(ctx context.Context, tx *db.Tx, it Item) error {
	search := strings.ToLower(it.Ref.ID() + " " + it.Title.EN + " " + it.Title.IT)
	_, err := tx.Exec(ctx, `INSERT INTO item (ref, kind, title, title_it, area, search) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (ref) DO UPDATE SET title = excluded.title, title_it = excluded.title_it, area = excluded.area, search = excluded.search`,
		it.Ref, it.Ref.Kind(), it.Title.EN, it.Title.IT, it.Area, search)
	return err
}

// Remove takes an entry out.
func Remove(ctx context.Context, tx *db.Tx, r ref.Ref) error {
	_, err := tx.Exec(ctx, "DELETE FROM item WHERE ref = $1", r)
	return err
}

// Get finds an item by its name.
func Get(ctx context.Context, r db.Reader, name ref.Ref) (Item, error) {
	missing := problem.New(problem.NotFound, "problem.not-found", "what", string(name))
	return db.One(ctx, r, missing, scan, "SELECT ref, title, title_it, area FROM item WHERE ref = $1", name)
}

// Search finds items that contain all words of the query, at most limit of them.
func Search(ctx context.Context, r db.Reader, query string, limit int) ([]Item, error) {
	words := strings.Fields(strings.ToLower(query))
	if len(words) == 0 {
		return nil, nil
	}
	if len(words) > 8 {
		words = words[:8]
	}
	where, args := make([]string, len(words)), make([]any, len(words), len(words)+1)
	for i, word := range words {
		where[i] = `search LIKE $` + string(rune('1'+i)) + ` ESCAPE '\'`
		args[i] = db.Holding(word)
	}
	return db.All(ctx, r, scan, "SELECT ref, title, title_it, area FROM item WHERE "+strings.Join(where, " AND ")+
		" ORDER BY kind, title LIMIT $"+string(rune('1'+len(words))), append(args, limit)...)
}

func scan(s db.Scan) (Item, error) {
	var it Item
	return it, s(&it.Ref, &it.Title.EN, &it.Title.IT, &it.Area)
}

// Titles gives the titles of items by their names; a name that the register does not hold is left out.
func Titles(ctx context.Context, r db.Reader, of []ref.Ref) (map[ref.Ref]i18n.Text, error) {
	titles := map[ref.Ref]i18n.Text{}
	for len(of) > 0 {
		part := of[:min(len(of), 500)]
		of = of[len(part):]
		args := make([]any, len(part))
		for i, name := range part {
			args[i] = string(name)
		}
		found, err := db.All(ctx, r, scan, "SELECT ref, title, title_it, area FROM item WHERE ref IN "+db.Tuples(1, len(part)), args...)
		if err != nil {
			return nil, err
		}
		for _, it := range found {
			titles[it.Ref] = it.Title
		}
	}
	return titles, nil
}

// Pointer is a field that names an item.
type Pointer struct {
	Field string
	To    ref.Ref
	Text  string // as it is written in the field
}

// Point gathers pointers of one field; empty ids point nowhere and are left out.
func Point(field, kind string, ids ...string) []Pointer {
	var all []Pointer
	for _, id := range ids {
		if id != "" {
			all = append(all, Pointer{Field: field, To: ref.New(kind, id), Text: id})
		}
	}
	return all
}

// Dangling reports the pointers to items that do not exist, each with its field.
func Dangling(ctx context.Context, r db.Reader, pointers []Pointer) error {
	names := make([]ref.Ref, len(pointers))
	for i, p := range pointers {
		names[i] = p.To
	}
	known, err := Titles(ctx, r, names)
	if err != nil {
		return err
	}
	var wrong []*problem.Error
	for _, p := range pointers {
		if _, ok := known[p.To]; !ok {
			wrong = append(wrong, problem.Field(p.Field, "problem.dangling", "value", p.Text))
		}
	}
	return problem.Many(wrong)
}
