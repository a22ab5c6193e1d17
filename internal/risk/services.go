package risk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/risk/fair"
	"accordo.dev/internal/risk/propagate"
)

// ServiceYears are simulated for the bad years of services.
const ServiceYears = 20_000

// Services is what a year takes from the services: every loss event of a scenario stops what it hits for its minutes,
// and with it whatever needs that on the map. Scenarios behind the same element hit the same services together; nobody
// types a correlation. The money is the same loss seen from the services, not one more.
type Services struct {
	State    fair.State    `json:"state"`
	Services []ServiceLoss `json:"services"` // the most minutes first
	EURYear  float64       `json:"eurYear"`  // expected, of services whose loss for each hour is known
	EURBad   *Figure       `json:"eurBad"`   // that 1 simulated year in 20 exceeds, each outage at its mean length
	Elements []ElementYear `json:"elements"` // what the scenarios hit, the greatest loss first
	Unplaced []string      `json:"unplaced"` // scenarios with minutes that hit nothing on the map
	Unsaid   []string      `json:"unsaid"`   // open scenarios of which nobody has said how many minutes they take
}

// ServiceLoss is one service.
type ServiceLoss struct {
	Element string         `json:"element"`
	Name    i18n.Text      `json:"name"`
	Tier    *int64         `json:"tier,omitempty"`
	Minutes float64        `json:"minutes"` // expected, a year
	Bad     Figure         `json:"bad"`     // minutes that 1 year in 20 exceeds
	Stops   float64        `json:"stops"`   // a year
	EURHour *float64       `json:"eurHour,omitempty"`
	EURYear *float64       `json:"eurYear,omitempty"`
	From    []ServiceCause `json:"from"` // the most minutes first
}

// ServiceCause is a scenario that stops a service.
type ServiceCause struct {
	Scenario string  `json:"scenario"`
	Minutes  float64 `json:"minutes"` // expected, a year
	// Mapped: the service needs what the scenario hits, by the map; Named: the estimate names the service. Where only one
	// of both holds, map or estimate is wrong.
	Mapped bool `json:"mapped"`
	Named  bool `json:"named"`
}

// ElementYear is what the scenarios on one element cost in a year.
type ElementYear struct {
	Element   string   `json:"element"`
	Scenarios []string `json:"scenarios"`
	EURYear   float64  `json:"eurYear"` // expected loss of the scenarios, before insurance
	Minutes   float64  `json:"minutes"` // expected minutes of services that stop with it, all services added
}

// StateIn asks for a state; current unless told.
type StateIn struct {
	State fair.State `query:"state" json:"state,omitempty" enum:"inherent,current,target"`
}

func (in StateIn) state() fair.State {
	if in.State == "" {
		return fair.Current
	}
	return in.State
}

// OnServices carries the scenarios along the map.
func OnServices(ctx context.Context, r db.Reader, in StateIn) (Services, error) {
	portfolio, err := Portfolio(ctx, r, in.state())
	if err != nil {
		return Services{}, err
	}
	page, err := List(ctx, r, Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return Services{}, err
	}
	snapshot, err := landscape.Current(ctx, r)
	if err != nil {
		return Services{}, err
	}
	w := outages{Services: Services{State: in.state(), Services: []ServiceLoss{}, Elements: []ElementYear{}}, snapshot: snapshot, view: snapshot.View(landscape.Lens{}), of: map[string]Scenario{}}
	for _, s := range page.Items {
		w.of[s.ID] = s
	}
	w.model(portfolio)
	if len(w.causes) == 0 {
		return w.Services, nil
	}
	return w.run()
}

// OpServices reads what a year takes from the services.
var OpServices = op.Query[StateIn, Services]{Name: "risk.services", Route: "GET /api/risks/services", Func: OnServices}

// outages puts the answer together.
type outages struct {
	Services
	snapshot *landscape.Snapshot
	view     *landscape.View
	of       map[string]Scenario
	causes   []propagate.Cause
}

// model makes every scenario a cause that hits its elements.
func (w *outages) model(p fair.Portfolio) {
	elements := map[string]*ElementYear{}
	for _, s := range p.Scenarios {
		hits := w.hits(w.of[s.ID])
		events := s.LossEvents(w.State).Mean
		if asset := w.of[s.ID].Asset; asset != "" {
			if elements[asset] == nil {
				elements[asset] = &ElementYear{Element: asset}
			}
			e := elements[asset]
			e.Scenarios = append(e.Scenarios, s.ID)
			e.EURYear += events * s.EventLoss(w.State).Mean
		}
		switch {
		case s.Minutes == nil:
			w.Unsaid = append(w.Unsaid, s.ID)
		case len(hits) == 0:
			w.Unplaced = append(w.Unplaced, s.ID)
		default:
			length := s.Minutes.Mean()
			w.causes = append(w.causes, propagate.Cause{ID: "risk:" + s.ID, Frequency: &events, RecoveryMinutes: &length, Hits: hits})
		}
	}
	for _, e := range elements {
		w.Elements = append(w.Elements, *e)
	}
}

// hits are the elements that a scenario brings down: what it hits, and the services that the estimate names.
func (w *outages) hits(s Scenario) []propagate.Hit {
	var hits []propagate.Hit
	for _, id := range slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(s.Services), s.Asset)))) {
		if _, there := w.snapshot.Index[id]; there {
			hits = append(hits, propagate.Hit{Node: id})
		}
	}
	return hits
}

func (w *outages) run() (Services, error) {
	m := propagate.Model{Nodes: make([]propagate.Node, len(w.snapshot.IDs)), Causes: w.causes}
	var services []string
	for i, id := range w.snapshot.IDs {
		e := w.snapshot.Of(int32(i))
		node := propagate.Node{ID: id}
		for _, need := range w.view.Needs.Of(int32(i)) {
			one := propagate.Need{K: need.K}
			for _, provider := range need.Providers {
				one.Of = append(one.Of, w.snapshot.IDs[provider])
			}
			node.Needs = append(node.Needs, one)
		}
		if e.Kind == landscape.KindService {
			services = append(services, id)
			if e.LossEURHour != nil {
				node.LossPerMinute = *e.LossEURHour / 60
			}
		}
		m.Nodes[i] = node
	}
	if len(services) == 0 {
		return w.Services, nil
	}
	years, err := propagate.Yearly(m, propagate.YearOptions{Years: ServiceYears, Seed: Seed, Services: services, Threads: 2})
	if err != nil {
		return w.Services, err
	}
	w.tell(years)
	return w.Services, nil
}

// tell turns the years of the model into those of the services.
func (w *outages) tell(years propagate.Years) {
	w.EURYear = years.Loss
	if years.Losses != nil {
		bad := at95(*years.Losses)
		w.EURBad = &bad
	}
	from, behind := map[string][]ServiceCause{}, map[string]float64{}
	for _, u := range years.Upsets {
		id, ours := strings.CutPrefix(u.Event, "risk:")
		if !ours {
			continue
		}
		s := w.of[id]
		mapped := w.stops(s.Asset)
		for _, stop := range u.Stops {
			minutes := u.Frequency * stop.Minutes
			from[stop.ID] = append(from[stop.ID], ServiceCause{Scenario: id, Minutes: minutes, Mapped: mapped[stop.ID], Named: slices.Contains(s.Services, stop.ID)})
			behind[s.Asset] += minutes
		}
	}
	for _, y := range years.Services {
		e := w.snapshot.Map.Elements[y.ID]
		one := ServiceLoss{Element: y.ID, Name: e.Title(), Tier: e.Criticality, Minutes: y.Minutes, Stops: y.Stops, EURHour: e.LossEURHour, From: from[y.ID]}
		if e.LossEURHour != nil {
			one.EURYear = &y.Loss
		}
		if y.Simulated != nil {
			one.Bad = at95(*y.Simulated)
		}
		slices.SortFunc(one.From, func(a, b ServiceCause) int { return byAmount(a.Minutes, b.Minutes, a.Scenario, b.Scenario) })
		w.Services.Services = append(w.Services.Services, one)
	}
	slices.SortFunc(w.Services.Services, func(a, b ServiceLoss) int { return byAmount(a.Minutes, b.Minutes, a.Element, b.Element) })
	for i := range w.Elements {
		w.Elements[i].Minutes = behind[w.Elements[i].Element]
	}
	slices.SortFunc(w.Elements, func(a, b ElementYear) int { return byAmount(a.EURYear, b.EURYear, a.Element, b.Element) })
}

// stops are the elements that stop with one.
func (w *outages) stops(id string) map[string]bool {
	stopped := map[string]bool{}
	if node, there := w.snapshot.Index[id]; there {
		for _, one := range w.view.Needs.Stopped([]int32{node}) {
			stopped[w.snapshot.IDs[one]] = true
		}
	}
	return stopped
}

// at95 is the quantile that 1 year in 20 exceeds.
func at95(s propagate.Spread) Figure {
	for _, q := range s.Quantiles {
		if q.Share == 0.95 {
			return Figure{Value: q.Value, Low: q.Low, High: q.High}
		}
	}
	return Figure{}
}

// byAmount puts the greater amount first, and equal ones in the order of their names.
func byAmount(a, b float64, nameA, nameB string) int {
	return cmp.Or(cmp.Compare(b, a), strings.Compare(nameA, nameB))
}
