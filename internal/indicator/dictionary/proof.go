package dictionary

import (
	"cmp"
	"context"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/indicator"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/project"
	"accordo.dev/internal/ref"
)

// at computes an indicator as a figure.
func at(ctx context.Context, r db.Reader, line, id string, when time.Time) (Line, error) {
	x, err := indicator.Compute(ctx, r, id, when)
	unit := map[string]Unit{"share": Share, "ratio": Ratio, "points": Points}[x.Definition.Unit]
	return Line{
		ID: line, Side: Shared, About: x.Definition.Name, Value: x.Value, Low: x.Low, High: x.High, Unit: unit, N: x.N, NOf: "rows",
		Reason: unless(x.Value, "no-figure"), From: ref.New("indicator", id),
	}, err
}

// reading adds an indicator as it is now.
func (c *Conversion) reading(ctx context.Context, r db.Reader, id string) error {
	line, err := at(ctx, r, "now", id, r.Now())
	c.add(line)
	return err
}

// maturity has no figure of its own: there are the figures that it should move, before and now.
func maturity(ctx context.Context, r db.Reader, c *Conversion) error {
	c.own(known(3))
	before := r.Now().AddDate(0, 0, -int(*c.Value*365/12))
	c.input("months", Months, c.Value, "")
	for _, id := range []string{indicator.PatchTime, indicator.SecurityInDesign, indicator.Resilience} {
		then, err := at(ctx, r, "then", id, before)
		if err != nil {
			return err
		}
		c.add(then)
		if err := c.reading(ctx, r, id); err != nil {
			return err
		}
	}
	return nil
}

// latency: how long repairs take in each tier, as the median that counts what is still open, against the deadline.
func latency(ctx context.Context, r db.Reader, c *Conversion) error {
	x, err := indicator.Compute(ctx, r, indicator.PatchTime, r.Now())
	if err != nil {
		return err
	}
	from := ref.New("indicator", indicator.PatchTime)
	for _, t := range x.Patch.Tiers {
		if t.SLA == nil {
			continue
		}
		about := Text{EN: words("dictionary.tier").EN + " " + digit(t.Tier), IT: words("dictionary.tier").IT + " " + digit(t.Tier)}
		c.add(Line{ID: "deadline", Side: CISO, About: about, Value: t.SLA, Unit: Days})
		c.add(Line{ID: "median", Side: CIO, About: about, Value: t.Median.Value, Low: t.Median.Low, High: t.Median.High, Unit: Days, N: t.N, NOf: "exposures", Reason: unless(t.Median.Value, "not-reached"), From: from})
		c.add(Line{ID: "missed", Side: CISO, About: about, Value: t.Miss.Value, Low: t.Miss.Low, High: t.Miss.High, Unit: Share, N: t.N, NOf: "exposures", Reason: unless(t.Miss.Value, "no-figure"), From: from})
	}
	if len(c.Lines) == 0 {
		c.unknown("median", CIO, Days, "no-scan")
	}
	return c.reading(ctx, r, indicator.PatchTime)
}

func digit(n int) string { return string(rune('0' + n%10)) }

// changes: nothing that was imported says which changes failed.
func changes(_ context.Context, _ db.Reader, c *Conversion) error {
	c.unknown("failed-changes", CIO, Share, "no-changes")
	c.unknown("failed-loss", CISO, EuroYear, "no-changes")
	return nil
}

// proof: what evidence shows and what it does not, side by side; there is no percentage of compliance.
func proof(ctx context.Context, r db.Reader, c *Conversion) error {
	shown := func(id string, side Side, k, n int, reason string) {
		l := Line{ID: id, Side: side, Unit: Count, Of: &n, Reason: reason}
		if n > 0 {
			l.Value, l.Reason = known(float64(k)), ""
		}
		c.add(l)
	}
	services, err := landscape.Services(ctx, r)
	if err != nil {
		return err
	}
	services = slices.DeleteFunc(services, func(s landscape.Service) bool { return !indicator.Critical(s) })
	watched, tested := 0, 0
	for _, s := range services {
		t, err := year(ctx, r, s.ID)
		if err != nil {
			return err
		}
		took, _, err := lastRecovery(ctx, r, s.ID)
		if err != nil {
			return err
		}
		if t.Known() > 0 {
			watched++
		}
		if took != nil && s.RTO != nil && *took <= float64(*s.RTO) {
			tested++
		}
	}
	shown("proof-watched", CIO, watched, len(services), "no-service")
	shown("proof-tested", Shared, tested, len(services), "no-service")
	scopes, err := evidence.ScopeFreshness(ctx, r, struct{}{})
	if err != nil {
		return err
	}
	fresh := len(slices.DeleteFunc(slices.Clone(scopes), func(f evidence.Freshness) bool { return f.State != evidence.Fresh }))
	shown("proof-scanned", CISO, fresh, len(scopes), "no-scan")
	page, err := project.List(ctx, r, project.Filter{Page: db.Page{Limit: db.Unlimited}})
	if err != nil {
		return err
	}
	gone, validated := 0, 0
	for _, p := range page.Items {
		if p.InScope && p.DesignExit != "" {
			gone++
			if p.ValidatedInDesign() {
				validated++
			}
		}
	}
	shown("proof-design", CISO, validated, gone, "no-project")
	unknowns, err := indicator.Unknowns(ctx, r, struct{}{})
	c.add(Line{ID: "proof-unknown", Side: Shared, Value: known(float64(len(unknowns))), Unit: Count})
	return err
}

// mostPoints is how many elements can be chosen.
const mostPoints = 50

// point: what stands still for each hour without the element that most hangs on.
func point(ctx context.Context, r db.Reader, c *Conversion) error {
	points, err := landscape.Points(ctx, r, landscape.PointsFilter{Page: db.Page{Limit: db.Unlimited}, All: true, Quick: true})
	if err != nil && !problem.Is(err, problem.NotFound) {
		return err
	}
	items := slices.DeleteFunc(slices.Clone(points.Items), func(p landscape.Point) bool { return len(p.Services) == 0 || p.Kind == landscape.KindService })
	slices.SortStableFunc(items, func(a, b landscape.Point) int { return cmp.Compare(len(b.Services), len(a.Services)) })
	items = items[:min(len(items), mostPoints)]
	var choices []Choice
	for _, p := range items {
		choices = append(choices, Choice{p.ID, p.Name})
	}
	if !c.choose("element", choices) {
		c.unknown("point-services", CIO, Count, "no-point")
		return nil
	}
	c.own(known(1))
	s, err := landscape.Current(ctx, r)
	if err != nil {
		return err
	}
	services := items[slices.IndexFunc(items, func(p landscape.Point) bool { return p.ID == c.Of })].Services
	hour, priced := 0.0, 0
	for _, id := range services {
		if euro := s.Elements[id].LossEURHour; euro != nil {
			hour, priced = hour+*euro, priced+1
		}
	}
	from := ref.New("element", c.Of)
	c.input("hours", Hours, c.Value, "")
	c.add(Line{ID: "point-services", Side: CIO, Value: known(float64(len(services))), Unit: Count, From: from})
	c.add(Line{ID: "point-minutes", Side: CIO, Value: times(c.Value, known(60*float64(len(services)))), Unit: Minutes, N: len(services), NOf: "services"})
	loss := Line{ID: "point-loss", Side: CISO, Unit: Euro, N: priced, NOf: "services-priced", Reason: "no-loss-hour", From: from}
	if priced > 0 {
		c.input("loss-hour", EuroHour, &hour, from)
		loss.Value, loss.Reason = times(c.Value, &hour), ""
	}
	c.add(loss)
	return nil
}
