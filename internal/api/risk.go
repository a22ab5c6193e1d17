package api

import "accordo.dev/internal/risk"

// riskRoutes offers the operations of this area.
func (s *server) riskRoutes() {
	query(s, risk.OpList)
	query(s, risk.OpGet)
	query(s, risk.OpRanking)
	query(s, risk.OpAppetite)
	query(s, risk.OpCurrent)
	query(s, risk.OpStatements)
	query(s, risk.OpStandings)
	query(s, risk.OpSubjects)
	query(s, risk.OpEscalations)
	query(s, risk.OpEscalation)
	query(s, risk.OpAcceptances)
	query(s, risk.OpEstimates)
	query(s, risk.OpTies)
	query(s, risk.OpCurves)
	query(s, risk.OpHeat)
	query(s, risk.OpMoved)
	query(s, risk.OpServices)
	query(s, risk.OpProposals)
	query(s, risk.OpCalibration)
	command(s, risk.OpAssess)
	command(s, risk.OpTake)
	command(s, risk.OpDismiss)
	command(s, risk.OpObserve)
	command(s, risk.OpSetTies)
	command(s, risk.OpSetAppetite)
	command(s, risk.OpSimulate)
	command(s, risk.OpSetStatement)
	command(s, risk.OpEndStatement)
	command(s, risk.OpAcknowledge)
	command(s, risk.OpAccept)
	command(s, risk.OpWatch)
}
