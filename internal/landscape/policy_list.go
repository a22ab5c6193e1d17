package landscape

import (
	"context"
	"slices"
	"strings"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// PolicyRow is a policy with what it says of the map today.
type PolicyRow struct {
	Policy
	Count     Tally     `json:"count"`
	OwnerName i18n.Text `json:"ownerName"`
	Cut       bool      `json:"cut,omitempty"` // the map has more paths than it looks at
}

// PolicyFilter narrows the list of policies.
type PolicyFilter struct {
	Text     string `query:"text" doc:"part of id or title"`
	Pack     string `query:"pack" doc:"only policies of this pack; own: of none"`
	Severity string `query:"severity" doc:"high, medium or low"`
	State    string `query:"state" doc:"violated, cannot-tell, holds or disabled"`
	Sort     string `query:"sort" doc:"severity, title, violated, cannot-tell or holds; a leading minus sorts downwards"`
}

// ListPolicies lists the policies with their counts; those most violated come first within a severity.
func ListPolicies(ctx context.Context, r db.Reader, f PolicyFilter) ([]PolicyRow, error) {
	all, err := Policies(ctx, r)
	if err != nil {
		return nil, err
	}
	tallies, err := policyTallies(ctx, r)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = p.Owner
	}
	called, err := peopleNames(ctx, r, names)
	if err != nil {
		return nil, err
	}
	rows := []PolicyRow{}
	for _, p := range all {
		p.Past = nil
		row := PolicyRow{Policy: p, Count: tallies[p.ID].Tally, OwnerName: called[p.Owner], Cut: tallies[p.ID].cut}
		if f.keeps(row) {
			rows = append(rows, row)
		}
	}
	return rows, orderPolicies(rows, f.Sort)
}

// OpListPolicies lists policies.
var OpListPolicies = op.Query[PolicyFilter, []PolicyRow]{Name: "landscape.list-policies", Route: "GET /api/landscape/policies", Func: ListPolicies}

func (f PolicyFilter) keeps(row PolicyRow) bool {
	about := strings.ToLower(row.ID + " " + row.Title + " " + row.TitleIT)
	state := f.State == "" || f.State == "disabled" && row.Disabled || f.State == "violated" && row.Count.Violated+row.Count.Excepted > 0 ||
		f.State == "cannot-tell" && row.Count.CannotTell > 0 || f.State == "holds" && !row.Disabled && row.Count.Concerned() > 0 && row.Count.Holds == row.Count.Concerned()
	return state && strings.Contains(about, strings.ToLower(f.Text)) && (f.Severity == "" || f.Severity == row.Severity) &&
		(f.Pack == "" || f.Pack == row.Pack || f.Pack == "own" && row.Pack == "")
}

func orderPolicies(rows []PolicyRow, sort string) error {
	name, down := strings.CutPrefix(sort, "-")
	number := func(of func(PolicyRow) int) func(a, b PolicyRow) int {
		return func(a, b PolicyRow) int { return of(a) - of(b) }
	}
	violated := number(func(p PolicyRow) int { return p.Count.Violated })
	severity := number(func(p PolicyRow) int { return slices.Index(Severities, p.Severity) })
	first, ok := map[string]func(a, b PolicyRow) int{
		"": severity, "severity": severity, "violated": violated, "cannot-tell": number(func(p PolicyRow) int { return p.Count.CannotTell }),
		"holds": number(func(p PolicyRow) int { return p.Count.Holds }),
		"title": func(a, b PolicyRow) int { return compare(strings.ToLower(a.Title), strings.ToLower(b.Title)) },
	}[name]
	if !ok {
		return problem.Field("sort", "problem.sort", "value", name)
	}
	slices.SortStableFunc(rows, func(a, b PolicyRow) int {
		order := first(a, b)
		if down {
			order = -order
		}
		if order == 0 {
			order = violated(b, a)
		}
		return order
	})
	return nil
}

type cutTally struct {
	Tally
	cut bool
}

// policyTallies counts the answers of each enabled policy, exceptions in force set apart.
func policyTallies(ctx context.Context, r db.Reader) (map[string]cutTally, error) {
	j, err := judgement(ctx, r)
	if err != nil {
		return nil, err
	}
	excepted, err := exceptionsBySubject(ctx, r)
	if err != nil {
		return nil, err
	}
	tallies := map[string]cutTally{}
	for i, p := range j.policies {
		t := cutTally{Tally: Tally{Holds: j.found[i].Holds, CannotTell: len(j.found[i].Untold)}, cut: j.found[i].Cut}
		for _, at := range j.found[i].Violated {
			if len(excepted) > 0 && j.violation(i, at, excepted).State == ViolationExcepted {
				t.Excepted++
			} else {
				t.Violated++
			}
		}
		tallies[p.ID] = t
	}
	return tallies, nil
}

// GetPolicyIn names a policy.
type GetPolicyIn struct {
	ID string `path:"id" json:"id"`
}

// Target is the policy.
func (in GetPolicyIn) Target() ref.Ref { return ref.New("policy", in.ID) }

// PolicyOut is a policy with its older versions and its counts.
type PolicyOut struct {
	Policy PolicyRow `json:"policy"`
}

// GetPolicy loads a policy with its older versions and its counts.
func GetPolicy(ctx context.Context, r db.Reader, in GetPolicyIn) (PolicyOut, error) {
	p, err := policy(ctx, r, in.ID)
	if err != nil {
		return PolicyOut{}, err
	}
	tallies, err := policyTallies(ctx, r)
	if err != nil {
		return PolicyOut{}, err
	}
	called, err := peopleNames(ctx, r, []string{p.Owner})
	return PolicyOut{PolicyRow{Policy: p, Count: tallies[p.ID].Tally, Cut: tallies[p.ID].cut, OwnerName: called[p.Owner]}}, err
}

// OpGetPolicy loads a policy.
var OpGetPolicy = op.Query[GetPolicyIn, PolicyOut]{Name: "landscape.get-policy", Route: "GET /api/landscape/policies/{id}", Func: GetPolicy}

// TryPolicyIn is a rule that is not set yet.
type TryPolicyIn struct {
	Subject string `query:"subject" enum:"element,connection,path,map"`
	Applies string `query:"applies"`
	Holds   string `query:"holds"`
}

// TryPolicyOut is what the rule would say of the map today, with its first violations and the first things of
// which it cannot tell.
type TryPolicyOut struct {
	Count    Tally       `json:"count"`
	Cut      bool        `json:"cut,omitempty"`
	Examples []Violation `json:"examples"`
}

// tryExamples is how many violations, and how many untold things, a try shows.
const tryExamples = 5

// TryPolicy judges the map with a rule that is not set yet.
func TryPolicy(ctx context.Context, r db.Reader, in TryPolicyIn) (TryPolicyOut, error) {
	out := TryPolicyOut{Examples: []Violation{}}
	p := Policy{ID: "new-policy", Title: "new", Subject: in.Subject, Applies: in.Applies, Holds: in.Holds, Severity: "low"}.normal()
	if err := problem.Many(p.check(plain)); err != nil {
		return out, err
	}
	f, err := currentFacts(ctx, r)
	if err != nil {
		return out, err
	}
	j, err := judgeAll(f, []Policy{p})
	if err != nil {
		return out, err
	}
	found := j.found[0]
	out.Count, out.Cut = Tally{Holds: found.Holds, Violated: len(found.Violated), CannotTell: len(found.Untold)}, found.Cut
	for _, at := range found.Violated[:min(len(found.Violated), tryExamples)] {
		out.Examples = append(out.Examples, j.explain(j.violation(0, at, nil)))
	}
	for _, at := range found.Untold[:min(len(found.Untold), tryExamples)] {
		v := j.explain(j.violation(0, at, nil))
		v.State = ViolationUntold
		out.Examples = append(out.Examples, v)
	}
	return out, nil
}

// OpTryPolicy judges the map with a rule that is not set yet.
var OpTryPolicy = op.Query[TryPolicyIn, TryPolicyOut]{Name: "landscape.try-policy", Route: "GET /api/landscape/policy-try", Func: TryPolicy}

// TrendIn asks for the trend of one policy, or of all enabled ones.
type TrendIn struct {
	Policy string `query:"policy" doc:"id of a policy; all enabled ones when empty"`
}

// TrendPoint is what today's policies say of the map as it was at the end of a day. Exceptions are not looked at.
type TrendPoint struct {
	Day   string `json:"day"`
	Empty bool   `json:"empty,omitempty"` // nothing was on the map yet
	Tally
}

// trendMonths is how many ends of months a trend shows before today.
const trendMonths = 12

// PolicyTrend judges the map at the end of each of the last twelve months, and today, with today's policies.
func PolicyTrend(ctx context.Context, r db.Reader, in TrendIn) ([]TrendPoint, error) {
	policies, err := Policies(ctx, r)
	if err != nil {
		return nil, err
	}
	s, err := Current(ctx, r)
	if err != nil {
		return nil, err
	}
	now := r.Now()
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	var ends []time.Time // latest first
	for back := range trendMonths {
		ends = append(ends, first.AddDate(0, -back, 0).Add(-time.Microsecond))
	}
	points := make([]TrendPoint, 0, trendMonths+1)
	key := s.Revision + " " + ends[0].Format(time.DateOnly) + " " + policiesHash(policies)
	compute := func() ([]map[string]Tally, error) { return talliesAt(ctx, r, policies, ends) }
	var months []map[string]Tally
	if s.Revision == emptyRevision {
		months, err = compute()
	} else {
		months, err = pastJudgements.get(key, compute)
	}
	if err != nil {
		return nil, err
	}
	for i := len(ends) - 1; i >= 0; i-- {
		points = append(points, pointOf(ends[i].Format(time.DateOnly), months[i], in.Policy))
	}
	j, err := judgement(ctx, r)
	if err != nil {
		return nil, err
	}
	return append(points, pointOf(now.Format(time.DateOnly), j.tallies(), in.Policy)), nil
}

// OpPolicyTrend gives the trend.
var OpPolicyTrend = op.Query[TrendIn, []TrendPoint]{Name: "landscape.policy-trend", Route: "GET /api/landscape/policy-trend", Func: PolicyTrend}

// tallies counts the answers of each policy, exceptions left aside; nil for an empty map.
func (j *judged) tallies() map[string]Tally {
	if len(j.facts.IDs) == 0 {
		return nil
	}
	all := map[string]Tally{}
	for i, p := range j.policies {
		all[p.ID] = Tally{Holds: j.found[i].Holds, Violated: len(j.found[i].Violated), CannotTell: len(j.found[i].Untold)}
	}
	return all
}

// talliesAt counts on the map as it was at several instants, the latest first.
func talliesAt(ctx context.Context, r db.Reader, policies []Policy, latestFirst []time.Time) ([]map[string]Tally, error) {
	var all []map[string]Tally
	err := eachMap(ctx, r, latestFirst, func(at time.Time, m Map) error {
		j, err := judgeAll(newFacts(NewSnapshot(m, ""), at.Format(time.DateOnly)), policies)
		if err == nil {
			all = append(all, j.tallies())
		}
		return err
	})
	return all, err
}

func pointOf(day string, tallies map[string]Tally, policy string) TrendPoint {
	p := TrendPoint{Day: day, Empty: tallies == nil}
	for id, t := range tallies {
		if policy == "" || policy == id {
			p.add(t)
		}
	}
	return p
}
