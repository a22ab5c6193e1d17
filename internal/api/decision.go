package api

import "accordo.dev/internal/decision"

// decisionRoutes offers the operations of this area.
func (s *server) decisionRoutes() {
	query(s, decision.OpList)
	query(s, decision.OpGet)
	command(s, decision.OpPropose)
	command(s, decision.OpGiveKey)
	command(s, decision.OpRefuse)
	command(s, decision.OpRevise)
	command(s, decision.OpArbitrate)
	command(s, decision.OpWithdraw)
}
