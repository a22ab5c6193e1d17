package landscape

import (
	"cmp"
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape/graph"
	"accordo.dev/internal/op"
)

// Spread is what things are counted by to see whether they hang on few.
type Spread string

// The spreads.
const (
	BySupplier Spread = "supplier" // who supplies it, directly
	ByParent   Spread = "parent"   // who that supplier belongs to in the end
	ByCloud    Spread = "cloud"    // who supplies cloud and SaaS systems
	BySite     Spread = "site"     // where it runs, directly or through others
)

// Spreads lists the spreads.
var Spreads = []Spread{BySupplier, ByParent, ByCloud, BySite}

// Concentration tells how much hangs on how few: the Herfindahl–Hirschman index (0 to 10,000) by number of elements,
// by their yearly cost, and by the services of criticality 1 and 2 that stop with each.
type Concentration struct {
	By         Spread   `json:"by"`
	ByCount    float64  `json:"byCount"`
	ByCost     float64  `json:"byCost"`
	ByServices float64  `json:"byServices"`
	Unpriced   int      `json:"unpriced"` // elements counted whose cost nobody has said
	Holders    []Holder `json:"holders"`  // largest number of services first
}

// Holder is what hangs on one supplier or site.
type Holder struct {
	Stub
	Elements         int      `json:"elements"`
	CostEUR          float64  `json:"costEur"`
	Services         []string `json:"services"` // critical services that stop with it (ids)
	Substitutability string   `json:"substitutability,omitempty"`
	ExitPlan         *bool    `json:"exitPlan,omitempty"`
}

// Concentrated gives the concentration by supplier, ultimate parent, cloud and site on the present map.
func Concentrated(ctx context.Context, r db.Reader, _ struct{}) ([]Concentration, error) {
	s, err := Current(ctx, r)
	if err != nil {
		return nil, err
	}
	return s.concentration(), nil
}

// OpConcentration gives the concentration of the map.
var OpConcentration = op.Query[struct{}, []Concentration]{Name: "landscape.concentration", Route: "GET /api/landscape/concentration", Func: Concentrated}

func (s *Snapshot) concentration() []Concentration {
	suppliers, sites := s.suppliedBy(), s.runsAt()
	parents, clouds := map[string][]string{}, map[string][]string{}
	for id, all := range suppliers {
		for _, supplier := range all {
			parents[id] = append(parents[id], s.ultimate(supplier))
		}
		if e := s.Elements[id]; e.Variant == "cloud" || e.Variant == "saas" {
			clouds[id] = all
		}
	}
	var out []Concentration
	for _, one := range []struct {
		by Spread
		on map[string][]string
	}{{BySupplier, suppliers}, {ByParent, parents}, {ByCloud, clouds}, {BySite, sites}} {
		out = append(out, s.spread(one.by, one.on))
	}
	return out
}

// suppliedBy gives the suppliers of each element of ours.
func (s *Snapshot) suppliedBy() map[string][]string {
	on := map[string][]string{}
	for _, c := range s.Connections {
		if c.Live() && c.Kind == SuppliedBy && !s.Elements[c.From].Outside {
			if _, there := s.Elements[c.To]; there {
				on[c.From] = append(on[c.From], c.To)
			}
		}
	}
	return on
}

// runsAt gives the sites on which each element of ours runs, directly or through what it runs on.
func (s *Snapshot) runsAt() map[string][]string {
	v := s.View(Lens{Kinds: []ConnectionKind{RunsOn}, Soft: true})
	on := map[string][]string{}
	for i, id := range s.IDs {
		if s.Elements[id].Kind != KindSite {
			continue
		}
		for _, node := range graph.Reaching(v.Graph, int32(i)) {
			if e := s.Of(node); !e.Outside && e.Kind != KindSite {
				on[e.ID] = append(on[e.ID], id)
			}
		}
	}
	return on
}

// ultimate follows a supplier to the group that it belongs to in the end.
func (s *Snapshot) ultimate(id string) string {
	for seen := map[string]bool{}; !seen[id]; {
		seen[id] = true
		for _, c := range s.Connections {
			if c.Live() && c.Kind == PartOf && c.From == id && (s.Elements[c.To].Kind == KindSupplier || s.Elements[c.To].Kind == KindPartner) {
				id = c.To
				break
			}
		}
	}
	return id
}

// spread counts what hangs on each holder.
func (s *Snapshot) spread(by Spread, on map[string][]string) Concentration {
	c := Concentration{By: by, Holders: []Holder{}}
	at := map[string]int{}
	for _, id := range sortedKeys(on) {
		if s.Elements[id].CostEURYear == nil {
			c.Unpriced++
		}
		for _, holder := range wordSet(on[id]) {
			i, there := at[holder]
			if !there {
				i = len(c.Holders)
				at[holder] = i
				e := s.Elements[holder]
				c.Holders = append(c.Holders, Holder{Stub: e.stub(), Substitutability: e.Substitutability, ExitPlan: e.ExitPlan, Services: []string{}})
			}
			c.Holders[i].Elements++
			if cost := s.Elements[id].CostEURYear; cost != nil {
				c.Holders[i].CostEUR += *cost
			}
		}
	}
	s.stopping(c.Holders, at)
	var counts, costs, services []float64
	for _, h := range c.Holders {
		counts, costs, services = append(counts, float64(h.Elements)), append(costs, h.CostEUR), append(services, float64(len(h.Services)))
	}
	c.ByCount, c.ByCost, c.ByServices = graph.Herfindahl(counts), graph.Herfindahl(costs), graph.Herfindahl(services)
	slices.SortStableFunc(c.Holders, func(a, b Holder) int {
		return cmp.Or(len(b.Services)-len(a.Services), b.Elements-a.Elements, compare(a.ID, b.ID))
	})
	return c
}

// stopping finds the critical services that stop with each holder: with a group, when all its members go.
func (s *Snapshot) stopping(holders []Holder, at map[string]int) {
	v := s.View(Lens{})
	down := make([][]int32, len(holders))
	for i, h := range holders {
		down[i] = []int32{s.Index[h.ID]}
	}
	for _, c := range s.Connections {
		if c.Kind != PartOf || !c.Live() {
			continue
		}
		node, there := s.Index[c.From]
		if i, holds := at[s.ultimate(c.From)]; there && holds && s.Elements[c.From].Kind == KindSupplier {
			down[i] = append(down[i], node)
		}
	}
	for i := range holders {
		for _, node := range v.Needs.Stopped(down[i]) {
			if e := s.Of(node); e.Kind == KindService && e.Criticality != nil && *e.Criticality <= 2 {
				holders[i].Services = append(holders[i].Services, e.ID)
			}
		}
	}
}
