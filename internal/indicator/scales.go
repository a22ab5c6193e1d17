package indicator

import (
	"cmp"
	"context"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/risk"
)

// The ids of the three common scales.
const (
	Money        = "money"         // euro lost in the year that only 1 year in 20 exceeds
	Minutes      = "minutes"       // of critical services lost in the quarter
	ExposureDays = "exposure-days" // weighted days that vulnerabilities were open in the quarter
)

// State is how a scale stands to the limit that the board has set.
type State string

// The states.
const (
	Inside     State = "inside"
	Outside    State = "outside"
	CannotTell State = "cannot-tell" // there is no figure, or what is not known decides
	NoLimit    State = "no-limit"    // the board has set none
)

// Scale is one of the three scales that CIO, CISO and board share. Value is what was measured; UpTo is what it
// would be if everything that nobody measured counted in full.
type Scale struct {
	ID     string      `json:"id"`
	Value  *float64    `json:"value"`
	Low    *float64    `json:"low"` // interval of the simulation; none for what was measured
	High   *float64    `json:"high"`
	UpTo   *float64    `json:"upTo"`
	Limit  *float64    `json:"limit"`
	State  State       `json:"state"`
	Reason string      `json:"reason,omitempty"` // why there is no figure: message indicator.reason.<reason>
	N      int         `json:"n"`                // scenarios' simulated years, services, exposures
	Parts  []ScalePart `json:"parts"`            // the largest first
	From   time.Time   `json:"from,omitzero"`
}

// ScalePart is what one service, tier or scenario contributes.
type ScalePart struct {
	Ref     ref.Ref   `json:"ref,omitempty"`
	Name    i18n.Text `json:"name,omitzero"`
	Tier    int       `json:"tier,omitempty"`
	Value   float64   `json:"value"`
	Unknown float64   `json:"unknown"`          // not measured, in the same unit
	Silent  bool      `json:"silent,omitempty"` // nothing at all was measured
}

// Scales are the three scales at an instant.
type Scales struct {
	AsOf         time.Time `json:"asOf"`
	QuarterFrom  time.Time `json:"quarterFrom"`
	QuarterDays  int       `json:"quarterDays"`
	DaysGone     int       `json:"daysGone"` // of the quarter: minutes and exposure-days are of these days
	Money        Scale     `json:"money"`
	Minutes      Scale     `json:"minutes"`
	ExposureDays Scale     `json:"exposureDays"`
}

// All lists the scales in the order in which they are shown.
func (s Scales) All() []Scale { return []Scale{s.Money, s.Minutes, s.ExposureDays} }

// ScalesIn asks for the scales.
type ScalesIn struct {
	AsOf string `query:"as_of" json:"as_of,omitempty" doc:"day (its end) or instant; now unless told"`
}

// ComputeScales computes the three scales. Money of a past day is not computed: estimates of that day are gone.
func ComputeScales(ctx context.Context, r db.Reader, in ScalesIn) (Scales, error) {
	asOf, err := instant(r, in.AsOf)
	if err != nil {
		return Scales{}, err
	}
	from := startOfQuarter(asOf)
	out := Scales{
		AsOf: asOf, QuarterFrom: from, QuarterDays: int(from.AddDate(0, 3, 0).Sub(from).Hours() / 24),
		DaysGone: int(asOf.Add(-time.Microsecond).Sub(from).Hours()/24) + 1,
	}
	appetite, err := risk.AppetiteOn(ctx, r, day(asOf))
	if err != nil && !problem.Is(err, problem.NotFound) {
		return out, err
	}
	if out.Money, err = money(ctx, r, asOf); err != nil {
		return out, err
	}
	if out.Minutes, err = minutesLost(ctx, r, from, asOf); err != nil {
		return out, err
	}
	if out.ExposureDays, err = exposureDays(ctx, r, from, asOf); err != nil {
		return out, err
	}
	out.Money.against(appetite.MoneyP95EUR)
	out.Minutes.against(appetite.MinutesQuarter)
	out.ExposureDays.against(appetite.ExposureDaysQuarter)
	return out, nil
}

// OpScales computes the scales.
var OpScales = op.Query[ScalesIn, Scales]{Name: "indicator.scales", Route: "GET /api/indicators/scales", Func: ComputeScales}

// against sets the limit and decides the state. A figure is inside only when everything unknown could be added,
// and outside as soon as what was measured is over.
func (s *Scale) against(limit float64) {
	low, high := s.Value, s.Value
	if s.Low != nil && s.High != nil {
		low, high = s.Low, s.High
	}
	if s.UpTo != nil {
		high = s.UpTo
	}
	if limit > 0 {
		s.Limit = &limit
	}
	switch {
	case s.Value == nil:
		s.State = CannotTell
	case s.Limit == nil:
		s.State = NoLimit
	case *low > limit:
		s.State = Outside
	case *high <= limit:
		s.State = Inside
	default:
		s.State = CannotTell
	}
}

func money(ctx context.Context, r db.Reader, asOf time.Time) (Scale, error) {
	s := Scale{ID: Money, Parts: []ScalePart{}}
	if asOf.Before(r.Now()) {
		s.Reason = "past-estimates"
		return s, nil
	}
	simulation, err := risk.Current(ctx, r, struct{}{})
	if problem.Is(err, problem.NotFound) {
		s.Reason = "no-scenarios"
		return s, nil
	}
	if err != nil {
		return s, err
	}
	loss := simulation.Result.Total.VaR95
	s.Value, s.Low, s.High, s.N = &loss.Value, &loss.Low, &loss.High, simulation.Result.Years
	for _, one := range simulation.Result.Scenarios {
		s.Parts = append(s.Parts, ScalePart{Ref: ref.New("risk", one.ID), Value: one.TailShare})
	}
	s.sort()
	return s, nil
}

// minutesLost sums what each critical service lost; minutes of two services at once count twice, as two promises were broken.
func minutesLost(ctx context.Context, r db.Reader, from, until time.Time) (Scale, error) {
	s := Scale{ID: Minutes, From: from, Parts: []ScalePart{}}
	services, err := criticalServices(ctx, r)
	if err != nil || len(services) == 0 {
		s.Reason = "no-services"
		return s, err
	}
	value, upTo, silent := 0.0, 0.0, 0
	for _, one := range services {
		t, err := evidence.Downtime(ctx, r, one.ID, from, until)
		if err != nil {
			return s, err
		}
		part := ScalePart{Ref: ref.New("element", one.ID), Name: one.Name, Value: t.Down, Unknown: t.Unknown, Silent: t.Known() == 0}
		value, upTo = value+t.Down, upTo+t.Down+t.Unknown
		silent += count1(part.Silent)
		s.Parts = append(s.Parts, part)
	}
	s.N = len(services)
	if silent == len(services) {
		s.Reason = "no-availability"
		return s, nil
	}
	s.Value, s.UpTo = &value, &upTo
	s.sort()
	return s, nil
}

// exposureDays sums the weighted days. Days on assets that no tier is known of could be of the heaviest tier.
func exposureDays(ctx context.Context, r db.Reader, from, until time.Time) (Scale, error) {
	s := Scale{ID: ExposureDays, From: from, Parts: []ScalePart{}}
	scopes, err := evidence.ScopeFreshness(ctx, r, struct{}{})
	if err != nil || len(scopes) == 0 {
		s.Reason = "no-scan"
		return s, err
	}
	slas, err := evidence.PatchSLAs(ctx, r, struct{}{})
	if err != nil || len(slas) == 0 {
		s.Reason = "no-deadlines"
		return s, err
	}
	sum, err := evidence.ExposureDays(ctx, r, from, until)
	if err != nil {
		return s, err
	}
	heaviest := 0.0
	for _, sla := range slas {
		heaviest = max(heaviest, sla.Weight)
	}
	upTo := sum.Total + sum.Unweighted*heaviest
	s.Value, s.UpTo = &sum.Total, &upTo
	for _, p := range sum.Parts {
		s.N += p.Exposures
		part := ScalePart{Tier: p.Tier, Value: p.Weighted}
		if p.Weight == nil {
			part.Unknown = p.Days * heaviest
		}
		s.Parts = append(s.Parts, part)
	}
	return s, nil
}

func (s *Scale) sort() {
	slices.SortStableFunc(s.Parts, func(a, b ScalePart) int {
		return cmp.Or(cmp.Compare(b.Value+b.Unknown, a.Value+a.Unknown), cmp.Compare(a.Ref, b.Ref))
	})
}
