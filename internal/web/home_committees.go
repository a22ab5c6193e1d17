package web

import (
	"time"

	"accordo.dev/internal/governance/committee"
	"accordo.dev/internal/op"
	"accordo.dev/internal/organisation"
)

// committeeClocks are the next sittings of committees and late actions; those of the reader and of their committees.
// Without a committee the calendar of the organisation says when the joint committee sits.
func (s *Server) committeeClocks(q *request, own organisation.Organisation) ([]clock, error) {
	if s.refusal(q, committee.OpList.Name) != "" {
		return s.calendarClock(q, own), nil
	}
	rows, err := op.Ask(q.Context(), s.Run, q.Actor, committee.OpList, committee.Filter{State: "active"})
	if err != nil || len(rows) == 0 {
		return s.calendarClock(q, own), err
	}
	var clocks []clock
	for _, row := range rows {
		if row.Next == nil {
			continue
		}
		c := clock{What: row.Title().In(q.Lang()), Href: "/roles/committees/" + row.ID, at: row.Next.Start}
		if row.Next.Sitting != "" {
			c.Sub = q.T("committee.state." + string(row.Next.State))
		}
		if row.Next.Sitting != "" && row.Reads {
			c.Href = "/roles/sittings/" + row.Next.Sitting
		}
		clocks = append(clocks, running(q.Page, c))
	}
	late, err := op.Ask(q.Context(), s.Run, q.Actor, committee.OpActions, committee.ActionFilter{State: "late"})
	for _, a := range late {
		if at, wrong := time.Parse(time.DateOnly, a.Due); wrong == nil {
			clocks = append(clocks, running(q.Page, clock{What: a.Name().In(q.Lang()), Sub: q.T("home.clock.action", "person", a.OwnerName), Href: "/roles/actions?state=late", at: at.AddDate(0, 0, 1)}))
		}
	}
	return clocks, err
}

// calendarClock is the next joint committee as the calendar of the organisation has it.
func (s *Server) calendarClock(q *request, own organisation.Organisation) []clock {
	at, err := time.Parse(time.DateOnly, own.NextCommittee)
	if err != nil || at.Before(q.Page.Now.Truncate(24*time.Hour)) {
		return nil
	}
	return []clock{running(q.Page, clock{What: q.T("home.clock.committee"), Href: "/reports", at: at})}
}
