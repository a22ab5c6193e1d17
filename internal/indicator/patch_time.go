package indicator

import (
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/ref"
	"accordo.dev/internal/stat"
)

// Patch is the time that vulnerabilities stay open, relative to the deadline of the tier of their element.
// Those still open are counted, as watched until now; so are those that were there before watching began,
// from the age at which they were first seen.
//
// law: 2024/1774#10.4
type Patch struct {
	Tiers []PatchTier `json:"tiers"` // by tier; the one without a tier last
	// UpTo is the headline if nothing closed after the end of the watch; equal to the value where the watch
	// is long enough.
	UpTo *float64 `json:"upTo"`
	// ClosedMean is what a mean of closed tickets would say, in days. It is shown to warn of it.
	ClosedMean *float64 `json:"closedMean"`
	Closed     int      `json:"closed"`
	Open       int      `json:"open"`
	PastSLA    int      `json:"pastSla"` // open, older than the deadline of their tier
	KEV        *KEV     `json:"kev"`     // nil: no catalogue was loaded
	// Oldest is the age of the oldest open exposure, in days.
	Oldest         *float64 `json:"oldest"`
	OldestExposure string   `json:"oldestExposure,omitempty"`
	NoTier         int      `json:"noTier"`        // of elements that nobody knows or rated
	OriginUnknown  int      `json:"originUnknown"` // there before the watch, of unknown age
}

// KEV counts open exposures that are known to be exploited, and those past the day of the catalogue.
type KEV struct {
	Open    int `json:"open"`
	PastDue int `json:"pastDue"`
}

// PatchTier is one tier of criticality, 1 the highest; 0 holds what has no tier. Times are in days.
type PatchTier struct {
	Tier    int      `json:"tier"`
	SLA     *float64 `json:"sla"`    // deadline
	Weight  *float64 `json:"weight"` // in the headline; nil: not in it
	N       int      `json:"n"`
	Closed  int      `json:"closed"`
	Open    int      `json:"open"`
	Gone    int      `json:"gone"`    // asset retired: neither repaired nor open
	Delayed int      `json:"delayed"` // watched from a later age on
	Reason  string   `json:"reason,omitempty"`

	Median Estimate `json:"median"`
	RMST   Estimate `json:"rmst"`   // mean time open, none counting for more than Tau
	Tau    *float64 `json:"tau"`    // 2 x deadline, or the end of the watch when that is earlier
	Capped bool     `json:"capped"` // the watch is shorter than 2 x deadline: RMST and ratio are lower bounds
	Ratio  Estimate `json:"ratio"`  // RMST / deadline
	UpTo   *float64 `json:"upTo"`   // ratio if nothing closed after the end of the watch
	Miss   Estimate `json:"miss"`   // share that is still open at the deadline

	PastSLA        int      `json:"pastSla"`
	Oldest         *float64 `json:"oldest"`
	OldestExposure string   `json:"oldestExposure,omitempty"`
	ClosedMean     *float64 `json:"closedMean"`

	Curve    []CurvePoint `json:"curve,omitempty"`
	Censored []float64    `json:"censored,omitempty"`
	AtRisk   []AtRisk     `json:"atRisk,omitempty"`
	se       float64      // of the ratio
}

// Estimate is a figure with its 95 % limits, each of which may be unknown.
type Estimate struct {
	Value *float64 `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
}

func interval(e stat.Estimate) Estimate {
	return Estimate{Value: number(e.Value), Low: number(e.Low), High: number(e.High)}
}

// CurvePoint is a step of a survival curve.
type CurvePoint struct {
	Time  float64  `json:"t"`
	Share float64  `json:"s"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
}

// AtRisk is how many were under watch at a time.
type AtRisk struct {
	Time float64 `json:"t"`
	N    int     `json:"n"`
}

// PatchInputs is all that the indicator rests on.
type PatchInputs struct {
	Lives     []evidence.Life
	Deadlines []evidence.PatchSLA
	Exploited []evidence.KnownExploited // the catalogue in force; empty: none was loaded
}

func computePatch(ctx context.Context, r db.Reader, asOf time.Time) (Reading, error) {
	var in PatchInputs
	var err error
	if in.Lives, err = evidence.Lives(ctx, r, asOf); err != nil {
		return Reading{}, err
	}
	if in.Deadlines, err = evidence.PatchSLAs(ctx, r, struct{}{}); err != nil {
		return Reading{}, err
	}
	if in.Exploited, err = evidence.KEVEntries(ctx, r, evidence.KEVFilter{At: asOf}); err != nil {
		return Reading{}, err
	}
	return PatchOf(in, asOf)
}

// PatchOf computes the indicator: per tier RMST(2 x deadline)/deadline, then their mean with the fixed weights
// of the deadlines. 1 is "open for as long as the deadline allows, on the average". O(n) for n lives.
func PatchOf(in PatchInputs, asOf time.Time) (Reading, error) {
	out, err := newReading(PatchTime, asOf, "")
	if err != nil {
		return out, err
	}
	p := &Patch{Tiers: []PatchTier{}, KEV: in.kev(asOf)}
	groups := map[int][]evidence.Life{}
	for _, l := range in.Lives {
		row := patchRow(l)
		out.row(row)
		p.OriginUnknown += count1(l.OriginUnknown)
		p.NoTier += count1(l.Tier == 0)
		groups[l.Tier] = append(groups[l.Tier], l)
		if out.From == "" || day(l.Opened) < out.From {
			out.From = day(l.Opened)
		}
	}
	for _, tier := range in.tiers(groups) {
		one, err := in.tier(tier, groups[tier])
		if err != nil {
			return out, err
		}
		p.add(one)
	}
	p.ClosedMean = closedMean(in.Lives)
	out.Patch, out.N = p, out.Counts[Counted]+out.Counts[Censored]
	out.headline(p)
	return out, nil
}

// patchRow says which part a life plays.
func patchRow(l evidence.Life) Observation {
	row := Observation{Ref: ref.New("exposure", l.Exposure), Title: l.Vulnerability, Role: Censored, Part: strconv.Itoa(l.Tier), Day: l.Opened.Format(time.DateOnly), Figure: known(l.Exit)}
	switch {
	case l.OriginUnknown:
		row.Role, row.Reason = Excluded, "origin-unknown"
	case l.Entry > 0 && l.Exit <= l.Entry:
		row.Role, row.Reason = Excluded, "no-time"
	case l.Event:
		row.Role, row.Reason = Counted, "repaired"
	case l.Gone:
		row.Reason = "gone"
	default:
		row.Reason = "open"
	}
	return row
}

// tiers lists the tiers that have a deadline or evidence, the one without a tier last.
func (in PatchInputs) tiers(groups map[int][]evidence.Life) []int {
	var all []int
	for _, d := range in.Deadlines {
		all = append(all, d.Tier)
	}
	for tier := range groups {
		if !slices.Contains(all, tier) {
			all = append(all, tier)
		}
	}
	slices.SortFunc(all, func(a, b int) int { return (a+4)%5 - (b+4)%5 })
	return all
}

func (in PatchInputs) tier(tier int, lives []evidence.Life) (PatchTier, error) {
	t := PatchTier{Tier: tier, ClosedMean: closedMean(lives)}
	for _, d := range in.Deadlines {
		if d.Tier == tier {
			t.SLA = known(float64(d.Days))
			if d.Weight > 0 {
				t.Weight = known(d.Weight)
			}
		}
	}
	var watched []stat.Exposure
	for _, l := range lives {
		t.count(l)
		if patchRow(l).Role != Excluded {
			watched = append(watched, stat.Exposure{Entry: l.Entry, Exit: l.Exit, Event: l.Event})
		}
	}
	t.N = len(watched)
	return t, t.estimate(watched)
}

// count adds a life to the plain counts, also one of unknown age: it is at least as old as we have seen it.
func (t *PatchTier) count(l evidence.Life) {
	open := !l.Event && !l.Gone
	t.Closed += count1(l.Event)
	t.Gone += count1(l.Gone)
	t.Delayed += count1(l.Delayed && !l.OriginUnknown)
	t.Open += count1(open)
	if !open {
		return
	}
	t.PastSLA += count1(t.SLA != nil && l.Exit > *t.SLA)
	if t.Oldest == nil || l.Exit > *t.Oldest {
		t.Oldest, t.OldestExposure = known(l.Exit), l.Exposure
	}
}

// estimate fills what the survival curve gives.
func (t *PatchTier) estimate(watched []stat.Exposure) error {
	if len(watched) == 0 {
		t.Reason = "no-evidence"
		return nil
	}
	c, err := stat.KaplanMeier(watched, stat.CurveOptions{})
	if err != nil {
		return err
	}
	end, left := watch(c)
	t.draw(c, end)
	if t.SLA == nil {
		t.Reason = "no-deadline"
		t.Median = interval(c.Median())
		return nil
	}
	t.Median = within(c.Median(), end)
	if *t.SLA <= end || left == 0 {
		t.Miss = interval(c.At(*t.SLA))
	}
	return t.relate(c, end, left)
}

// watch tells up to which age somebody was under watch without a gap, and which share was still open then.
// With delayed entry the risk set can empty early and fill again at ages of years: of the ages between nobody
// knows, and an end by the last one under watch says nothing of those who come later.
func watch(c *stat.Curve) (end, left float64) {
	before := 1.0
	for i, s := range c.Steps {
		if s.AtRisk == s.Events+s.Censored && i < len(c.Steps)-1 {
			if s.Survival == 0 {
				return s.Time, before
			}
			return s.Time, s.Survival
		}
		before = s.Survival
	}
	return c.End(), before
}

// within drops what lies after the end of the watch.
func within(e stat.Estimate, end float64) Estimate {
	i := interval(e)
	for _, x := range []**float64{&i.Value, &i.Low, &i.High} {
		if *x != nil && **x > end {
			*x = nil
		}
	}
	return i
}

// relate sets the mean time open against the deadline.
func (t *PatchTier) relate(c *stat.Curve, end, left float64) error {
	asked, sla := 2**t.SLA, *t.SLA
	tau := asked
	if end < asked && left > 0 {
		tau, t.Capped = end, true
	}
	if tau < sla && t.Capped {
		t.Reason = "watch-too-short"
		return nil
	}
	mean, err := c.RMST(tau)
	if err != nil {
		return err
	}
	t.Tau, t.RMST = &tau, interval(mean)
	t.Ratio = Estimate{Value: known(mean.Value.X / sla), Low: known(mean.Low.X / sla), High: known(mean.High.X / sla)}
	t.se = mean.SE.X / sla
	t.UpTo = known((mean.Value.X + left*(asked-tau)) / sla)
	if !t.Capped {
		t.UpTo = t.Ratio.Value
	}
	return nil
}

// curvePoints and ticks bound what a chart gets: more cannot be seen.
const (
	curvePoints = 150
	censorTicks = 100
)

// draw keeps the curve for the chart, thinned, up to the end of the watch.
func (t *PatchTier) draw(c *stat.Curve, end float64) {
	limits := c.Estimates()
	last, lastTick := math.Inf(-1), math.Inf(-1)
	for i, s := range c.Steps {
		if s.Time > end {
			break
		}
		if s.Events > 0 && (s.Time-last >= end/curvePoints || i == len(c.Steps)-1) {
			t.Curve = append(t.Curve, CurvePoint{Time: s.Time, Share: s.Survival, Low: number(limits[i].Low), High: number(limits[i].High)})
			last = s.Time
		}
		if s.Censored > 0 && s.Time-lastTick >= end/censorTicks {
			t.Censored = append(t.Censored, s.Time)
			lastTick = s.Time
		}
	}
	for i, n := range c.AtRisk(riskTimes...) {
		t.AtRisk = append(t.AtRisk, AtRisk{Time: riskTimes[i], N: n})
	}
}

// riskTimes are the ages in days at which those under watch are counted, the same for all tiers.
var riskTimes = []float64{0, 30, 60, 90, 120, 180}

func (p *Patch) add(t PatchTier) {
	p.Tiers = append(p.Tiers, t)
	p.Closed += t.Closed
	p.Open += t.Open
	p.PastSLA += t.PastSLA
	if t.Oldest != nil && (p.Oldest == nil || *t.Oldest > *p.Oldest) {
		p.Oldest, p.OldestExposure = t.Oldest, t.OldestExposure
	}
}

// headline is the weighted mean of the ratios. A tier that has a weight and no ratio is between 0 and 2, the
// most that a ratio can be: then there is no value, only the bounds.
func (r *Reading) headline(p *Patch) {
	weight, value, variance, upTo, missing := 0.0, 0.0, 0.0, 0.0, false
	low, high := 0.0, 0.0
	for _, t := range p.Tiers {
		if t.Weight == nil {
			continue
		}
		w := *t.Weight
		weight += w
		if t.Ratio.Value == nil {
			missing, upTo, high = true, upTo+2*w, high+2*w
			continue
		}
		value, upTo = value+w**t.Ratio.Value, upTo+w**t.UpTo
		low, high = low+w**t.Ratio.Low, high+w*max(*t.Ratio.High, *t.UpTo)
		variance += w * w * t.se * t.se
	}
	switch {
	case r.N == 0 && len(r.Rows) == 0:
		r.Reason = "no-exposures"
	case weight == 0:
		r.Reason = "no-deadlines"
	case missing:
		r.Reason, r.Low, r.High, p.UpTo = "tier-without-evidence", known(low/weight), known(high/weight), known(upTo/weight)
	default:
		half := 1.959963984540054 * math.Sqrt(variance) / weight
		r.Value, p.UpTo = known(value/weight), known(upTo/weight)
		r.Low, r.High = known(max(0, value/weight-half)), known(value/weight+half)
	}
}

// closedMean is the mean time from first sighting to repair of what was repaired.
func closedMean(lives []evidence.Life) *float64 {
	sum, n := 0.0, 0
	for _, l := range lives {
		if l.Event {
			sum, n = sum+l.Exit-l.Entry, n+1
		}
	}
	if n == 0 {
		return nil
	}
	return known(sum / float64(n))
}

func (in PatchInputs) kev(asOf time.Time) *KEV {
	if len(in.Exploited) == 0 {
		return nil
	}
	due := map[string]string{}
	for _, k := range in.Exploited {
		due[k.CVE] = k.Due
	}
	var k KEV
	for _, l := range in.Lives {
		by, exploited := due[l.Vulnerability]
		if !exploited || l.Event || l.Gone {
			continue
		}
		k.Open++
		k.PastDue += count1(by != "" && by < day(asOf))
	}
	return &k
}
