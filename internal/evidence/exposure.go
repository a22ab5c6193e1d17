package evidence

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"github.com/huandu/go-sqlbuilder"

	"accordo.dev/internal/db"
	"accordo.dev/internal/ingest"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// Exposure is a vulnerability at a place of an asset: the asset, the canonical vulnerability (a CVE where there
// is one) and the location with the package in it. It is the unit that is counted, never a row of a report. Its
// id follows from these three, so that it is the same in every database and after every upgrade that leaves the
// vulnerability where it was.
type Exposure struct {
	ID            string    `json:"id"`
	Asset         string    `json:"asset"`             // as the scanner calls it
	Element       string    `json:"element,omitempty"` // of the landscape; empty: nobody knows the asset by this name
	Vulnerability string    `json:"vulnerability"`
	Package       string    `json:"package"`
	Location      string    `json:"location"`
	Installed     string    `json:"installed,omitempty"`
	Fixed         string    `json:"fixed,omitempty"` // empty: no repaired version is known
	Status        string    `json:"status"`
	Severity      string    `json:"severity"`
	Title         string    `json:"title,omitempty"`
	URL           string    `json:"url,omitempty"`
	Published     time.Time `json:"published,omitzero"`
	First         time.Time `json:"first"`  // first seen
	Opened        time.Time `json:"opened"` // since when it is open, or was open last
	Closed        time.Time `json:"closed,omitzero"`
	Seen          time.Time `json:"seen"` // by the latest run that saw it
	Open          bool      `json:"open"`
	Exploited     bool      `json:"exploited"`     // in the catalogue of known exploited vulnerabilities
	Due           string    `json:"due,omitempty"` // day by which the catalogue wants it repaired
	Tier          int       `json:"tier"`          // criticality of the element now; 0: not known
	row           int64
}

const exposureFields = `x.id, x.key, x.asset, x.element_id, x.vulnerability, x.package, x.location, x.installed, x.fixed, x.status, x.severity,
	x.title, x.url, x.published_at, x.first_at, x.opened_at, x.closed_at, x.seen_at, x.open, k.cve, k.due`

func scanExposure(s db.Scan) (Exposure, error) {
	var x Exposure
	var key []byte
	var rank int
	var exploited, due *string
	err := s(&x.row, &key, &x.Asset, &x.Element, &x.Vulnerability, &x.Package, &x.Location, &x.Installed, &x.Fixed, &x.Status, &rank,
		&x.Title, &x.URL, db.At(&x.Published), db.At(&x.First), db.At(&x.Opened), db.At(&x.Closed), db.At(&x.Seen), &x.Open, &exploited, &due)
	x.ID = hex.EncodeToString(key)
	if err == nil {
		x.Severity = string(severities[rank])
	}
	if x.Exploited = exploited != nil; due != nil {
		x.Due = *due
	}
	return x, err
}

// ExposureFilter narrows the list of exposures.
type ExposureFilter struct {
	db.Page
	Element  string `query:"element" json:"element,omitempty"`   // "-": of no known element
	Tier     int    `query:"tier" json:"tier,omitempty"`         // criticality of the element
	Severity string `query:"severity" json:"severity,omitempty"` // exactly
	Open     string `query:"open" json:"open,omitempty"`         // yes, no; empty: both
	KEV      string `query:"kev" json:"kev,omitempty"`           // yes: known to be exploited; late: past the catalogue's day
	Text     string `query:"q" json:"q,omitempty"`
}

// ListExposures lists exposures, the worst first.
func ListExposures(ctx context.Context, r db.Reader, in ExposureFilter) (db.PageOf[Exposure], error) {
	catalogue, err := catalogueAt(ctx, r, r.Now())
	if err != nil {
		return db.PageOf[Exposure]{}, err
	}
	tier, err := tiers(ctx, r)
	if err != nil {
		return db.PageOf[Exposure]{}, err
	}
	b := sqlbuilder.NewSelectBuilder()
	b.Select(exposureFields).From("exposure x")
	b.JoinWithOption(sqlbuilder.LeftJoin, "kev_entry k", "k.file_id = "+b.Var(catalogue), "k.cve = x.vulnerability")
	if err := in.narrow(b, r, tier); err != nil {
		return db.PageOf[Exposure]{}, err
	}
	page, err := db.Paged(ctx, r, b, in.Page, exposureSorts, scanExposure)
	for i := range page.Items {
		page.Items[i].Tier = tier[page.Items[i].Element]
	}
	return page, err
}

var exposureSorts = db.Sorts{
	By: map[string]string{
		"severity": "x.severity", "vulnerability": "x.vulnerability", "element": "x.element_id", "asset": "x.asset", "package": "x.package",
		"first": "x.first_at", "opened": "x.opened_at", "seen": "x.seen_at", "closed": "COALESCE(x.closed_at, 0)",
	},
	Key: "x.id", Default: "-severity",
}

func (in ExposureFilter) narrow(b *sqlbuilder.SelectBuilder, r db.Reader, tier map[string]int) error {
	if in.Severity != "" {
		rank := slices.Index(severities, ingest.Severity(in.Severity))
		if rank < 0 {
			return fieldValue("severity", in.Severity)
		}
		b.Where(b.Equal("x.severity", rank))
	}
	switch in.Open {
	case "yes":
		b.Where(b.Equal("x.open", true))
	case "no":
		b.Where(b.Equal("x.open", false))
	}
	switch in.KEV {
	case "yes":
		b.Where("k.cve IS NOT NULL")
	case "late":
		b.Where("k.due <> ''", b.LessThan("k.due", day(r.Now())))
	}
	in.ofElements(b, tier)
	if in.Text != "" {
		b.Where(holds(b, "x.search", in.Text))
	}
	return nil
}

func (in ExposureFilter) ofElements(b *sqlbuilder.SelectBuilder, tier map[string]int) {
	switch in.Element {
	case "":
	case "-":
		b.Where(b.Equal("x.element_id", ""))
	default:
		b.Where(b.Equal("x.element_id", in.Element))
	}
	if in.Tier == 0 {
		return
	}
	elements := []any{}
	for _, id := range sortedKeys(tier) {
		if tier[id] == in.Tier {
			elements = append(elements, id)
		}
	}
	if len(elements) == 0 {
		b.Where("1 = 0")
		return
	}
	b.Where(b.In("x.element_id", elements...))
}

// Interval is a stretch of time in which an exposure was open, as one scope of one scanner tells it.
type Interval struct {
	Scanner string    `json:"scanner"`
	Scope   string    `json:"scope"`
	Opened  time.Time `json:"opened"`
	Closed  time.Time `json:"closed,omitzero"`
	Reason  string    `json:"reason,omitempty"` // fixed, asset-gone
	Delayed bool      `json:"delayed"`          // it was there when the scope began to be watched: the start is not known
}

// Sighting is one run that saw an exposure, and where its file says so.
type Sighting struct {
	File     string    `json:"file"`
	Name     string    `json:"name"`
	SHA256   string    `json:"sha256"`
	Importer string    `json:"importer"`
	By       string    `json:"by"`
	Loaded   time.Time `json:"loaded"`
	Taken    time.Time `json:"taken"`
	Record   int       `json:"record"` // 1-based
	Offset   int64     `json:"offset"` // bytes
}

// ExposureLife is an exposure with its whole story.
type ExposureLife struct {
	Exposure
	Intervals []Interval `json:"intervals"`
	Sightings []Sighting `json:"sightings"` // the latest first
}

// ExposureQuery names one exposure.
type ExposureQuery struct {
	ID string `json:"id" path:"id"`
}

// GetExposure finds an exposure with its intervals and the places in files that it rests on.
func GetExposure(ctx context.Context, r db.Reader, in ExposureQuery) (ExposureLife, error) {
	missing := problem.New(problem.NotFound, "problem.not-found", "what", in.ID)
	key, err := hex.DecodeString(in.ID)
	if err != nil {
		return ExposureLife{}, missing
	}
	catalogue, err := catalogueAt(ctx, r, r.Now())
	if err != nil {
		return ExposureLife{}, err
	}
	found, err := db.One(ctx, r, missing, scanExposure, "SELECT "+exposureFields+` FROM exposure x
		LEFT JOIN kev_entry k ON k.file_id = $1 AND k.cve = x.vulnerability
		WHERE x.key = $2`, catalogue, key)
	if err != nil {
		return ExposureLife{}, err
	}
	tier, err := tiers(ctx, r)
	if err != nil {
		return ExposureLife{}, err
	}
	life := ExposureLife{Exposure: found}
	life.Tier = tier[life.Element]
	if life.Intervals, err = intervalsOfExposure(ctx, r, found.row); err != nil {
		return life, err
	}
	life.Sightings, err = FindingSource(ctx, r, found.row)
	return life, err
}

func intervalsOfExposure(ctx context.Context, r db.Reader, row int64) ([]Interval, error) {
	return db.All(ctx, r, func(s db.Scan) (Interval, error) {
		var i Interval
		return i, s(&i.Scanner, &i.Scope, db.At(&i.Opened), db.At(&i.Closed), &i.Reason, &i.Delayed)
	}, `SELECT p.scanner, p.name, i.opened_at, i.closed_at, i.close_reason, i.delayed
		FROM exposure_interval i
		JOIN scan_scope p ON p.id = i.scope_id
		WHERE i.exposure_id = $1
		ORDER BY i.opened_at, p.scanner, p.name`, row)
}

// FindingSource gives the records of files that an exposure rests on, the latest run first.
func FindingSource(ctx context.Context, r db.Reader, row int64) ([]Sighting, error) {
	type found struct {
		Sighting
		data []byte
	}
	all, err := db.All(ctx, r, func(s db.Scan) (found, error) {
		var f found
		return f, s(&f.File, &f.Name, &f.SHA256, &f.Importer, &f.By, db.At(&f.Loaded), db.At(&f.Taken), &f.data)
	}, `SELECT f.id, f.name, f.sha256, f.importer, f.loaded_by, f.loaded_at, s.taken_at, o.data
		FROM observation o
		JOIN scan s ON s.id = o.scan_id
		JOIN evidence_file f ON f.id = s.file_id
		WHERE o.first_id <= $1 AND o.last_id >= $2
		ORDER BY s.taken_at DESC, s.tie DESC`, row, row)
	if err != nil {
		return nil, err
	}
	sightings := []Sighting{}
	for _, one := range all {
		block, err := unpack(one.data)
		if err != nil {
			return nil, err
		}
		for _, s := range block {
			if s.exposure == row {
				one.Record, one.Offset = s.record, s.offset
				sightings = append(sightings, one.Sighting)
			}
		}
	}
	return sightings, nil
}

// The operations on exposures.
var (
	OpExposures = op.Query[ExposureFilter, db.PageOf[Exposure]]{Name: "evidence.exposures", Route: "GET /api/evidence/exposures", Func: ListExposures}
	OpExposure  = op.Query[ExposureQuery, ExposureLife]{Name: "evidence.exposure", Route: "GET /api/evidence/exposures/{id}", Func: GetExposure}
	OpCounts    = op.Query[CountFilter, []ExposureCount]{Name: "evidence.exposure-counts", Route: "GET /api/evidence/exposure-counts", Func: ExposureCounts}
)
