package evidence

import (
	"context"
	"strings"
	"time"

	"accordo.dev/internal/db"
)

// countExposures brings exposure_count in line, in the transaction of the import: pages and indicators count
// without touching single exposures. Elements without a name are counted together under the empty id.
func countExposures(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, "DELETE FROM exposure_count"); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO exposure_count (element_id, severity, open, exposures)
		SELECT element_id, severity, open, COUNT(*) FROM exposure GROUP BY element_id, severity, open`)
	return err
}

// ExposureCount is how many exposures an element has of a severity.
type ExposureCount struct {
	Element   string `json:"element"` // empty: assets that no element is known by
	Severity  string `json:"severity"`
	Open      bool   `json:"open"`
	Exposures int    `json:"exposures"`
}

// CountFilter narrows ExposureCounts.
type CountFilter struct {
	Element string `query:"element" json:"element,omitempty"` // "-": assets that no element is known by; empty: all
}

// ExposureCounts reads the rollup of exposures.
func ExposureCounts(ctx context.Context, r db.Reader, in CountFilter) ([]ExposureCount, error) {
	query, args := "SELECT element_id, severity, open, exposures FROM exposure_count", []any{}
	if in.Element != "" {
		query, args = query+" WHERE element_id = $1", append(args, strings.TrimPrefix(in.Element, "-"))
	}
	return db.All(ctx, r, func(s db.Scan) (ExposureCount, error) {
		var c ExposureCount
		var rank int
		err := s(&c.Element, &rank, &c.Open, &c.Exposures)
		c.Severity = string(severities[rank])
		return c, err
	}, query+" ORDER BY element_id, severity DESC, open", args...)
}

// month is the month in which an instant lies, and when the next one begins; UTC.
func month(t time.Time) (name string, next time.Time) {
	t = t.UTC()
	return t.Format("2006-01"), time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, time.UTC)
}
