package survey

import (
	"context"
	"slices"

	"accordo.dev/internal/db"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/stat"
)

// Verdict says what the gap between two sides shows.
type Verdict string

// The verdicts. A gap whose interval holds zero tells nothing.
const (
	ITHigher       Verdict = "it-higher"
	SecurityHigher Verdict = "security-higher"
	CannotTell     Verdict = "cannot-tell"
	NotShown       Verdict = "not-shown" // too few answered
)

// leastVariance is the variance that a step of a third of a point leaves even where all answered alike: five equal
// answers do not make a mean certain.
const leastVariance = 1.0 / 9 / 12

// SideMean is the friction that a side reports in an area: 1 none to 5 strong, with its 95 % interval (Student's t).
type SideMean struct {
	N        int           `json:"n"`
	Friction stat.Estimate `json:"friction"`
}

// AreaResult is an area of a round that is over. A side of which too few answered is nil.
type AreaResult struct {
	Area     string        `json:"area"`
	IT       *SideMean     `json:"it,omitempty"`
	Security *SideMean     `json:"security,omitempty"`
	Gap      stat.Estimate `json:"gap"` // security less IT; Welch's interval
	Verdict  Verdict       `json:"verdict"`
	Texts    []SideText    `json:"texts,omitempty"` // sorted by their words
}

// SideText is what somebody of a side wrote.
type SideText struct {
	Side Side   `json:"side"`
	Text string `json:"text"`
}

// Result is what a round that is over says.
type Result struct {
	Round
	Areas []AreaResult `json:"areas"`
}

// Result says whether anything of the round is shown.
func (r Result) Shown(side Side) bool {
	return len(r.Areas) > 0 && (side == IT && r.Areas[0].IT != nil || side == Security && r.Areas[0].Security != nil)
}

// ResultsIn chooses rounds.
type ResultsIn struct {
	Round string `query:"round" json:"round,omitempty" doc:"only this round; all that are over unless told"`
}

// Results gives the rounds that are over, the oldest first. Of a round that goes on nothing is said.
func Results(ctx context.Context, r db.Reader, in ResultsIn) ([]Result, error) {
	all, err := rounds(ctx, r)
	if err != nil {
		return nil, err
	}
	out := []Result{}
	for _, round := range all {
		if round.StateOn(identity.Day(r.Now())) != Over || in.Round != "" && in.Round != round.ID {
			continue
		}
		one, err := result(ctx, r, round)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	if in.Round != "" && len(out) == 0 {
		return nil, problem.New(problem.NotFound, "survey.error.not-over")
	}
	return out, nil
}

// OpResults reads results.
var OpResults = op.Query[ResultsIn, []Result]{Name: "survey.results", Route: "GET /api/surveys/results", Func: Results}

func result(ctx context.Context, r db.Reader, round Round) (Result, error) {
	out := Result{Round: round}
	by, err := tallies(ctx, r, round.ID)
	if err != nil {
		return out, err
	}
	said := map[Side][]text{}
	for _, side := range Sides {
		if by[side].N < MinN {
			delete(by, side) // from here on it is as if nobody had answered
			continue
		}
		if said[side], err = texts(ctx, r, round.ID, side); err != nil {
			return out, err
		}
	}
	for _, area := range Areas {
		one, err := areaResult(area, by)
		if err != nil {
			return out, err
		}
		for _, side := range Sides {
			for _, t := range said[side] {
				if t.Area == area {
					one.Texts = append(one.Texts, SideText{side, t.Body})
				}
			}
		}
		slices.SortFunc(one.Texts, func(a, b SideText) int { return compare(a.Text, b.Text) })
		out.Areas = append(out.Areas, one)
	}
	return out, nil
}

func areaResult(area string, by map[Side]tally) (AreaResult, error) {
	one := AreaResult{Area: area, Verdict: NotShown}
	samples := map[Side]stat.Sample{}
	for side, t := range by {
		s := stat.SampleOf(t.friction(area))
		s.Var = max(s.Var, leastVariance)
		mean, err := s.Interval(0)
		if err != nil {
			return one, err
		}
		mean.Low, mean.High = within(mean.Low), within(mean.High)
		samples[side] = s
		if side == IT {
			one.IT = &SideMean{s.N, mean}
		} else {
			one.Security = &SideMean{s.N, mean}
		}
	}
	if len(samples) < len(Sides) {
		return one, nil
	}
	var err error
	one.Gap, err = stat.Difference(samples[Security], samples[IT], 0)
	switch {
	case one.Gap.Low.X > 0:
		one.Verdict = SecurityHigher
	case one.Gap.High.X < 0:
		one.Verdict = ITHigher
	default:
		one.Verdict = CannotTell
	}
	return one, err
}

// within keeps a limit on the scale.
func within(n stat.Number) stat.Number {
	if !n.Known {
		return n
	}
	return stat.Known(min(5, max(1, n.X)))
}

// tally is everything that a side answered in a round, as counts.
type tally struct {
	N      int
	Counts map[string]map[int]int // statement or area to value to how many
}

// friction lists the friction of an area as each answer has it, in no order.
func (t tally) friction(area string) []float64 {
	var values []float64
	for sum := PerArea; sum <= 5*PerArea; sum++ {
		for range t.Counts[area][sum] {
			values = append(values, float64(sum)/PerArea)
		}
	}
	return values
}

func tallies(ctx context.Context, r db.Reader, round string) (map[Side]tally, error) {
	type row struct {
		side     Side
		item     string
		value, n int
	}
	rows, err := db.All(ctx, r, func(s db.Scan) (row, error) {
		var one row
		return one, s(&one.side, &one.item, &one.value, &one.n)
	}, "SELECT side, item, value, n FROM survey_count WHERE round = $1", round)
	by := map[Side]tally{}
	for _, one := range rows {
		t := by[one.side]
		if t.Counts == nil {
			t.Counts = map[string]map[int]int{}
		}
		if t.Counts[one.item] == nil {
			t.Counts[one.item] = map[int]int{}
		}
		t.Counts[one.item][one.value] = one.n
		if one.item == Areas[0] {
			t.N += one.n
		}
		by[one.side] = t
	}
	return by, err
}
