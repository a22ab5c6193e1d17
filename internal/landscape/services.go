package landscape

import (
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/landscape/graph"
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

// Supports gives the services that stop when an element stops: those that cannot be without it, directly or through
// others, with what can stand in for it (k of n) credited. A service supports itself.
func Supports(ctx context.Context, r db.Reader, elementID string) ([]Service, error) {
	s, err := Current(ctx, r)
	if err != nil {
		return nil, err
	}
	return s.supports(elementID), nil
}

func (s *Snapshot) supports(id string) []Service {
	services := []Service{}
	node, there := s.Index[id]
	if !there {
		return services
	}
	for _, stopped := range s.View(Lens{}).Needs.Stopped([]int32{node}) {
		if e := s.Of(stopped); e.Kind == KindService {
			services = append(services, serviceOf(e))
		}
	}
	return services
}

func serviceOf(e Element) Service {
	return Service{
		ID: e.ID, Name: e.Title(), Criticality: e.Criticality, RTO: e.RTO, RPO: e.RPO, MTPD: e.MTPD, MTDL: e.MTDL, SLO: e.SLO,
		BIAWeight: e.BIAWeight, Monitored: e.Monitored, Owner: e.Owner,
	}
}

// closure gives what an element needs, directly or through others, along hard needs; without itself.
func (s *Snapshot) closure(id string) []Stub {
	below := []Stub{}
	node, there := s.Index[id]
	if !there {
		return below
	}
	for _, provider := range graph.Reached(s.View(Lens{}).Graph, node) {
		below = append(below, s.stub(provider))
	}
	return below
}

// Tiers gives the tier of each live element, 1 (highest) to 4: its own criticality or, where higher, that
// of anything that needs it along hard needs. What nobody has rated, and no rated thing needs, has no tier.
// Redundancy is not credited: of two things that stand in for each other, both carry what needs them.
func Tiers(ctx context.Context, r db.Reader) (map[string]int, error) {
	s, err := Current(ctx, r)
	if err != nil {
		return nil, err
	}
	levels, _ := s.View(Lens{}).levels()
	tiers := map[string]int{}
	for node, level := range levels {
		if level > 0 {
			tiers[s.IDs[node]] = int(level)
		}
	}
	return tiers, nil
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
