package indicator

import (
	"context"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/evidence"
	"accordo.dev/internal/landscape"
	"accordo.dev/internal/op"
	"accordo.dev/internal/ref"
)

// The kinds of what nobody knows.
const (
	StaleScope  = "stale-scope"  // a scope that is not fresh any more: see evidence.Freshness
	SilentProbe = "silent-probe" // a critical service with time that nobody watched
	Unwatched   = "unwatched"    // a critical service of which nothing was measured
	Untested    = "untested"     // a critical service without evidence of recovery in 12 months
	Unmatched   = "unmatched"    // names in evidence that no element is known by
	NotRated    = "not-rated"    // an indicator without a value
	NotWritten  = "not-written"  // phases of incidents that nobody wrote down
)

// gap is how many minutes without data in a quarter are worth asking about; a probe is always some behind.
const gap = 30

// Unknown is something that nobody knows and somebody could find out.
type Unknown struct {
	Kind   string    `json:"kind"` // message: indicator.unknown.<kind>
	Ref    ref.Ref   `json:"ref,omitempty"`
	Name   string    `json:"name,omitempty"` // of a scope; names of items are found by Ref
	Since  time.Time `json:"since,omitzero"`
	N      int       `json:"n,omitempty"`
	Figure float64   `json:"figure,omitempty"` // minutes
	Reason string    `json:"reason,omitempty"` // of an indicator
}

// Unknowns lists what nobody knows, what weighs on the indicators first.
func Unknowns(ctx context.Context, r db.Reader, _ struct{}) ([]Unknown, error) {
	all := []Unknown{}
	for _, find := range []func(context.Context, db.Reader) ([]Unknown, error){unwatchedServices, untestedServices, staleScopes, unmatchedNames} {
		found, err := find(ctx, r)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// OpUnknowns lists what nobody knows.
var OpUnknowns = op.Query[struct{}, []Unknown]{Name: "indicator.unknowns", Route: "GET /api/indicators/unknowns", Func: Unknowns}

func unwatchedServices(ctx context.Context, r db.Reader) ([]Unknown, error) {
	scale, err := minutesLost(ctx, r, startOfQuarter(r.Now()), r.Now())
	var all []Unknown
	for _, p := range scale.Parts {
		switch {
		case p.Silent:
			all = append(all, Unknown{Kind: Unwatched, Ref: p.Ref})
		case p.Unknown >= gap:
			all = append(all, Unknown{Kind: SilentProbe, Ref: p.Ref, Figure: p.Unknown})
		}
	}
	return all, err
}

func untestedServices(ctx context.Context, r db.Reader) ([]Unknown, error) {
	services, err := criticalServices(ctx, r)
	if err != nil {
		return nil, err
	}
	tests, err := evidence.RecoveryTests(ctx, r, r.Now().AddDate(-1, 0, 0).Format(time.DateOnly), r.Now().AddDate(0, 0, 1).Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	tested := map[string]bool{}
	for _, t := range tests {
		tested[t.Service] = tested[t.Service] || t.Kind != "tabletop"
	}
	services = slices.DeleteFunc(services, func(s landscape.Service) bool { return tested[s.ID] })
	var all []Unknown
	for _, s := range services {
		all = append(all, Unknown{Kind: Untested, Ref: ref.New("element", s.ID)})
	}
	return all, nil
}

func staleScopes(ctx context.Context, r db.Reader) ([]Unknown, error) {
	scopes, err := evidence.ScopeFreshness(ctx, r, struct{}{})
	var all []Unknown
	for _, s := range scopes {
		if s.State != evidence.Fresh {
			all = append(all, Unknown{Kind: StaleScope, Name: s.Scope, Since: s.Complete, N: s.Open})
		}
	}
	return all, err
}

func unmatchedNames(ctx context.Context, r db.Reader) ([]Unknown, error) {
	names, err := evidence.ListUnmatched(ctx, r, struct{}{})
	if err != nil || len(names) == 0 {
		return nil, err
	}
	return []Unknown{{Kind: Unmatched, N: len(names), Name: names[0].Name}}, nil
}
