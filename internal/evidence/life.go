package evidence

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
)

// Life is one stretch in which an exposure was open, in the form that survival analysis reads: it is watched from
// age Entry to age Exit, and at Exit it was repaired (Event) or it is still open, or its asset is gone (Gone, a
// competing event). Ages are days since Origin.
//
// The origin is the first sighting. Where the exposure was there already when its scope began to be watched, that
// is not its birth: then the age counts from the day of publication when that is known and earlier, and Entry is
// the age at the first sighting (delayed entry). Where publication is not known either, Entry is 0 and
// OriginUnknown says so; an indicator may leave such lives out, and must say that it does.
type Life struct {
	Exposure      string    `json:"exposure"`
	Element       string    `json:"element"`
	Tier          int       `json:"tier"` // 0: the element is not known, or has none
	Vulnerability string    `json:"vulnerability"`
	Severity      string    `json:"severity"`
	Origin        time.Time `json:"origin"`
	Opened        time.Time `json:"opened"`
	Published     time.Time `json:"published,omitzero"`
	Closed        time.Time `json:"closed,omitzero"` // zero: open at the cut
	Entry         float64   `json:"entry"`
	Exit          float64   `json:"exit"`
	Event         bool      `json:"event"`
	Gone          bool      `json:"gone"`
	Delayed       bool      `json:"delayed"`
	OriginUnknown bool      `json:"origin_unknown"`
}

// stretch is an interval row on its way to a life.
type stretch struct {
	row                    int64
	key                    []byte
	element, vulnerability string
	rank                   int
	published              time.Time
	span
}

const stretchQuery = `SELECT i.exposure_id, x.key, x.element_id, x.vulnerability, x.severity, x.published_at, i.opened_at, i.closed_at, i.close_reason, i.delayed
	FROM exposure_interval i
	JOIN exposure x ON x.id = i.exposure_id`

// stretches reads intervals in the order of exposures and joins those of several scopes that overlap: an exposure
// is open as long as any scope says so.
func stretches(ctx context.Context, r db.Reader, give func(stretch), where string, args ...any) error {
	var held *stretch
	_, err := db.All(ctx, r, func(s db.Scan) (struct{}, error) {
		next, err := scanStretch(s)
		if err != nil {
			return struct{}{}, err
		}
		if held != nil && held.joins(next) {
			held.join(next)
			return struct{}{}, nil
		}
		if held != nil {
			give(*held)
		}
		held = &next
		return struct{}{}, nil
	}, stretchQuery+where+" ORDER BY i.exposure_id, i.opened_at", args...)
	if held != nil && err == nil {
		give(*held)
	}
	return err
}

func scanStretch(s db.Scan) (stretch, error) {
	var one stretch
	var closed *int64
	err := s(&one.row, &one.key, &one.element, &one.vulnerability, &one.rank, db.At(&one.published), &one.opened, &closed, &one.reason, &one.delayed)
	if closed != nil {
		one.closed = *closed
	}
	return one, err
}

func (s *stretch) joins(next stretch) bool {
	return s.row == next.row && (s.closed == 0 || next.opened <= s.closed)
}

// join takes the later end; of two ends at one instant a repair is believed before a vanished asset.
func (s *stretch) join(next stretch) {
	s.delayed = s.delayed && (next.delayed || next.opened > s.opened)
	switch {
	case s.closed == 0:
	case next.closed == 0 || next.closed > s.closed:
		s.closed, s.reason = next.closed, next.reason
	case next.closed == s.closed && next.reason == closedFixed:
		s.reason = closedFixed
	}
}

// Lives gives all stretches that had begun by an instant, as they were known then: what was closed later is open.
func Lives(ctx context.Context, r db.Reader, asOf time.Time) ([]Life, error) {
	tier, err := tiers(ctx, r)
	if err != nil {
		return nil, err
	}
	lives := []Life{}
	err = stretches(ctx, r, func(s stretch) {
		if s.closed > asOf.UnixMicro() {
			s.closed, s.reason = 0, ""
		}
		lives = append(lives, s.life(asOf, tier))
	}, " WHERE i.opened_at <= $1", asOf.UnixMicro())
	return lives, err
}

func (s stretch) life(asOf time.Time, tier map[string]int) Life {
	l := Life{
		Exposure: hex.EncodeToString(s.key), Element: s.element, Tier: tier[s.element], Vulnerability: s.vulnerability,
		Severity: string(severities[s.rank]), Opened: time.UnixMicro(s.opened).UTC(), Published: s.published, Delayed: s.delayed,
	}
	l.Origin = l.Opened
	if s.delayed {
		if !s.published.IsZero() && s.published.Before(l.Opened) {
			l.Origin = s.published
		} else {
			l.OriginUnknown = true
		}
	}
	end := asOf
	if s.closed != 0 {
		end = time.UnixMicro(s.closed).UTC()
		l.Closed, l.Event, l.Gone = end, s.reason == closedFixed, s.reason == closedAssetGone
	}
	l.Entry, l.Exit = days(l.Opened.Sub(l.Origin)), days(end.Sub(l.Origin))
	return l
}

func days(d time.Duration) float64 { return d.Hours() / 24 }

// LivesFilter asks for lives at an instant.
type LivesFilter struct {
	AsOf time.Time `query:"as_of" json:"as_of"`
}

// TierDays is the exposure of one tier in a stretch of time.
type TierDays struct {
	Tier      int      `json:"tier"`     // 0: elements that are not known or have none
	Weight    *float64 `json:"weight"`   // nil: none was set, the days are not in the total
	Days      float64  `json:"days"`     // sum of the open time
	Weighted  float64  `json:"weighted"` // days times weight
	Exposures int      `json:"exposures"`
	open      int64    // microseconds: whole numbers add up to the same sum in any order
}

// ExposureTime is the exposure of a stretch of time: open days, weighted by the criticality that elements have now.
type ExposureTime struct {
	Total      float64    `json:"total"`      // weighted days
	Unweighted float64    `json:"unweighted"` // days that are in no tier with a weight
	Parts      []TierDays `json:"parts"`      // by tier, the unknown one last
}

// ExposureDays sums how long exposures were open between two instants.
func ExposureDays(ctx context.Context, r db.Reader, from, until time.Time) (ExposureTime, error) {
	if !until.After(from) {
		return ExposureTime{}, problem.Field("until", "evidence.error.stretch")
	}
	tier, err := tiers(ctx, r)
	if err != nil {
		return ExposureTime{}, err
	}
	slas, err := PatchSLAs(ctx, r, struct{}{})
	if err != nil {
		return ExposureTime{}, err
	}
	parts := map[int]*TierDays{}
	begin, end, last := from.UnixMicro(), until.UnixMicro(), map[int]int64{}
	err = stretches(ctx, r, func(s stretch) {
		t := tier[s.element]
		if parts[t] == nil {
			parts[t] = &TierDays{Tier: t}
		}
		open, closed := max(s.opened, begin), end
		if s.closed != 0 {
			closed = min(s.closed, end)
		}
		if closed <= open {
			return
		}
		parts[t].open += closed - open
		if last[t] != s.row {
			parts[t].Exposures, last[t] = parts[t].Exposures+1, s.row
		}
	}, " WHERE i.opened_at < $1 AND (i.closed_at IS NULL OR i.closed_at > $2)", end, begin)
	return weigh(parts, slas), err
}

// weigh adds up the tiers that have a weight.
func weigh(parts map[int]*TierDays, slas []PatchSLA) ExposureTime {
	var out ExposureTime
	for _, p := range parts {
		p.Days = float64(p.open) / 86_400e6
		i := slices.IndexFunc(slas, func(s PatchSLA) bool { return s.Tier == p.Tier })
		if i >= 0 {
			p.Weight, p.Weighted = &slas[i].Weight, p.Days*slas[i].Weight
		}
		out.Parts = append(out.Parts, *p)
	}
	slices.SortFunc(out.Parts, func(a, b TierDays) int { return (a.Tier+4)%5 - (b.Tier+4)%5 })
	for _, p := range out.Parts {
		out.Total += p.Weighted
		if p.Weight == nil {
			out.Unweighted += p.Days
		}
	}
	return out
}

// StretchFilter asks for a stretch of time.
type StretchFilter struct {
	From  time.Time `query:"from" json:"from"`
	Until time.Time `query:"until" json:"until"`
}

// The operations on lives.
var (
	OpLives = op.Query[LivesFilter, []Life]{
		Name: "evidence.lives",
		Func: func(ctx context.Context, r db.Reader, in LivesFilter) ([]Life, error) { return Lives(ctx, r, in.AsOf) },
	}
	OpExposureDays = op.Query[StretchFilter, ExposureTime]{
		Name: "evidence.exposure-days", Route: "GET /api/evidence/exposure-days",
		Func: func(ctx context.Context, r db.Reader, in StretchFilter) (ExposureTime, error) {
			return ExposureDays(ctx, r, in.From, in.Until)
		},
	}
)
