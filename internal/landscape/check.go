package landscape

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/item"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// checker collects what is wrong with the fields of one thing.
type checker struct {
	field func(string) string
	wrong []*problem.Error
}

func (c *checker) add(e *problem.Error) {
	if e != nil {
		c.wrong = append(c.wrong, e)
	}
}

func (c *checker) choice(name, value string, allowed ...string) {
	c.add(problem.Choice(c.field(name), value, allowed...))
}

func (c *checker) grade(name string, value *int64) { c.between(name, value, 1, 4) }

func (c *checker) between(name string, value *int64, low, high int64) {
	if value != nil && (*value < low || *value > high) {
		c.add(problem.Field(c.field(name), "problem.range", "value", *value, "min", low, "max", high))
	}
}

func (c *checker) day(name, day string) {
	if day != "" && !db.ValidDay(day) {
		c.add(problem.Field(c.field(name), "problem.day", "value", day))
	}
}

func (c *checker) short(name, text string, limit int) {
	if len([]rune(text)) > limit {
		c.add(problem.Field(c.field(name), "problem.too-long", "max", limit))
	}
}

// properties bounds what a source may say beyond the fields.
func (c *checker) properties(name string, all map[string]string) {
	if len(all) > 200 {
		c.add(problem.Field(c.field(name), "problem.range", "value", len(all), "min", 0, "max", 200))
	}
	for key, value := range all {
		c.short(name, key, 200)
		c.short(name, value, 4000)
	}
}

// plain names the fields of a form by themselves.
func plain(name string) string { return name }

// peopleExist finds the fields that name a person who does not exist. Who has left is still known.
func peopleExist(ctx context.Context, r db.Reader, people map[string]string) []*problem.Error {
	var wrong []*problem.Error
	var everybody map[string]identity.Person
	for _, field := range sortedKeys(people) {
		id := people[field]
		if id == "" {
			continue
		}
		if _, err := item.Get(ctx, r, ref.New("person", id)); err == nil {
			continue
		}
		if everybody == nil {
			everybody, _ = identity.People(ctx, r) //nolint:errcheck // without the list the person is not known either
		}
		if _, known := everybody[id]; !known {
			wrong = append(wrong, problem.Field(field, "problem.dangling", "value", id))
		}
	}
	return wrong
}

// peopleNames gives the names of people by their ids.
func peopleNames(ctx context.Context, r db.Reader, all []string) (map[string]i18n.Text, error) {
	var names []ref.Ref
	for _, id := range wordSet(all) {
		names = append(names, ref.New("person", id))
	}
	titles, err := item.Titles(ctx, r, names)
	called := map[string]i18n.Text{}
	for name, title := range titles {
		called[name.ID()] = title
	}
	return called, err
}

// personNames gives the names of people as they are written, which no language changes.
func personNames(ctx context.Context, r db.Reader, people map[string]bool) (map[string]string, error) {
	called, err := peopleNames(ctx, r, sortedKeys(people))
	names := make(map[string]string, len(called))
	for id, name := range called {
		names[id] = name.In(i18n.EN)
	}
	return names, err
}

// pageOf cuts a page out of a sorted list; its cursor is the key of the last row.
func pageOf[T any](all []T, page db.Page, key func(T) string) (db.PageOf[T], error) {
	out := db.PageOf[T]{Items: []T{}, Total: len(all)}
	if page.After != "" {
		at := slices.IndexFunc(all, func(one T) bool { return key(one) == page.After })
		if at < 0 {
			return out, problem.Field("after", "problem.cursor")
		}
		all = all[at+1:]
	}
	limit := page.Limit
	if limit == 0 {
		limit = 50
	}
	if limit > 0 && len(all) > limit {
		all = all[:limit]
		out.Next = key(all[limit-1])
	}
	out.Items = append(out.Items, all...)
	return out, nil
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// slug makes an id of a name: lower case letters, digits and dots, with one dash for all else between them.
func slug(name string) string {
	var b strings.Builder
	gap := false
	for _, c := range norm.NFD.String(strings.ToLower(name)) {
		if unicode.Is(unicode.Mn, c) {
			continue // an accent, parted from its letter
		}
		plainASCII := c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.'
		if !plainASCII {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteRune(c)
	}
	id := strings.Trim(b.String(), ".-")
	if id == "" || len(id) > 90 {
		id = strings.Trim(id[:min(len(id), 80)]+"-"+short(name), "-")
	}
	return id
}

// short is the beginning of the hash of some words: enough to tell two things apart that are called alike.
func short(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x1f")))
	return hex.EncodeToString(sum[:4])
}

func pack(list []string) string {
	if len(list) == 0 {
		return "[]"
	}
	data, _ := json.Marshal(list) //nolint:errcheck // strings always marshal
	return string(data)
}

// wordSet trims, drops empty and repeated words and sorts; nil when none is left.
func wordSet(list []string) []string {
	var kept []string
	for _, word := range list {
		if word = strings.TrimSpace(word); word != "" {
			kept = append(kept, word)
		}
	}
	slices.Sort(kept)
	return slices.Compact(kept)
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, one := range list {
		out[i] = string(one)
	}
	return out
}

// someProperties is nil for none, so that equal things compare equal.
func someProperties(all map[string]string) map[string]string {
	if len(all) == 0 {
		return nil
	}
	return all
}

func packProperties(all map[string]string) string {
	if len(all) == 0 {
		return "{}"
	}
	data, _ := json.Marshal(all) //nolint:errcheck // strings always marshal
	return string(data)
}

func unpackProperties(text string) (all map[string]string, err error) {
	if text == "{}" {
		return nil, nil
	}
	return all, json.Unmarshal([]byte(text), &all)
}

// toMicrosecond is an instant as the database keeps it.
func toMicrosecond(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	kept := at.UTC().Truncate(time.Microsecond)
	return &kept
}

// began is when a thing came on the map; nil for things older than that note.
func began(micros int64) *time.Time {
	if micros == 0 {
		return nil
	}
	return instant(&micros)
}

func ids[T any](all []T, id func(T) string) []string {
	out := make([]string, len(all))
	for i, one := range all {
		out[i] = id(one)
	}
	return out
}

func instant(micros *int64) *time.Time {
	if micros == nil {
		return nil
	}
	at := time.UnixMicro(*micros).UTC()
	return &at
}

func micros(at *time.Time) any {
	if at == nil {
		return nil
	}
	return at.UnixMicro()
}

func columnNames(columns string) []string {
	names := strings.Split(columns, ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return names
}

// assignments writes "b = $2, c = $3" for all columns but the first, which is the key.
func assignments(names []string) string {
	parts := make([]string, 0, len(names))
	for i, name := range names[1:] {
		parts = append(parts, name+" = $"+strconv.Itoa(i+2))
	}
	return strings.Join(parts, ", ")
}

func joinColumns(names []string, separator string) string { return strings.Join(names, separator) }

// insertRows inserts rows one by one with a prepared statement: statements with thousands of numbered
// placeholders take the embedded engine far longer to parse than to run.
func insertRows(ctx context.Context, tx *db.Tx, table string, names []string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	stmt, err := tx.Prepare(ctx, "INSERT INTO "+table+" ("+joinColumns(names, ", ")+") VALUES "+db.Tuples(1, len(names)))
	if err != nil {
		return err
	}
	defer stmt.Close()
	for _, row := range rows {
		if _, err := stmt.ExecContext(ctx, row...); err != nil {
			return err
		}
	}
	return nil
}
