package api

import "accordo.dev/internal/risk"

// riskRoutes offers the operations of this area.
func (s *server) riskRoutes() {
	query(s, risk.OpList)
	query(s, risk.OpGet)
	query(s, risk.OpRanking)
	query(s, risk.OpAppetite)
	query(s, risk.OpCurrent)
	command(s, risk.OpAssess)
	command(s, risk.OpSetAppetite)
	command(s, risk.OpSimulate)
}
