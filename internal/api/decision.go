package api

import "accordo.dev/internal/decision"

// decisionRoutes offers the operations of this area.
func (s *server) decisionRoutes() {
	query(s, decision.OpList)
	query(s, decision.OpGet)
	query(s, decision.OpOffers)
	query(s, decision.OpDuties)
	command(s, decision.OpPropose)
	command(s, decision.OpGiveKey)
	command(s, decision.OpRefuse)
	command(s, decision.OpRevise)
	command(s, decision.OpArbitrate)
	command(s, decision.OpWithdraw)
	command(s, decision.OpSubmit)
	command(s, decision.OpEscalate)
	command(s, decision.OpEmergency)
	command(s, decision.OpWriteMemo)
	command(s, decision.OpChallenge)
	command(s, decision.OpAnswer)
	command(s, decision.OpLift)
	command(s, decision.OpInterest)
	command(s, decision.OpReview)
	query(s, decision.OpHowFast)
	query(s, decision.OpPolicy)
	command(s, decision.OpSetPolicy)
	query(s, decision.OpGaps)
	query(s, decision.OpDelegations)
	command(s, decision.OpDelegate)
	command(s, decision.OpRevoke)
	query(s, decision.OpExport(s.Key))
}
