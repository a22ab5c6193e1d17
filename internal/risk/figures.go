package risk

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk/quant"
)

// Figure is what was computed, with the 95 % interval that the simulation leaves.
type Figure struct {
	Value float64 `yaml:"value" json:"value"`
	Low   float64 `yaml:"low" json:"low"`
	High  float64 `yaml:"high" json:"high"`
}

func figureOf(i quant.Interval) *Figure { return &Figure{Value: i.Value, Low: i.Low, High: i.High} }

// What concentration and areas are counted by.
var (
	Holders = []string{"scenario", "element", "supplier"}
	Areas   = []string{"threat", "domain"}
)

// hanging is what a scenario hangs on, as far as statements ask for it.
type hanging struct {
	ID       string   `json:"id"`
	Threat   string   `json:"threat,omitempty"`
	Asset    string   `json:"asset,omitempty"`
	Domain   string   `json:"domain,omitempty"`    // of the asset
	Supplier []string `json:"suppliers,omitempty"` // the asset itself, or who supplies it directly
	Services []string `json:"services,omitempty"`
	Minutes  bool     `json:"minutes,omitempty"` // somebody estimated them
}

// figures holds what every statement is measured on: one simulation, and what its scenarios hang on. It is the only place
// where statements touch the simulation.
type figures struct {
	in     inputs
	whole  Simulation
	known  bool // there is an open scenario
	all    []hanging
	shares [][]quant.ScenarioResult // of the repeated runs, made when first asked for
}

func loadFigures(ctx context.Context, r db.Reader) (*figures, error) {
	f := &figures{}
	var err error
	if f.in, _, err = loadInputs(ctx, r); err != nil {
		return nil, err
	}
	if f.all, err = hangings(ctx, r); err != nil {
		return nil, err
	}
	f.whole, err = Current(ctx, r, struct{}{})
	f.known = err == nil
	if problem.Is(err, problem.NotFound) {
		err = nil
	}
	return f, err
}

// hangings gives what the scenarios that count hang on.
func hangings(ctx context.Context, r db.Reader) ([]hanging, error) {
	page, err := List(ctx, r, Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return nil, err
	}
	s, err := landscape.Current(ctx, r)
	if err != nil {
		return nil, err
	}
	suppliers := map[string][]string{}
	for _, c := range s.Connections {
		if c.Kind == landscape.SuppliedBy && c.Live() {
			suppliers[c.From] = append(suppliers[c.From], c.To)
		}
	}
	var all []hanging
	for _, one := range page.Items {
		if one.Status == "closed" {
			continue
		}
		h := hanging{ID: one.ID, Threat: one.Threat, Asset: one.Asset, Services: one.Services, Minutes: one.Model.Minutes != nil, Domain: s.Elements[one.Asset].Domain}
		if h.Supplier = suppliers[one.Asset]; s.Elements[one.Asset].Kind == landscape.KindSupplier {
			h.Supplier = []string{one.Asset}
		}
		all = append(all, h)
	}
	return all, nil
}

// Subjects are what statements may be about, as far as there are open scenarios: areas (threat:…, domain:…) and the ids of
// services.
type Subjects struct {
	Areas    []string `json:"areas"`
	Services []string `json:"services"`
}

// ListSubjects gives what statements may be about.
func ListSubjects(ctx context.Context, r db.Reader, _ struct{}) (Subjects, error) {
	all, err := hangings(ctx, r)
	areas, services := map[string]bool{}, map[string]bool{}
	for _, h := range all {
		for by, name := range map[string]string{"threat": h.Threat, "domain": h.Domain} {
			if name != "" {
				areas[by+":"+name] = true
			}
		}
		for _, id := range h.Services {
			services[id] = true
		}
	}
	return Subjects{Areas: slices.Sorted(maps.Keys(areas)), Services: slices.Sorted(maps.Keys(services))}, err
}

// OpSubjects lists what statements may be about.
var OpSubjects = op.Query[struct{}, Subjects]{Name: "risk.subjects", Route: "GET /api/risks/subjects", Func: ListSubjects}

// measured is the figure of a statement and what it rests on.
type measured struct {
	Figure    *Figure  `json:"figure,omitempty"`
	Reason    string   `json:"reason,omitempty"`    // why there is no figure, or why it is only a lower bound
	Scenarios []string `json:"scenarios,omitempty"` // ids
	Largest   ref.Ref  `json:"largest,omitempty"`   // of a concentration: on what it hangs
}

// The reasons.
const (
	NoScenario = "no-scenario" // nothing open counts towards it
	NoMinutes  = "no-minutes"  // some scenarios that hit the service have no estimate of minutes: the figure is a lower bound
	Straddles  = "straddles"   // the limit lies within the interval
)

func (f *figures) measure(s Statement) (measured, error) {
	if !f.known {
		return measured{Reason: NoScenario}, nil
	}
	switch s.On {
	case OnCurve:
		return f.chance(s.AmountEUR), nil
	case OnService:
		return f.minutes(s)
	case OnConcentration:
		return f.concentration(s.Of)
	default:
		return f.area(s)
	}
}

// chance is the probability that a year costs more than an amount; loadInputs asks the simulation for it.
func (f *figures) chance(amount float64) measured {
	m := measured{Scenarios: ids(f.all)}
	for _, e := range f.whole.Result.Total.Appetite {
		if e.Amount == amount {
			m.Figure = figureOf(e.Probability)
		}
	}
	return m
}

// minutes are those that a year takes from one service: of the scenarios that hit it, simulated alone.
func (f *figures) minutes(s Statement) (measured, error) {
	hit := f.those(func(h hanging) bool { return slices.Contains(h.Services, s.Of) })
	m := measured{Scenarios: ids(hit)}
	estimated := slices.DeleteFunc(slices.Clone(hit), func(h hanging) bool { return !h.Minutes })
	switch {
	case len(hit) == 0:
		m.Reason = NoScenario
		return m, nil
	case len(estimated) < len(hit):
		m.Reason = NoMinutes
	}
	if len(estimated) == 0 {
		return m, nil
	}
	result, err := f.only(ids(estimated))
	if err != nil || result.Minutes == nil {
		return m, err
	}
	m.Figure = figureOf(result.Minutes.Mean)
	if s.Reading == OneInTwenty {
		m.Figure = figureOf(result.Minutes.VaR95)
	}
	return m, nil
}

// area is the loss that 1 year in 20 exceeds, of the scenarios of one area simulated alone. A part of all scenarios
// draws the same years as the whole, so areas can be compared with each other.
func (f *figures) area(s Statement) (measured, error) {
	by, name := s.AreaOf()
	in := f.those(func(h hanging) bool { return name == map[string]string{"threat": h.Threat, "domain": h.Domain}[by] })
	m := measured{Scenarios: ids(in)}
	if len(in) == 0 {
		m.Reason = NoScenario
		return m, nil
	}
	result, err := f.only(m.Scenarios)
	m.Figure = figureOf(result.Total.VaR95)
	return m, err
}

// concentration is the largest share of one scenario, element or supplier in the loss of the worst years.
func (f *figures) concentration(of string) (measured, error) {
	groups := map[ref.Ref][]string{}
	for _, h := range f.all {
		for _, name := range h.on(of) {
			groups[name] = append(groups[name], h.ID)
		}
	}
	if len(groups) == 0 {
		return measured{Reason: NoScenario}, nil
	}
	share := func(name ref.Ref) float64 { return shareOf(f.whole.Result.Scenarios, groups[name]) }
	names := slices.Sorted(maps.Keys(groups))
	largest := slices.MaxFunc(names, func(a, b ref.Ref) int { return cmp.Compare(share(a), share(b)) })
	figure, err := f.shareInterval(groups[largest], share(largest))
	return measured{Figure: figure, Scenarios: groups[largest], Largest: largest}, err
}

// on names what a scenario hangs on, counted by one sort of thing.
func (h hanging) on(of string) []ref.Ref {
	switch {
	case of == "scenario":
		return []ref.Ref{ref.New("risk", h.ID)}
	case of == "element" && h.Asset != "":
		return []ref.Ref{ref.New("element", h.Asset)}
	case of == "supplier":
		var all []ref.Ref
		for _, id := range h.Supplier {
			all = append(all, ref.New("element", id))
		}
		return all
	}
	return nil
}

func shareOf(results []quant.ScenarioResult, group []string) float64 {
	sum := 0.0
	for _, one := range results {
		if slices.Contains(group, one.ID) {
			sum += one.TailShare
		}
	}
	return sum
}

// A share has no interval of its own. It is estimated by repeating the simulation with other seeds on fewer years: the mean
// of so many runs has the error of the whole, and Student's t for one degree of freedom less gives the 95 %.
const (
	repeats  = 10
	t9for975 = 2.262157
)

func (f *figures) shareInterval(group []string, share float64) (*Figure, error) {
	for i := len(f.shares); i < repeats; i++ {
		in := f.in
		in.Seed, in.Years = in.Seed+uint64(i)+1, max(in.Years/repeats, 1)
		one, err := run(in, "", f.whole.At)
		if err != nil {
			return nil, fmt.Errorf("concentration: %w", err)
		}
		f.shares = append(f.shares, one.Result.Scenarios)
	}
	mean, square := 0.0, 0.0
	for _, results := range f.shares {
		mean += shareOf(results, group) / repeats
	}
	for _, results := range f.shares {
		square += math.Pow(shareOf(results, group)-mean, 2)
	}
	half := t9for975 * math.Sqrt(square/(repeats-1)/repeats)
	return &Figure{Value: share, Low: max(0, share-half), High: min(1, share+half)}, nil
}

// only simulates some of the scenarios.
func (f *figures) only(wanted []string) (quant.Result, error) {
	in := f.in
	in.Appetites = nil
	in.Portfolio = only(in.Portfolio, wanted)
	one, err := run(in, "", f.whole.At)
	return one.Result, err
}

func (f *figures) those(keep func(hanging) bool) []hanging {
	return slices.DeleteFunc(slices.Clone(f.all), func(h hanging) bool { return !keep(h) })
}

func ids(all []hanging) []string {
	out := make([]string, len(all))
	for i, h := range all {
		out[i] = h.ID
	}
	return out
}
