package evidence

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape"
)

// finder finds the element of the landscape that an outside tool calls by a name: by its id, else by an alias
// or its name, whatever the case. It is loaded once per import. Where two elements claim an alias, the first by id gets it.
type finder struct {
	ids   map[string]bool
	names map[string]string // in lower case
}

func (f finder) find(name string) string {
	if f.ids[name] {
		return name
	}
	return f.names[strings.ToLower(strings.TrimSpace(name))]
}

func loadFinder(ctx context.Context, r db.Reader) (finder, error) {
	f := finder{ids: map[string]bool{}, names: map[string]string{}}
	_, err := db.All(ctx, r, func(s db.Scan) (struct{}, error) {
		var id, name, aliases string
		if err := s(&id, &name, &aliases); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, f.add(id, name, aliases)
	}, "SELECT id, name, aliases FROM element ORDER BY CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END, id")
	return f, err
}

func (f finder) add(id, name, aliases string) error {
	var known []string
	if aliases != "" {
		if err := json.Unmarshal([]byte(aliases), &known); err != nil {
			return fmt.Errorf("aliases of %s: %w", id, err)
		}
	}
	f.ids[id] = true
	for _, one := range append(known, name) {
		if key := strings.ToLower(strings.TrimSpace(one)); key != "" && f.names[key] == "" {
			f.names[key] = id
		}
	}
	return nil
}

// tiers gives the criticality of elements, 1 the highest. It is asked for when a figure is computed, so that
// an element that became critical is critical in all its exposures.
func tiers(ctx context.Context, r db.Reader) (map[string]int, error) { return landscape.Tiers(ctx, r) }
