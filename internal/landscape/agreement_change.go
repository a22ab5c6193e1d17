package landscape

import (
	"context"
	"slices"
	"time"

	"accordo.dev/internal/db"
	"accordo.dev/internal/op"
	"accordo.dev/internal/problem"
	"accordo.dev/internal/ref"
)

// ListAgreements gives all agreements, by id.
func ListAgreements(ctx context.Context, r db.Reader, _ struct{}) ([]Agreement, error) {
	all, err := agreements(ctx, r)
	if all == nil {
		all = []Agreement{}
	}
	return all, err
}

// OpListAgreements lists agreements.
var OpListAgreements = op.Query[struct{}, []Agreement]{Name: "landscape.list-agreements", Route: "GET /api/landscape/agreements", Func: ListAgreements}

// GetAgreementIn names an agreement.
type GetAgreementIn struct {
	ID string `path:"id" json:"id"`
}

// Target is the agreement.
func (in GetAgreementIn) Target() ref.Ref { return ref.New("agreement", in.ID) }

// GetAgreement loads an agreement.
func GetAgreement(ctx context.Context, r db.Reader, in GetAgreementIn) (Agreement, error) {
	all, err := agreements(ctx, r)
	if err != nil {
		return Agreement{}, err
	}
	at := slices.IndexFunc(all, func(a Agreement) bool { return a.ID == in.ID })
	if at < 0 {
		return Agreement{}, problem.New(problem.NotFound, "problem.not-found", "what", in.ID)
	}
	return all[at], nil
}

// OpGetAgreement loads an agreement.
var OpGetAgreement = op.Query[GetAgreementIn, Agreement]{Name: "landscape.get-agreement", Route: "GET /api/landscape/agreements/{id}", Func: GetAgreement}

// ChangeAgreement makes an agreement what the input says; its version must be the one that was read.
func ChangeAgreement(ctx context.Context, tx *db.Tx, want Agreement) (Agreement, error) {
	have, err := GetAgreement(ctx, tx, GetAgreementIn{ID: want.ID})
	if err != nil {
		return have, err
	}
	if have.Version != want.Version {
		return have, problem.New(problem.Conflict, "problem.stale")
	}
	want.Source = have.Source
	want = want.normal()
	live, err := db.Column[string](ctx, tx, "SELECT id FROM element WHERE ended_at IS NULL")
	if err != nil {
		return have, err
	}
	known := make(map[string]bool, len(live))
	for _, id := range append(append(live, have.Covers...), have.Party) { // what it was about and has ended stays
		known[id] = true
	}
	if err := problem.Many(want.check(plain, func(id string) bool { return known[id] })); err != nil {
		return want, err
	}
	return putAgreement(ctx, tx, want)
}

// OpChangeAgreement changes an agreement.
var OpChangeAgreement = op.Command[Agreement, Agreement]{
	Name: "landscape.change-agreement", Route: "POST /api/landscape/agreements/change", Func: ChangeAgreement,
}

// EndAgreementIn says which agreement ends today.
type EndAgreementIn struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
}

// Target is the agreement.
func (in EndAgreementIn) Target() ref.Ref { return ref.New("agreement", in.ID) }

// EndAgreement makes today the last day of an agreement. It stays known; connections under it are told to be without one
// in force from tomorrow.
func EndAgreement(ctx context.Context, tx *db.Tx, in EndAgreementIn) (Agreement, error) {
	a, err := GetAgreement(ctx, tx, GetAgreementIn{ID: in.ID})
	if err != nil {
		return a, err
	}
	today := tx.Now().Format(time.DateOnly)
	switch {
	case a.Version != in.Version:
		return a, problem.New(problem.Conflict, "problem.stale")
	case a.ExpiredOn(today) || a.Until == today:
		return a, problem.New(problem.Conflict, "landscape.error.ended")
	case a.From > today:
		return a, problem.Field("from", "landscape.error.until")
	}
	a.Until = today
	return putAgreement(ctx, tx, a)
}

// OpEndAgreement ends an agreement today.
var OpEndAgreement = op.Command[EndAgreementIn, Agreement]{Name: "landscape.end-agreement", Route: "POST /api/landscape/agreements/end", Func: EndAgreement}
