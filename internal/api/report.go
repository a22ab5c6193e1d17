package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"accordo.dev/internal/op"
	"accordo.dev/internal/report"
)

// reportRoutes offers the operations of this area. Those that touch the files of reports are given the
// store here; the callers cannot.
func (s *server) reportRoutes() {
	query(s, report.OpList)
	query(s, report.OpDraft)
	query(s, report.OpGet)
	command(s, report.OpWithdraw)
	huma.Register(s.api, operation(report.OpFreeze.Name, report.OpFreeze.Route), func(ctx context.Context, in *asked[report.FreezeIn]) (*answer[report.Report], error) {
		c := callerOf(ctx)
		out, err := s.Desk.Freeze(ctx, c.actor, in.Body)
		if err != nil {
			return nil, s.fail(c.lang, report.OpFreeze.Name, err)
		}
		return &answer[report.Report]{Body: out}, nil
	})
	huma.Register(s.api, operation(report.OpSeal.Name, report.OpSeal.Route), func(ctx context.Context, in *report.GetIn) (*answer[report.Report], error) {
		c := callerOf(ctx)
		out, err := s.Desk.Seal(ctx, c.actor, in.ID)
		if err != nil {
			return nil, s.fail(c.lang, report.OpSeal.Name, err)
		}
		return &answer[report.Report]{Body: out}, nil
	})
	huma.Register(s.api, operation(report.OpSign.Name, report.OpSign.Route), func(ctx context.Context, in *asked[report.SignIn]) (*answer[report.Report], error) {
		c := callerOf(ctx)
		in.Body.Store = s.Desk.Store
		out, err := op.Do(ctx, s.Run, c.actor, report.OpSign, in.Body)
		if err != nil {
			return nil, s.fail(c.lang, report.OpSign.Name, err)
		}
		return &answer[report.Report]{Body: out}, nil
	})
}
