package web

// riskRoutes binds the pages of this area.
func (s *Server) riskRoutes(m *mux) {
	m.page("GET /risks", s.riskList)
	m.page("GET /risks/new", s.riskNew)
	m.page("POST /risks/new", s.riskSave)
	m.page("GET /risks/appetite", s.riskAppetite)
	m.page("POST /risks/appetite", s.riskSetAppetite)
	m.page("GET /risks/appetite/new", s.riskStatementNew)
	m.page("POST /risks/appetite/new", s.riskStatementSet)
	m.page("GET /risks/appetite/{id}", s.riskStatement)
	m.page("POST /risks/appetite/{id}/end", s.riskStatementEnd)
	m.page("GET /risks/escalations", s.riskEscalations)
	m.page("GET /risks/escalations/{id}", s.riskEscalation)
	m.page("POST /risks/escalations/{id}/acknowledge", s.riskAcknowledge)
	m.page("POST /risks/escalations/{id}/accept", s.riskAccept)
	m.page("GET /risks/heat", s.riskHeat)
	m.page("GET /risks/services", s.riskServices)
	m.page("GET /risks/changes", s.riskMoved)
	m.page("GET /risks/evidence", s.riskEvidence)
	m.page("POST /risks/evidence", s.riskAnswer)
	m.page("GET /risks/portfolio", s.riskPortfolio)
	m.page("POST /risks/portfolio/cause", s.riskCauseSave)
	m.page("POST /risks/portfolio/cover", s.riskCoverSave)
	m.page("GET /risks/{id}", s.riskPage)
	m.page("GET /risks/assess/{id}", s.riskEdit)
	m.page("POST /risks/assess/{id}", s.riskSave)
}
