package web

import (
	"accordo.dev/internal/op"
	"accordo.dev/internal/risk"
)

// riskBadges are what the risks say of elements on a map: the expected loss a year of the scenarios that hit one, and the
// expected minutes a year that a service loses.
type riskBadges map[string]string

// riskBadges reads them when the map asks for the overlay of risk.
func (s *Server) riskBadges(q *request) (riskBadges, error) {
	if q.URL.Query().Get("overlay") != "risk" {
		return nil, nil
	}
	out, err := op.Ask(q.Context(), s.Run, q.Actor, risk.OpServices, risk.StateIn{})
	if err != nil {
		return nil, err
	}
	badges := riskBadges{}
	for _, e := range out.Elements {
		badges[e.Element] = q.T("landscape.map.risk.euro", "eur", q.Page.Euro(e.EURYear))
	}
	for _, one := range out.Services {
		if one.Minutes > 0 {
			badges[one.Element] = q.T("landscape.map.risk.minutes", "minutes", q.Page.Number(one.Minutes, 0))
		}
	}
	return badges, nil
}
