package evidence

import (
	"context"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
)

// Unmatched is a name in evidence that no element of the landscape is known by. Its facts are kept; they are
// attached when an element gets the name as an alias.
type Unmatched struct {
	Name string `json:"name"`
	Kind string `json:"kind,omitempty"` // exposure, availability or incident
	Rows int    `json:"rows"`
}

// ListUnmatched lists the names that wait for an element, the ones with most facts first.
func ListUnmatched(ctx context.Context, r db.Reader, _ struct{}) ([]Unmatched, error) {
	return db.All(ctx, r, func(s db.Scan) (Unmatched, error) {
		var u Unmatched
		return u, s(&u.Name, &u.Kind, &u.Rows)
	}, `SELECT name, kind, facts FROM (
			SELECT asset AS name, 'exposure' AS kind, COUNT(*) AS facts FROM exposure WHERE element_id = '' GROUP BY asset
			UNION ALL
			SELECT name, 'availability', COUNT(*) FROM availability_interval WHERE element_id = '' GROUP BY name
			UNION ALL
			SELECT service_name, 'incident', COUNT(*) FROM incident WHERE service = '' AND service_name <> '' GROUP BY service_name
		) AS waiting
		ORDER BY facts DESC, name, kind`)
}

// Matched is what Match attached.
type Matched struct {
	Names int `json:"names"`
}

// Match looks again for the elements of all names in evidence, after elements got other aliases. A name that
// belongs to another element now moves there with its facts.
func Match(ctx context.Context, tx *db.Tx, _ struct{}) (Matched, error) {
	find, err := loadFinder(ctx, tx)
	if err != nil {
		return Matched{}, err
	}
	var m Matched
	for _, where := range []struct{ table, name, element string }{
		{"exposure", "asset", "element_id"}, {"incident", "service_name", "service"},
	} {
		n, err := rematch(ctx, tx, find, where.table, where.name, where.element)
		if err != nil {
			return m, err
		}
		m.Names += n
	}
	n, err := rematchAvailability(ctx, tx, find)
	m.Names += n
	if err != nil || m.Names == 0 {
		return m, err
	}
	return m, countExposures(ctx, tx)
}

type nameElement struct{ name, element string }

// rematch moves the rows of every name whose element is another one now. Table and columns come from code.
func rematch(ctx context.Context, tx *db.Tx, find finder, table, name, element string) (int, error) {
	names, err := db.All(ctx, tx, func(s db.Scan) (nameElement, error) {
		var one nameElement
		return one, s(&one.name, &one.element)
	}, "SELECT "+name+", MIN("+element+") FROM "+table+" WHERE "+name+" <> '' GROUP BY "+name)
	if err != nil {
		return 0, err
	}
	moved := 0
	for _, one := range names {
		id := find.find(one.name)
		if id == one.element {
			continue
		}
		if _, err := tx.Exec(ctx, "UPDATE "+table+" SET "+element+" = $1 WHERE "+name+" = $2", id, one.name); err != nil {
			return moved, err
		}
		moved++
	}
	return moved, nil
}

// The operations on names.
var (
	OpUnmatched = op.Query[struct{}, []Unmatched]{Name: "evidence.unmatched", Route: "GET /api/evidence/unmatched", Func: ListUnmatched}
	OpMatch     = op.Command[struct{}, Matched]{Name: "evidence.match", Route: "POST /api/evidence/match", Func: Match}
)
