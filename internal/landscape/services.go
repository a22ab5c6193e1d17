package landscape

import (
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
)

// Service is what the organisation promises to somebody, with its targets. Nil: never said.
type Service struct {
	ID          string    `json:"id"`
	Name        i18n.Text `json:"name"`
	Criticality *int64    `json:"criticality,omitempty"` // 1 (highest) to 4
	RTO         *int64    `json:"rtoMin,omitempty"`      // minutes
	RPO         *int64    `json:"rpoMin,omitempty"`
	MTPD        *int64    `json:"mtpdMin,omitempty"`
	MTDL        *int64    `json:"mtdlMin,omitempty"`
	SLO         *float64  `json:"slo,omitempty"`       // share of time
	BIAWeight   *float64  `json:"biaWeight,omitempty"` // business impact
	Monitored   bool      `json:"monitored"`
	Owner       string    `json:"owner,omitempty"` // person id
}

const serviceColumns = `e.id, e.name, e.name_it, e.criticality, e.rto_min, e.rpo_min, e.mtpd_min, e.mtdl_min, e.slo, e.bia_weight, e.monitored, e.owner`

func scanService(s db.Scan) (Service, error) {
	var one Service
	return one, s(&one.ID, &one.Name.EN, &one.Name.IT, &one.Criticality, &one.RTO, &one.RPO, &one.MTPD, &one.MTDL, &one.SLO, &one.BIAWeight, &one.Monitored, &one.Owner)
}

// Services gives the live services, sorted by id.
func Services(ctx context.Context, r db.Reader) ([]Service, error) {
	all, err := db.All(ctx, r, scanService, "SELECT "+serviceColumns+" FROM element e WHERE e.kind = 'service' AND e.ended_at IS NULL")
	sortServices(all)
	return all, err
}

func sortServices(all []Service) {
	slices.SortFunc(all, func(a, b Service) int { return compare(a.ID, b.ID) })
}

// OpServices lists the services.
var OpServices = op.Query[struct{}, []Service]{
	Name: "landscape.services", Route: "GET /api/landscape/services",
	Func: func(ctx context.Context, r db.Reader, _ struct{}) ([]Service, error) { return Services(ctx, r) },
}

// Supports gives the services that stop, directly or through others, when an element stops: those that
// reach it along hard needs. A service supports itself. Redundancy (k of n) is not credited here.
func Supports(ctx context.Context, r db.Reader, elementID string) ([]Service, error) {
	all, err := db.All(ctx, r, scanService, `WITH RECURSIVE above (id) AS (
			SELECT CAST($1 AS TEXT)
			UNION
			SELECT n.consumer FROM element_need n JOIN above a ON n.provider = a.id WHERE n.strength = 'hard'
		)
		SELECT `+serviceColumns+` FROM element e JOIN above a ON a.id = e.id WHERE e.kind = 'service' AND e.ended_at IS NULL`, elementID)
	sortServices(all)
	return all, err
}

// closure gives what an element needs, directly or through others, along hard needs; without itself.
func closure(ctx context.Context, r db.Reader, id string) ([]Stub, error) {
	all, err := db.All(ctx, r, scanStub, `WITH RECURSIVE below (id) AS (
			SELECT CAST($1 AS TEXT)
			UNION
			SELECT n.provider FROM element_need n JOIN below b ON n.consumer = b.id WHERE n.strength = 'hard'
		)
		SELECT `+stubColumns+` FROM element e JOIN below b ON b.id = e.id WHERE e.id <> $1 AND e.ended_at IS NULL`, id)
	slices.SortFunc(all, func(a, b Stub) int { return compare(a.ID, b.ID) })
	return all, err
}

// Tiers gives the tier of each live element, 1 (highest) to 4: its own criticality or, where higher, that
// of anything that needs it along hard needs. What nobody has rated, and no rated thing needs, has no tier.
func Tiers(ctx context.Context, r db.Reader) (map[string]int, error) {
	type rated struct {
		id    string
		level int64
	}
	own, err := db.All(ctx, r, func(s db.Scan) (one rated, err error) { return one, s(&one.id, &one.level) },
		"SELECT id, criticality FROM element WHERE criticality IS NOT NULL AND ended_at IS NULL")
	if err != nil {
		return nil, err
	}
	needs, err := db.All(ctx, r, func(s db.Scan) (one [2]string, err error) { return one, s(&one[0], &one[1]) },
		`SELECT n.consumer, n.provider FROM element_need n JOIN element p ON p.id = n.provider
		WHERE n.strength = 'hard' AND p.ended_at IS NULL`)
	if err != nil {
		return nil, err
	}
	levels := make(map[string]int, len(own))
	for _, one := range own {
		levels[one.id] = int(one.level)
	}
	return inherit(levels, needs), nil
}

// inherit passes the highest level of consumers down to what they need, highest level first, so that each
// element is visited once. O(elements + needs).
func inherit(own map[string]int, needs [][2]string) map[string]int {
	providers := map[string][]string{}
	for _, n := range needs {
		providers[n[0]] = append(providers[n[0]], n[1])
	}
	tiers := make(map[string]int, len(own))
	for level := 1; level <= 4; level++ {
		var open []string
		for id, one := range own {
			if one == level {
				open = append(open, id)
			}
		}
		for len(open) > 0 {
			id := open[len(open)-1]
			open = open[:len(open)-1]
			if _, done := tiers[id]; done {
				continue
			}
			tiers[id] = level
			open = append(open, providers[id]...)
		}
	}
	return tiers
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}
